#ifndef ROUX_WHOLE_ROWS_H
#define ROUX_WHOLE_ROWS_H
#include "weight_blocks.h"
#include "whole_numbers.h"

// Rows that become whole numbers of 16 bits, a scale for each block: each number is off by at most 2^-16
// of the largest of its block.

typedef int16_t shorts16 __attribute__((vector_size(32)));
typedef int16_t shorts32 __attribute__((vector_size(64)));
typedef int32_t integers8 __attribute__((vector_size(32)));
typedef int32_t integers16 __attribute__((vector_size(64)));
typedef float floats16 __attribute__((vector_size(64)));

/// Some rows: whole [columns / BLOCK, count, BLOCK], of eight rows as products ask for them.
/// The scales and the scaled sums of blocks go round in eight lanes; `high` and `low` are sums of eight
/// rows' halves of numbers, where products are made of those.
typedef struct {
  shorts16 *whole;
  eight *scales, *totals;
  integers8 *high, *low;
} whole_rows;

/// Where `count` rows lie from `memory` on, and the bytes that they take: whole lines of the cache, since
/// loads across two take twice as long.
PIECE size_t place_rows(size_t count, size_t columns, const void *memory, whole_rows *to) {
  size_t blocks = columns / BLOCK;
  to->whole = (shorts16 *)memory;
  to->scales = (eight *)(to->whole + 2 * blocks * count);
  to->totals = to->scales + blocks;
  to->high = (integers8 *)(to->totals + blocks);
  to->low = to->high + blocks;
  return 64 * blocks * (count + 2);
}

/// The larger of the sizes of two times sixteen numbers, at each place.
PIECE void larger_sizes(const floats16 *x, integers16 *to) {
  *to = __builtin_elementwise_max((integers16)x[0] & SIZE_BITS, (integers16)x[1] & SIZE_BITS);
}

/// The whole numbers nearest to x * factor.
PIECE void round_to_whole(const floats16 *x, float factor, shorts16 *to) {
  *to = __builtin_convertvector((integers16)(*x * factor + ROUNDER), shorts16);
}

/// A block as whole numbers; returns their scale, which is not finite where one of them is not.
PIECE float round_block(const float *x, shorts16 *to) {
  floats16 numbers[2];
  memcpy(numbers, x, sizeof numbers);
  integers16 sizes;
  larger_sizes(numbers, &sizes);
  int32_t largest = __builtin_reduce_max(sizes);
  for (int i = 0; i < 2; i++) round_to_whole(numbers + i, factor_of(largest), to + i);
  return scale_of_largest(largest);
}

/// Products of neighbours in pairs, added to those of other pairs.
PIECE void add_pairs(const shorts16 *a, const shorts16 *b, integers8 *to) {
  integers16 products =
      __builtin_convertvector(*a, integers16) * __builtin_convertvector(*b, integers16);
  *to += __builtin_shufflevector(products, products, 0, 2, 4, 6, 8, 10, 12, 14) +
         __builtin_shufflevector(products, products, 1, 3, 5, 7, 9, 11, 13, 15);
}

PIECE int32_t total(const shorts16 *x) {
  const shorts16 ones = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  integers8 sums = {0};
  for (int i = 0; i < 2; i++) add_pairs(x + i, &ones, &sums);
  return __builtin_reduce_add(sums);
}

#define ZIP_LOW(X, Y) __builtin_shufflevector(X, Y, 0, 8, 1, 9, 4, 12, 5, 13)
#define ZIP_HIGH(X, Y) __builtin_shufflevector(X, Y, 2, 10, 3, 11, 6, 14, 7, 15)
#define ZIP_LOW_PAIRS(X, Y) __builtin_shufflevector(X, Y, 0, 1, 8, 9, 4, 5, 12, 13)
#define ZIP_HIGH_PAIRS(X, Y) __builtin_shufflevector(X, Y, 2, 3, 10, 11, 6, 7, 14, 15)
#define LOW_HALVES(X, Y) __builtin_shufflevector(X, Y, 0, 1, 2, 3, 8, 9, 10, 11)
#define HIGH_HALVES(X, Y) __builtin_shufflevector(X, Y, 4, 5, 6, 7, 12, 13, 14, 15)

/// Lane j of to[i] = lane i of x[j * stride].
PIECE void transpose(const integers8 *x, size_t stride, integers8 *to) {
  integers8 t[8], u[8];
  for (int i = 0; i < 8; i += 2) {
    t[i] = ZIP_LOW(x[i * stride], x[(i + 1) * stride]);
    t[i + 1] = ZIP_HIGH(x[i * stride], x[(i + 1) * stride]);
  }
  for (int i = 0; i < 8; i += 4)
    for (int k = 0; k < 2; k++) {
      u[i + 2 * k] = ZIP_LOW_PAIRS(t[i + k], t[i + 2 + k]);
      u[i + 2 * k + 1] = ZIP_HIGH_PAIRS(t[i + k], t[i + 2 + k]);
    }
  for (int i = 0; i < 4; i++) {
    to[i] = LOW_HALVES(u[i], u[i + 4]);
    to[i + 4] = HIGH_HALVES(u[i], u[i + 4]);
  }
}

