#ifndef ROUX_ATTENTION_SINGLE_H
#define ROUX_ATTENTION_SINGLE_H
#include "attention_source.h"
#include "dot_tiles.h"

// Decoding: one query has no rows to fill lanes with, so the numbers of a head are the lanes. Heads
// that read the same keys go together, so that what is loaded once serves up to three of them.

/// How many keys are scored at a time.
enum { KEYS = 4 };

typedef int16_t shorts8 __attribute__((vector_size(16)));

/// Eight numbers of a row from place d on, without their scale.
PIECE void read_eight(const struct head_rows *x, size_t j, size_t d, eight *to) {
  const char *row = x->rows + j * x->stride;
  if (!x->isWhole) return load_eight((const float *)row + d, to);
  shorts8 whole;
  memcpy(&whole, row + d * sizeof(int16_t), sizeof whole);
  *to = __builtin_convertvector(whole, eight);
}

/// to[0 ..< 4] = the sums of the numbers of four vectors.
PIECE void sum_four(const eight *x, float *restrict to) {
  eight t[2], u;
  for (int i = 0; i < 2; i++)
    t[i] = __builtin_shufflevector(x[2 * i], x[2 * i + 1], 0, 2, 8, 10, 4, 6, 12, 14) +
           __builtin_shufflevector(x[2 * i], x[2 * i + 1], 1, 3, 9, 11, 5, 7, 13, 15);
  u = __builtin_shufflevector(t[0], t[1], 0, 2, 8, 10, 4, 6, 12, 14) +
      __builtin_shufflevector(t[0], t[1], 1, 3, 9, 11, 5, 7, 13, 15);
  for (int i = 0; i < 4; i++) to[i] = u[i] + u[i + 4];
}

/// The numbers of heads behind the last eight: few, so one by one.
PIECE float dot_rest(size_t size, const float *q, const struct head_rows *k, size_t j) {
  float sum = 0;
  for (size_t d = size / EIGHT * EIGHT; d < size; d++) sum += q[d] * number_of(k, j, d);
  return sum;
}

/// scores[h, j ..< j + KEYS] = q[h] * k[j] for HEADS heads; behind the last key, its own again.
#define SCORE_KEYS(HEADS)                                                                          \
  PIECE void score_##HEADS(size_t size, size_t keys, const float *restrict q,                      \
                           const struct head_rows *k, size_t j, float *restrict scores) {          \
    eight s[HEADS][KEYS] = {{{0}}}, queries[HEADS], key;                                           \
    size_t row[KEYS];                                                                              \
    for (size_t i = 0; i < KEYS; i++) row[i] = j + i < keys ? j + i : keys - 1;                    \
    for (size_t d = 0; d + EIGHT <= size; d += EIGHT) {                                            \
      for (size_t h = 0; h < HEADS; h++) load_eight(q + h * size + d, queries + h);                \
      for (size_t i = 0; i < KEYS; i++) {                                                          \
        read_eight(k, row[i], d, &key);                                                            \
        for (size_t h = 0; h < HEADS; h++) s[h][i] += queries[h] * key;                            \
      }                                                                                            \
    }                                                                                              \
    for (size_t h = 0; h < HEADS; h++) {                                                           \
      float *to = scores + h * ATTENTION_KEY_TILE + j;                                             \
      sum_four(s[h], to);                                                                          \
      if (size % EIGHT)                                                                            \
        for (size_t i = 0; i < KEYS; i++) to[i] += dot_rest(size, q + h * size, k, row[i]);        \
    }                                                                                              \
  }
SCORE_KEYS(3)
SCORE_KEYS(2)
SCORE_KEYS(1)
#undef SCORE_KEYS

