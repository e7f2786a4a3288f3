#ifndef ROUX_LANES_H
#define ROUX_LANES_H
#include "elementary.h"
#include "piece.h"
#include <stddef.h>

// fast_exp(0) is exactly 1 and fast_exp(-inf) exactly 0, on which masked softmax relies.

/// Sixteen numbers side by side: queries (or keys) of one block, each in a lane of its own.
///
/// Lanes never meet, and every sum runs over its terms in order. So what a lane receives depends
/// on nothing but its own row, however rows are grouped into blocks.
typedef float lanes __attribute__((vector_size(64)));
enum { LANES = 16 };

#define MULTIPLY_ROWS(ROWS)                                                                        \
  PIECE void multiply_##ROWS(size_t inner, const float *a, size_t rowStride, size_t innerStride,   \
                             const lanes *restrict b, lanes *restrict c, int add) {                \
    lanes sum[ROWS];                                                                               \
    for (int i = 0; i < ROWS; i++) sum[i] = add ? c[i] : (lanes){0};                               \
    for (size_t k = 0; k < inner; k++) {                                                           \
      const float *column = a + k * innerStride;                                                   \
      for (int i = 0; i < ROWS; i++) sum[i] += column[(size_t)i * rowStride] * b[k];               \
    }                                                                                              \
    for (int i = 0; i < ROWS; i++) c[i] = sum[i];                                                  \
  }
MULTIPLY_ROWS(6)
MULTIPLY_ROWS(4)
MULTIPLY_ROWS(2)
MULTIPLY_ROWS(1)
#undef MULTIPLY_ROWS

/// c[row] (+)= sum over k of a[row, k] * b[k], for each lane.
/// a: element (row, k) at row * rowStride + k * innerStride   b: [inner]   c: [rows]
PIECE void multiply_lanes(size_t rows, size_t inner, const float *a, size_t rowStride,
                          size_t innerStride, const lanes *restrict b, lanes *restrict c,
                          int add) {
#define WHILE_ROWS(ROWS)                                                                           \
  for (; r + ROWS <= rows; r += ROWS)                                                              \
    multiply_##ROWS(inner, a + r * rowStride, rowStride, innerStride, b, c + r, add);
  size_t r = 0;
  WHILE_ROWS(6)
  WHILE_ROWS(4)
  WHILE_ROWS(2)
  WHILE_ROWS(1)
#undef WHILE_ROWS
}

/// The functions below reach lanes as plain floats: loops over the elements of a vector type stay
/// scalar, loops over an array of floats do not.
PIECE void raise_lanes(lanes *restrict to, const lanes *restrict other) {
  float *t = (float *)to;
  const float *x = (const float *)other;
  for (int l = 0; l < LANES; l++) t[l] = x[l] > t[l] ? x[l] : t[l];
}

PIECE void exp_lanes(size_t count, lanes *x) {
  float *f = (float *)x;
  for (size_t i = 0; i < count * LANES; i++) f[i] = fast_exp(f[i]);
}

/// x[j] becomes -inf in the lanes whose limit is at most j.
PIECE void mask_lanes(size_t count, const int32_t *restrict limits, lanes *restrict x) {
  float *f = (float *)x;
  for (size_t j = 0; j < count; j++)
    for (int l = 0; l < LANES; l++)
      f[j * LANES + l] = (int32_t)j < limits[l] ? f[j * LANES + l] : -INFINITY;
}

PIECE float sum_lanes(const lanes *x) {
  const float *f = (const float *)x;
  float eight[8];
  for (int i = 0; i < 8; i++) eight[i] = f[i] + f[i + 8];
  for (int half = 4; half > 0; half /= 2)
    for (int i = 0; i < half; i++) eight[i] += eight[i + half];
  return eight[0];
}

PIECE void fill_lanes(size_t count, float value, lanes *to) {
  for (size_t i = 0; i < count; i++) to[i] = (lanes){0} + value;
}
#endif
