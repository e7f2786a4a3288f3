#ifndef ROUX_WHOLE_TILES_H
#define ROUX_WHOLE_TILES_H
#include "dot.h"
#include "whole_rows.h"

// Weights of whole numbers and the products with them that are made alike by all processors.

/// Numbers of rows that stay in the first cache.
enum { PIECE_NUMBERS = 12288 };

/// How many outputs ahead weights are asked for.
enum { AHEAD = 16 };

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef int8_t signs16 __attribute__((vector_size(16)));
typedef _Float16 halves8 __attribute__((vector_size(16)));

// Weights: number i of a block is whole[i] * scale + least, where scale and least are its first halves.

PIECE void read_q8_0(const uint8_t *w, shorts16 *whole) {
  for (int i = 0; i < 2; i++) {
    signs16 signs;
    memcpy(&signs, w + 2 + i * sizeof signs, sizeof signs);
    whole[i] = __builtin_convertvector(signs, shorts16);
  }
}

/// Sixteen bytes of 4-bit numbers: the low halves come first.
///
/// As pairs, since of single numbers the compiler would widen each half by itself.
PIECE void read_nibbles(const uint8_t *w, shorts16 *whole) {
  bytes16 bytes;
  memcpy(&bytes, w, sizeof bytes);
  integers8 pairs = (integers8)__builtin_convertvector(bytes, shorts16);
  whole[0] = (shorts16)(pairs & 0x000F000F);
  whole[1] = (shorts16)(pairs >> 4 & 0x000F000F);
}

PIECE void read_q4_0(const uint8_t *w, shorts16 *whole) {
  read_nibbles(w + 2, whole);
  for (int i = 0; i < 2; i++) whole[i] -= 8;
}

PIECE void read_q4_1(const uint8_t *w, shorts16 *whole) { read_nibbles(w + 4, whole); }

/// Lane o * rows + r = the half at `bytes` in the blocks of output o.
PIECE void halves_at(size_t bytes, const uint8_t *const *w, int rows, eight *to) {
  halves8 halves;
  for (int i = 0; i < EIGHT; i++) {
    _Float16 half;
    memcpy(&half, w[i / rows] + bytes, sizeof half);
    halves[i] = half;
  }
  *to = __builtin_convertvector(halves, eight);
}

/// Makes the compiler write values to memory, where pairs of them are loaded into all lanes at once: by
/// itself it would shuffle them there.
#define TO_MEMORY(VALUES) __asm__ volatile("" : : "r"(VALUES) : "memory");

/// sums[o, r] += x[r] * w[o] for COUNT rows and WIDTH outputs, eight sums in all: their lanes are
/// columns, until a block is done.
#define FEW_ROWS(TYPE, BYTES, LEAST, COUNT, WIDTH)                                                 \
  PIECE void tile_##COUNT##_##TYPE(size_t columns, const whole_rows *restrict x,                   \
                                   const uint8_t *const *restrict w, const uint8_t *later,         \
                                   eight *restrict sums) {                                         \
    eight sum = *sums, scales, leasts;                                                             \
    for (size_t b = 0; b < columns / BLOCK; b++) {                                                 \
      integers8 products[EIGHT] = {{0}}, whole;                                                    \
      shorts16 weights[2];                                                                         \
      if (later) fetch_ahead(later + b * (BYTES) * WIDTH, (BYTES) * WIDTH);                        \
      _Pragma("unroll") for (int o = 0; o < WIDTH; o++) {                                          \
        read_##TYPE(w[o] + b * (BYTES), weights);                                                  \
        for (int r = 0; r < COUNT; r++)                                                            \
          for (int i = 0; i < 2; i++)                                                              \
            add_pairs(x->whole + (b * COUNT + r) * 2 + i, weights + i, products + o * COUNT + r);  \
      }                                                                                            \
      sum_each(products, &whole);                                                                  \
      halves_at(b * (BYTES), w, COUNT, &scales);                                                   \
      sum += __builtin_convertvector(whole, eight) * (x->scales[b] * scales);                      \
      if (!(LEAST)) continue;                                                                      \
      halves_at(b * (BYTES) + 2, w, COUNT, &leasts);                                               \
      sum += x->totals[b] * leasts;                                                                \
    }                                                                                              \
    *sums = sum;                                                                                   \
  }

