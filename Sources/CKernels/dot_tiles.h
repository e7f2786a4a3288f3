#ifndef ROUX_DOT_TILES_H
#define ROUX_DOT_TILES_H
#include "piece.h"
#include <stddef.h>
#include <string.h>

// Dot products of a few rows with a few outputs, blocked so that all sums stay in registers.
//
// Every sum has the same eight lanes, each of which adds up every eighth product in order, however
// rows and outputs are grouped. So the bits of a product depend on nothing but its own row.

typedef float eight __attribute__((vector_size(32)));
enum { EIGHT = 8 };

// Vectors go in and out by address: by value, their calling convention would depend on the clone.

PIECE void load_eight(const float *from, eight *to) { memcpy(to, from, sizeof *to); }

PIECE float sum_eight(const eight *x) {
  const float *f = (const float *)x;
  float pairs[4];
  for (int i = 0; i < 4; i++) pairs[i] = f[i] + f[i + 4];
  return (pairs[0] + pairs[2]) + (pairs[1] + pairs[3]);
}

#define DOT_TILE(ROWS, OUTS)                                                                       \
  PIECE void tile_##ROWS##_##OUTS(size_t columns, const float *x, size_t xStride, const float *w,  \
                                  size_t wStride, eight *sums, size_t sumStride) {                 \
    eight s[ROWS][OUTS];                                                                           \
    for (int r = 0; r < ROWS; r++)                                                                 \
      for (int o = 0; o < OUTS; o++) s[r][o] = sums[(size_t)r * sumStride + o];                    \
    for (size_t c = 0; c < columns; c += EIGHT) {                                                  \
      eight numbers, weights[OUTS];                                                                \
      for (int o = 0; o < OUTS; o++) load_eight(w + (size_t)o * wStride + c, weights + o);         \
      for (int r = 0; r < ROWS; r++) {                                                             \
        load_eight(x + (size_t)r * xStride + c, &numbers);                                         \
        for (int o = 0; o < OUTS; o++) s[r][o] += numbers * weights[o];                            \
      }                                                                                            \
    }                                                                                              \
    for (int r = 0; r < ROWS; r++)                                                                 \
      for (int o = 0; o < OUTS; o++) sums[(size_t)r * sumStride + o] = s[r][o];                    \
  }
// Twelve sums, the weights of three outputs and one number fill the sixteen registers of AVX2; fewer
// rows take more outputs, as a sum must wait for its last product.
DOT_TILE(4, 3)
DOT_TILE(4, 1)
DOT_TILE(2, 4)
DOT_TILE(2, 1)
DOT_TILE(1, 6)
DOT_TILE(1, 1)
#undef DOT_TILE

#define WHILE_OUTS(ROWS, OUTS)                                                                     \
  for (; o + OUTS <= outs; o += OUTS)                                                              \
    tile_##ROWS##_##OUTS(columns, x + r * xStride, xStride, w + o * wStride, wStride,              \
                         sums + r * outs + o, outs);
#define WHILE_ROWS(ROWS, OUTS)                                                                     \
  for (; r + ROWS <= rows; r += ROWS) {                                                            \
    size_t o = 0;                                                                                  \
    WHILE_OUTS(ROWS, OUTS)                                                                         \
    WHILE_OUTS(ROWS, 1)                                                                            \
  }

/// sums[r, o] += x[r] * w[o], lane by lane, over `columns` (a multiple of eight) columns.
/// x: [rows, columns], xStride apart   w: [outs, columns], wStride apart   sums: [rows, outs]
PIECE void add_tiles(size_t rows, size_t outs, size_t columns, const float *x, size_t xStride,
                     const float *w, size_t wStride, eight *restrict sums) {
  size_t r = 0;
  WHILE_ROWS(4, 3)
  WHILE_ROWS(2, 4)
  WHILE_ROWS(1, 6)
}
#undef WHILE_ROWS
#undef WHILE_OUTS

#endif