#define PLUS(X, Y) ((X) + (Y))
/// Lane i = all lanes of x[i], joined.
#define JOIN_EACH(NAME, JOIN)                                                                      \
  PIECE void NAME(const integers8 *x, integers8 *to) {                                             \
    integers8 t[4], u[2];                                                                          \
    for (int i = 0; i < 4; i++)                                                                    \
      t[i] = JOIN(ZIP_LOW(x[2 * i], x[2 * i + 1]), ZIP_HIGH(x[2 * i], x[2 * i + 1]));              \
    for (int i = 0; i < 2; i++)                                                                    \
      u[i] = JOIN(ZIP_LOW_PAIRS(t[2 * i], t[2 * i + 1]),                                           \
                  ZIP_HIGH_PAIRS(t[2 * i], t[2 * i + 1]));                                         \
    *to = JOIN(LOW_HALVES(u[0], u[1]), HIGH_HALVES(u[0], u[1]));                                   \
  }
JOIN_EACH(sum_each, PLUS)
JOIN_EACH(largest_of_each, __builtin_elementwise_max)

PIECE void pack_few(size_t count, size_t columns, int totals, const float *restrict x,
                    size_t xStride, const whole_rows *to) {
  for (size_t b = 0; b < columns / BLOCK; b++)
    for (size_t r = 0; r < count; r++) {
      shorts16 *whole = to->whole + (b * count + r) * 2;
      float scale = round_block(x + r * xStride + b * BLOCK, whole);
      float sum = totals ? scale * total(whole) : 0;
      for (size_t i = r; i < EIGHT; i += count) {
        to->scales[b][i] = scale;
        if (totals) to->totals[b][i] = sum;
      }
    }
}


/// The same of eight rows, in lanes: `arrange_LAYOUT` lays a block of them out and sums it where that is
/// asked for.
#define PACK_EIGHT(LAYOUT)                                                                         \
  PIECE void pack_eight_##LAYOUT(size_t columns, int totals, const float *restrict x,              \
                                 size_t xStride, const whole_rows *to) {                           \
    for (size_t b = 0; b < columns / BLOCK; b++) {                                                 \
      floats16 numbers[EIGHT][2];                                                                  \
      integers8 sizes[EIGHT], largest;                                                             \
      shorts16 rows[EIGHT][2];                                                                     \
      for (size_t r = 0; r < EIGHT; r++) {                                                         \
        memcpy(numbers[r], x + r * xStride + b * BLOCK, sizeof numbers[r]);                        \
        integers16 both;                                                                           \
        larger_sizes(numbers[r], &both);                                                           \
        sizes[r] = __builtin_elementwise_max(                                                      \
            __builtin_shufflevector(both, both, 0, 1, 2, 3, 4, 5, 6, 7),                           \
            __builtin_shufflevector(both, both, 8, 9, 10, 11, 12, 13, 14, 15));                    \
      }                                                                                            \
      largest_of_each(sizes, &largest);                                                            \
      to->scales[b] = (eight)largest / LARGEST;                                                    \
      eight factors = (eight)((integers8)(LARGEST / (eight)largest) & ((eight)largest > 0));       \
      for (int r = 0; r < EIGHT; r++)                                                              \
        for (int i = 0; i < 2; i++) round_to_whole(numbers[r] + i, factors[r], rows[r] + i);       \
      arrange_##LAYOUT(rows[0], b, totals, to);                                                    \
    }                                                                                              \
  }

#define PACK_FEW(COUNT)                                                                            \
  for (; r + COUNT <= rows; r += COUNT) {                                                          \
    memory += place_rows(COUNT, columns, memory, &place);                                          \
    pack_few(COUNT, columns, totals, x + r * xStride, xStride, &place);                            \
  }
/// The rows of a pack go by eights, then by four, two and one.
#define PACK_ROWS(LAYOUT, VERSION)                                                                 \
  PACK_EIGHT(LAYOUT)                                                                               \
  VERSION                                                                                          \
  static void pack_##LAYOUT(size_t rows, size_t columns, int totals, const float *restrict x,      \
                            size_t xStride, void *to) {                                            \
    char *memory = to;                                                                             \
    whole_rows place;                                                                              \
    size_t r = 0;                                                                                  \
    for (; r + EIGHT <= rows; r += EIGHT) {                                                        \
      memory += place_rows(EIGHT, columns, memory, &place);                                        \
      pack_eight_##LAYOUT(columns, totals, x + r * xStride, xStride, &place);                      \
    }                                                                                              \
    PACK_FEW(4)                                                                                    \
    PACK_FEW(2)                                                                                    \
    PACK_FEW(1)                                                                                    \
  }
#endif