/// o[h] = shrink[h] o[h] + sum of weights[h, j] v[j] for HEADS heads, WIDTH eights of numbers at a time.
#define ADD_VALUES(HEADS, WIDTH)                                                                   \
  PIECE void add_##HEADS(size_t keys, size_t size, const float *restrict weights,                  \
                         const struct head_rows *v, const float *restrict shrink,                  \
                         float *restrict o) {                                                      \
    size_t d = 0;                                                                                  \
    for (; d + WIDTH * EIGHT <= size; d += WIDTH * EIGHT) {                                        \
      eight s[HEADS][WIDTH], value;                                                                \
      for (size_t h = 0; h < HEADS; h++) {                                                         \
        memcpy(s[h], o + h * size + d, sizeof s[h]);                                               \
        for (int i = 0; i < WIDTH; i++) s[h][i] *= shrink[h];                                      \
      }                                                                                            \
      for (size_t j = 0; j < keys; j++)                                                            \
        for (size_t i = 0; i < WIDTH; i++) {                                                       \
          read_eight(v, j, d + i * EIGHT, &value);                                                 \
          for (size_t h = 0; h < HEADS; h++)                                                       \
            s[h][i] += weights[h * ATTENTION_KEY_TILE + j] * value;                                \
        }                                                                                          \
      for (size_t h = 0; h < HEADS; h++) memcpy(o + h * size + d, s[h], sizeof s[h]);              \
    }                                                                                              \
    for (; d < size; d++)                                                                          \
      for (size_t h = 0; h < HEADS; h++) {                                                         \
        float sum = o[h * size + d] * shrink[h];                                                   \
        for (size_t j = 0; j < keys; j++)                                                          \
          sum += weights[h * ATTENTION_KEY_TILE + j] * number_of(v, j, d);                         \
        o[h * size + d] = sum;                                                                     \
      }                                                                                            \
  }
ADD_VALUES(3, 4)
ADD_VALUES(2, 4)
ADD_VALUES(1, 8)
#undef ADD_VALUES

/// Products of whole eights of keys become exp(scale * product - maximum); behind the last key there is
/// none. Returns what shrinks the output so far (online softmax, Milakov and Gimelshein 2018, algorithm 3).
PIECE float weigh(size_t keys, const float *restrict scales, float *restrict scores,
                  float *restrict maximum, float *restrict sum) {
  size_t filled = (keys + EIGHT - 1) / EIGHT * EIGHT;
  float tops[EIGHT], totals[EIGHT] = {0}, top = *maximum, total = 0;
  for (size_t j = 0; j < keys; j++) scores[j] *= scales[j];
  for (size_t j = keys; j < filled; j++) scores[j] = -INFINITY;
  for (int l = 0; l < EIGHT; l++) tops[l] = top;
  for (size_t j = 0; j < filled; j += EIGHT)
    for (int l = 0; l < EIGHT; l++) tops[l] = scores[j + l] > tops[l] ? scores[j + l] : tops[l];
  for (int l = 0; l < EIGHT; l++) top = tops[l] > top ? tops[l] : top;
  for (size_t j = 0; j < filled; j++) scores[j] = fast_exp(scores[j] - top);
  for (size_t j = 0; j < filled; j += EIGHT)
    for (int l = 0; l < EIGHT; l++) totals[l] += scores[j + l];
  for (int l = 0; l < EIGHT; l++) total += totals[l];
  float shrink = fast_exp(*maximum - top);
  *maximum = top;
  *sum = *sum * shrink + total;
  return shrink;
}

/// The query heads that read one key head: how many, and what they have seen so far.
struct seen {
  size_t heads, size;
  const float *q;
  float *maxima, *sums, *out;
};

#define EACH_HEAD(CALL)                                                                            \
  for (g = 0; g + 3 <= seen->heads; g += 3) CALL(3);                                               \
  for (; g + 2 <= seen->heads; g += 2) CALL(2);                                                    \
  for (; g < seen->heads; g++) CALL(1);

/// Asks for keys some way ahead, beyond the last of this tile for those of the tile that is `next`, and for
/// the values of this one, of as many numbers as `size`.
PIECE void fetch_ahead_of(size_t j, size_t keys, const struct head_rows *k, const struct head_rows *next,
                          const struct head_rows *v, size_t size) {
  for (size_t i = j; i < j + KEYS; i++) {
    size_t ahead = i + FETCHED;
    if (ahead < keys) fetch_row(k, ahead, size);
    else if (next->rows) fetch_row(next, ahead - keys, size);
    if (i < keys) fetch_row(v, i, size);
  }
}