/// y[r, o] = x[r] * w[o] for COUNT rows, WIDTH outputs at a time.
///
/// One or two rows wait for memory. Their outputs are far apart, so that it is read as WIDTH long runs,
/// which the processor fetches ahead by itself; only where all WIDTH lie in a page it is better to take
/// neighbours. The last outputs are made up to WIDTH by the last of all. Long rows are taken in pieces
/// that stay in the first cache.
#define SOME_ROWS(TYPE, BYTES, COUNT, WIDTH)                                                       \
  PIECE void rows_##COUNT##_##TYPE(size_t columns, size_t outs, const whole_rows *restrict x,      \
                                   const uint8_t *w, float *restrict y, size_t yStride) {          \
    size_t rowBytes = columns / BLOCK * (BYTES), most = PIECE_NUMBERS / COUNT;                     \
    size_t groups = (outs + WIDTH - 1) / WIDTH;                                                    \
    int isFar = COUNT <= 2 && WIDTH * rowBytes > PAGE;                                             \
    for (size_t c = 0; c < columns; c += most) {                                                   \
      size_t count = columns - c < most ? columns - c : most, b = c / BLOCK;                       \
      whole_rows piece = {x->whole + 2 * b * COUNT, x->scales + b, x->totals + b, x->high + b,     \
                          x->low + b};                                                             \
      for (size_t g = 0; g < groups; g++) {                                                        \
        const uint8_t *from[WIDTH];                                                                \
        _Alignas(eight) float sums[WIDTH][COUNT];                                                  \
        size_t place[WIDTH];                                                                       \
        for (size_t i = 0; i < WIDTH; i++) {                                                       \
          size_t o = isFar ? g + i * groups : g * WIDTH + i;                                       \
          place[i] = o < outs ? o : outs - 1;                                                      \
          from[i] = w + place[i] * rowBytes + b * (BYTES);                                         \
          for (size_t r = 0; r < COUNT; r++)                                                       \
            sums[i][r] = c == 0 ? 0 : y[r * yStride + place[i]];                                   \
        }                                                                                          \
        tile_##COUNT##_##TYPE(count, &piece, from, isFar ? 0 : from[0] + AHEAD * rowBytes,         \
                              (eight *)sums);                                                      \
        for (size_t i = 0; i < WIDTH; i++)                                                         \
          for (size_t r = 0; r < COUNT; r++) y[r * yStride + place[i]] = sums[i][r];               \
      }                                                                                            \
    }                                                                                              \
  }

#define DOT_COUNT(TYPE, COUNT)                                                                     \
  for (; r + COUNT <= rows; r += COUNT) {                                                          \
    whole_rows from;                                                                               \
    memory += place_rows(COUNT, columns, memory, &from);                                           \
    rows_##COUNT##_##TYPE(columns, outs, &from, weights, y + r * yStride + outStart, yStride);     \
  }
/// The products of a type; `tile_8_TYPE` makes those of eight rows, in the layout that is named.
#define DOT_WHOLE(TYPE, BYTES, LEAST, LAYOUT, VERSION)                                             \
  FEW_ROWS(TYPE, BYTES, LEAST, 4, 2)                                                               \
  FEW_ROWS(TYPE, BYTES, LEAST, 2, 4)                                                               \
  FEW_ROWS(TYPE, BYTES, LEAST, 1, 8)                                                               \
  SOME_ROWS(TYPE, BYTES, 8, 8)                                                                     \
  SOME_ROWS(TYPE, BYTES, 4, 2)                                                                     \
  SOME_ROWS(TYPE, BYTES, 2, 4)                                                                     \
  SOME_ROWS(TYPE, BYTES, 1, 8)                                                                     \
  VERSION                                                                                          \
  static void dot_##LAYOUT##_##TYPE(size_t rows, size_t columns, size_t outStart, size_t outEnd,   \
                                    const void *restrict x, const void *restrict w,                \
                                    float *restrict y, size_t yStride) {                           \
    const char *memory = x;                                                                        \
    const uint8_t *weights = (const uint8_t *)w + outStart * (columns / BLOCK * (BYTES));          \
    size_t outs = outEnd - outStart, r = 0;                                                        \
    DOT_COUNT(TYPE, 8)                                                                             \
    DOT_COUNT(TYPE, 4)                                                                             \
    DOT_COUNT(TYPE, 2)                                                                             \
    DOT_COUNT(TYPE, 1)                                                                             \
  }
#endif
