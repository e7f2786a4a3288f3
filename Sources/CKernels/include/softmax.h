#ifndef ROUX_SOFTMAX_H
#define ROUX_SOFTMAX_H
#include <stddef.h>
#include <stdint.h>

/// What is known of a softmax row after some tiles of its logits; all arrays [rows].
///
/// spread = sum of exp(z - maximum) (z - maximum), for the entropy; null when nobody asks.
/// best = index of the largest logit, the first one on a tie; null when nobody asks.
struct softmax_rows {
  float *maximum, *sum, *target, *spread;
  int32_t *best;
};

/// A row that has seen nothing.
void k_softmax_rows_start(size_t rows, const struct softmax_rows *running);

/// Folds logits z [rows, columns] of vocabulary entries first ..< first + columns into `running`
/// (online softmax, Milakov and Gimelshein 2018, algorithm 3).
/// targets: [rows], vocabulary entries
void k_softmax_rows_fold_f32(size_t rows, size_t columns, int32_t first, const float *restrict z,
                             size_t zStride, const int32_t *restrict targets,
                             const struct softmax_rows *running);

/// Folds what other tiles found into `running`, as if their logits had followed.
void k_softmax_rows_merge(size_t rows, const struct softmax_rows *later,
                          const struct softmax_rows *running);

/// logp = z[target] - logsumexp, entropy = logsumexp - E[z]; each [rows], entropy may be null.
void k_softmax_rows_finish_f32(size_t rows, const struct softmax_rows *running,
                               float *restrict logp, float *restrict logsumexp,
                               float *restrict entropy);

/// After a fold, logits z [rows, columns] become exp(z - maximum), and the sums [rows, width] of what
/// such weights select, made under the maxima `before`, shrink to the new ones.
void k_softmax_rows_weigh_f32(size_t rows, size_t columns, float *restrict z,
                              const float *restrict before, const float *restrict maximum,
                              size_t width, float *restrict sums);

/// y [rows, width] = the softmax-weighted mean, from the sums `parts` of each stripe.
/// maxima, sums: those of stripe s are s * stripeStride later; parts likewise by partStride
void k_softmax_rows_expect_f32(size_t rows, size_t stripes, size_t stripeStride,
                               const float *restrict maxima, const float *restrict sums,
                               size_t width, size_t partStride, const float *restrict parts,
                               float *restrict y);

/// y = weight (a - b), y may be a
void k_weighted_difference_f32(size_t n, float weight, const float *a, const float *b, float *y);

/// Logits of a tile become their gradients, in place: z[v] becomes
/// weight (1[v = target] - p) - entropyWeight p (log p + entropy), p = exp(z - logsumexp).
/// Rows whose weights are both zero become zeros exactly. entropy, entropyWeights may be null.
void k_target_logp_backward_f32(size_t rows, size_t columns, int32_t first, float *restrict z,
                                size_t zStride, const int32_t *restrict targets,
                                const float *restrict logsumexp, const float *restrict weights,
                                const float *restrict entropy,
                                const float *restrict entropyWeights);
#endif