/// One tile of keys and values. scores: [heads, ATTENTION_KEY_TILE]   shrink: [heads]
///
/// `fetched` key heads are asked for from this one on, 0 where another has done so.
PIECE void fold_single(size_t keys, const struct head_rows *k, const struct head_rows *v,
                       const struct head_rows *next, float scale, size_t fetched,
                       const struct seen *seen, float *restrict scores, float *restrict shrink) {
  float keyScales[ATTENTION_KEY_TILE], valueScales[ATTENTION_KEY_TILE];
  size_t g, size = seen->size;
#define SCORE(HEADS) score_##HEADS(size, keys, seen->q + g * size, k, j, scores + g * ATTENTION_KEY_TILE)
  for (size_t j = 0; j < keys; j += KEYS) {
    if (fetched) fetch_ahead_of(j, keys, k, next, v, fetched * size);
    EACH_HEAD(SCORE)
  }
  // One by one, as gathering what lies that far apart takes longer.
#pragma clang loop vectorize(disable) unroll_count(4)
  for (size_t j = 0; j < keys; j++) {
    keyScales[j] = scale * scale_of(k, j);
    valueScales[j] = scale_of(v, j);
  }
  for (g = 0; g < seen->heads; g++) {
    float *own = scores + g * ATTENTION_KEY_TILE;
    shrink[g] = weigh(keys, keyScales, own, seen->maxima + g, seen->sums + g);
    if (v->isWhole)
      for (size_t j = 0; j < keys; j++) own[j] *= valueScales[j];
  }
#define ADD(HEADS)                                                                                 \
  add_##HEADS(keys, size, scores + g * ATTENTION_KEY_TILE, v, shrink + g, seen->out + g * size)
  EACH_HEAD(ADD)
#undef SCORE
#undef ADD
}

/// Floats of scratch: what `heads` query heads have seen, and the scores of a group of them.
PIECE size_t single_floats(size_t heads, size_t group, size_t size) {
  return heads * (size + 2) + group * (ATTENTION_KEY_TILE + 1);
}

/// o of the only query of a segment under `count` key heads, tile after tile. `then` walks the segment that
/// comes next, which is without tables where there is none.
PIECE void attend_single(const struct attention_shape *shape, const struct query_rows *tile,
                         struct walk walk, struct walk then, size_t first, size_t count,
                         const float *restrict q, const struct source *k, const struct source *v,
                         float *restrict o, float *restrict logsumexp, float *restrict scratch) {
  size_t group = tile->group, heads = count * group, size = tile->size;
  float *sums = scratch + heads, *out = sums + heads, *shrink = out + heads * size;
  for (size_t g = 0; g < heads; g++) scratch[g] = -INFINITY;
  for (size_t i = 0; i < heads * (size + 1); i++) sums[i] = 0;
  struct meeting meeting, after;
  for (int more = next_meeting(&walk, &meeting); more; meeting = after) {
    more = next_meeting(&walk, &after);
    struct head_rows next = {0};
    if (more || (then.tables && next_meeting(&then, &after)))
      next = rows_of_head(k, shape, after.start, first);
    for (size_t h = 0; h < count; h++) {
      size_t g = h * group;
      struct seen seen = {group, size, q + tile->offset + g * size, scratch + g, sums + g, out + g * size};
      struct head_rows keys = rows_of_head(k, shape, meeting.start, first + h);
      struct head_rows values = rows_of_head(v, shape, meeting.start, first + h);
      fold_single(meeting.keys, &keys, &values, &next, shape->scale, h == 0 ? count : 0, &seen,
                  shrink + group, shrink);
    }
  }
  float *row = o + first * group * size +
               ((size_t)tile->segment->queryStart + tile->first) * shape->oStride;
  for (size_t g = 0; g < heads; g++) {
    for (size_t d = 0; d < size; d++) row[g * size + d] = out[g * size + d] / sums[g];
    if (logsumexp) logsumexp[row_scalar(tile, shape, first, g)] = scratch[g] + logf(sums[g]);
  }
}
#endif
