#ifndef ROUX_ATTENTION_H
#define ROUX_ATTENTION_H
#include <stddef.h>
#include <stdint.h>

/// How many keys, and how many queries, a tile of ragged attention spans at most.
enum { ATTENTION_KEY_TILE = 64, ATTENTION_QUERY_TILE = 64 };

/// The shape of the heads, and how far apart the rows of each matrix lie, in numbers.
///
/// Query head h reads key head h / (heads / kvHeads). Row t of a matrix starts at t times its
/// stride; head h of the row starts headSize * h later. `o` strides also serve the gradients.
struct attention_shape {
  int32_t heads, kvHeads, headSize;
  float scale;
  size_t qStride, kStride, vStride, oStride;
};

/// The bytes of scratch that one call of any kernel below needs, aligned to 64.
size_t k_attention_scratch_bytes(const struct attention_shape *shape);

/// o = softmax(scale q kᵀ) v for the queries of one tile and some key heads.
/// layout: see `AttentionLayout`   tile: index among its query tiles
/// q, o: [Tq, heads * headSize]   k, v: [Tk, kvHeads * headSize]
/// logsumexp: [Tq, heads], null when no backward pass follows
void k_attention_f32(const struct attention_shape *shape, const int32_t *layout, size_t tile,
                     size_t firstHead, size_t heads, const float *restrict q,
                     const float *restrict k, const float *restrict v, float *restrict o,
                     float *restrict logsumexp, void *restrict scratch);

/// The same with keys and values of a cache in whole numbers of 16 bits, as `k_store_whole_f32` writes
/// them; the strides of k and v are not looked at.
void k_attention_whole(const struct attention_shape *shape, const int32_t *layout, size_t tile,
                       size_t firstHead, size_t heads, const float *restrict q,
                       const void *restrict k, const void *restrict v, float *restrict o,
                       void *restrict scratch);

/// The keys or values of one token, [heads, size], in a slot of a cache: whole numbers, and a scale for
/// each head. Each is off by at most 2^-16 of the largest of its head.
void k_store_whole_f32(size_t heads, size_t size, const float *restrict x, void *restrict slot);
/// The words of four bytes that a slot takes.
size_t k_whole_slot_words(size_t heads, size_t size);

/// Adds the gradient of the queries of one query tile and one key head to `dq`.
/// Probabilities are recomputed: P = exp(S - logsumexp), dS = P * (dP - sum(dO * O))
/// (FlashAttention-2, Dao 2023, algorithm 2).
/// dq has the stride of q.
void k_attention_backward_queries_f32(const struct attention_shape *shape, const int32_t *layout,
                                      size_t tile, size_t kvHead, const float *restrict q,
                                      const float *restrict k, const float *restrict v,
                                      const float *restrict o, const float *restrict logsumexp,
                                      const float *restrict dO, float *restrict dq,
                                      void *restrict scratch);

/// Adds the gradients of the keys and values of one key tile and one key head to `dk` and `dv`,
/// from every segment that sees them. dk, dv have the strides of k, v.
void k_attention_backward_keys_f32(const struct attention_shape *shape, const int32_t *layout,
                                   size_t tile, size_t kvHead, const float *restrict q,
                                   const float *restrict k, const float *restrict v,
                                   const float *restrict o, const float *restrict logsumexp,
                                   const float *restrict dO, float *restrict dk,
                                   float *restrict dv, void *restrict scratch);
#endif
