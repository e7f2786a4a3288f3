#include "blocks.h"
#include "dot.h"
#include "weight_blocks.h"
#include "whole_numbers.h"

// Weights that are whole numbers, multiplied as such.
//
// A block of a row becomes whole numbers of 16 bits, each off by at most 2^-16 of the largest. Products
// with weights of 8 bits add up without rounding over the block, so that a sum is rounded once for 32
// products, and one instruction makes and adds twice as many as of floats.

/// Numbers of rows that stay in the first cache.
enum { PIECE_NUMBERS = 12288 };

/// How many outputs ahead weights are asked for.
enum { AHEAD = 16 };

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef int8_t signs16 __attribute__((vector_size(16)));
typedef int16_t shorts16 __attribute__((vector_size(32)));
typedef int32_t integers8 __attribute__((vector_size(32)));
typedef int32_t integers16 __attribute__((vector_size(64)));
typedef _Float16 halves8 __attribute__((vector_size(16)));
typedef float floats16 __attribute__((vector_size(64)));

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

// Rows

/// Some rows: whole [columns / BLOCK, count, BLOCK], of eight rows [columns / BLOCK, BLOCK / 2, count, 2].
/// The scales and the scaled sums of blocks go round in eight lanes.
typedef struct {
  shorts16 *whole;
  eight *scales, *totals;
} whole_rows;

/// Where `count` rows lie from `memory` on, and the bytes that they take: whole lines of the cache, since
/// loads across two take twice as long.
PIECE size_t place_rows(size_t count, size_t columns, const void *memory, whole_rows *to) {
  size_t blocks = columns / BLOCK;
  to->whole = (shorts16 *)memory;
  to->scales = (eight *)(to->whole + 2 * blocks * count);
  to->totals = to->scales + blocks;
  return 64 * blocks * (count + 1);
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

/// The same of eight rows, in lanes.
PIECE void pack_eight(size_t columns, int totals, const float *restrict x, size_t xStride,
                      const whole_rows *to) {
  const shorts16 ones = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  for (size_t b = 0; b < columns / BLOCK; b++) {
    floats16 numbers[EIGHT][2];
    integers8 sizes[EIGHT], largest, sums = {0};
    shorts16 rows[EIGHT][2], *whole = to->whole + b * EIGHT * 2;
    for (size_t r = 0; r < EIGHT; r++) {
      memcpy(numbers[r], x + r * xStride + b * BLOCK, sizeof numbers[r]);
      integers16 both;
      larger_sizes(numbers[r], &both);
      sizes[r] = __builtin_elementwise_max(
          __builtin_shufflevector(both, both, 0, 1, 2, 3, 4, 5, 6, 7),
          __builtin_shufflevector(both, both, 8, 9, 10, 11, 12, 13, 14, 15));
    }
    largest_of_each(sizes, &largest);
    to->scales[b] = (eight)largest / LARGEST;
    eight factors = (eight)((integers8)(LARGEST / (eight)largest) & ((eight)largest > 0));
    for (int r = 0; r < EIGHT; r++)
      for (int i = 0; i < 2; i++) round_to_whole(numbers[r] + i, factors[r], rows[r] + i);
    for (int half = 0; half < 2; half++)
      transpose((const integers8 *)rows[0] + half, 2, (integers8 *)whole + half * EIGHT);
    if (!totals) continue;
    for (int p = 0; p < BLOCK / 2; p++) add_pairs(whole + p, &ones, &sums);
    to->totals[b] = to->scales[b] * __builtin_convertvector(sums, eight);
  }
}

// Products

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

/// sums[o, r] += x[r] * w[o] for eight rows, which are the lanes, and eight outputs.
#define EIGHT_ROWS(TYPE, BYTES, LEAST)                                                             \
  PIECE void tile_8_##TYPE(size_t columns, const whole_rows *restrict x,                           \
                           const uint8_t *const *restrict w, const uint8_t *later,                 \
                           eight *restrict sums) {                                                 \
    eight s[EIGHT];                                                                                \
    memcpy(s, sums, sizeof s);                                                                     \
    for (size_t b = 0; b < columns / BLOCK; b++) {                                                 \
      integers8 products[EIGHT] = {{0}};                                                           \
      shorts16 weights[EIGHT][2];                                                                  \
      eight scales, leasts;                                                                        \
      if (later) fetch_ahead(later + b * (BYTES) * EIGHT, (BYTES) * EIGHT);                        \
      for (int o = 0; o < EIGHT; o++) read_##TYPE(w[o] + b * (BYTES), weights[o]);                 \
      halves_at(b * (BYTES), w, 1, &scales);                                                       \
      if (LEAST) halves_at(b * (BYTES) + 2, w, 1, &leasts);                                        \
      TO_MEMORY(weights) TO_MEMORY(&scales) TO_MEMORY(&leasts)                                     \
      _Pragma("unroll 4") for (int p = 0; p < BLOCK / 2; p++)                                      \
        for (int o = 0; o < EIGHT; o++) {                                                          \
          integers8 pair = (integers8){0} + ((const int32_t *)weights[o])[p];                      \
          add_pairs(x->whole + b * BLOCK / 2 + p, (const shorts16 *)&pair, products + o);          \
        }                                                                                          \
      for (int o = 0; o < EIGHT; o++) {                                                            \
        s[o] += __builtin_convertvector(products[o], eight) * (x->scales[b] * scales[o]);          \
        if (LEAST) s[o] += x->totals[b] * leasts[o];                                               \
      }                                                                                            \
    }                                                                                              \
    memcpy(sums, s, sizeof s);                                                                     \
  }

/// The rows of a pack go by eights, then by four, two and one.
#define PACK_COUNT(COUNT)                                                                          \
  for (; r + COUNT <= rows; r += COUNT) {                                                          \
    whole_rows to;                                                                                 \
    memory += place_rows(COUNT, columns, memory, &to);                                             \
    if (COUNT == EIGHT)                                                                            \
      pack_eight(columns, totals, x + r * xStride, xStride, &to);                                  \
    else                                                                                           \
      pack_few(COUNT, columns, totals, x + r * xStride, xStride, &to);                             \
  }
MULTIVERSION
void k_pack_whole_rows(size_t rows, size_t columns, int totals, const float *restrict x,
                       size_t xStride, void *to) {
  char *memory = to;
  size_t r = 0;
  PACK_COUNT(8)
  PACK_COUNT(4)
  PACK_COUNT(2)
  PACK_COUNT(1)
}

size_t k_whole_rows_bytes(size_t rows, size_t columns) {
  // Four, two and one row may each bring scales of their own.
  return 64 * columns / BLOCK * (rows + rows / EIGHT + 3);
}

/// y[r, o] = x[r] * w[o] for COUNT rows, WIDTH outputs at a time.
///
/// One or two rows wait for memory. Their outputs are far apart, so that it is read as WIDTH long runs,
/// which the processor fetches ahead by itself; only where all WIDTH lie in a page it is better to take
/// neighbours. The last outputs are made up to WIDTH by the last of all. Long rows are taken in pieces
/// that stay in the first cache.
#define SOME_ROWS(TYPE, BYTES, LEAST, COUNT, WIDTH)                                                \
  PIECE void rows_##COUNT##_##TYPE(size_t columns, size_t outs, const whole_rows *restrict x,      \
                                   const uint8_t *w, float *restrict y, size_t yStride) {          \
    size_t rowBytes = columns / BLOCK * (BYTES), most = PIECE_NUMBERS / COUNT;                     \
    size_t groups = (outs + WIDTH - 1) / WIDTH;                                                    \
    int isFar = COUNT <= 2 && WIDTH * rowBytes > PAGE;                                             \
    for (size_t c = 0; c < columns; c += most) {                                                   \
      size_t count = columns - c < most ? columns - c : most, b = c / BLOCK;                       \
      whole_rows piece = {x->whole + 2 * b * COUNT, x->scales + b, x->totals + b};                 \
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
#define DOT_WHOLE(TYPE, BYTES, LEAST)                                                              \
  EIGHT_ROWS(TYPE, BYTES, LEAST)                                                                   \
  FEW_ROWS(TYPE, BYTES, LEAST, 4, 2)                                                               \
  FEW_ROWS(TYPE, BYTES, LEAST, 2, 4)                                                               \
  FEW_ROWS(TYPE, BYTES, LEAST, 1, 8)                                                               \
  SOME_ROWS(TYPE, BYTES, LEAST, 8, 8)                                                              \
  SOME_ROWS(TYPE, BYTES, LEAST, 4, 2)                                                              \
  SOME_ROWS(TYPE, BYTES, LEAST, 2, 4)                                                              \
  SOME_ROWS(TYPE, BYTES, LEAST, 1, 8)                                                              \
  MULTIVERSION                                                                                     \
  void k_dot_whole_rows_##TYPE(size_t rows, size_t columns, size_t outStart, size_t outEnd,        \
                               const void *restrict x, const void *restrict w,                     \
                               float *restrict y, size_t yStride) {                                \
    const char *memory = x;                                                                        \
    const uint8_t *weights = (const uint8_t *)w + outStart * (columns / BLOCK * (BYTES));          \
    size_t outs = outEnd - outStart, r = 0;                                                        \
    DOT_COUNT(TYPE, 8)                                                                             \
    DOT_COUNT(TYPE, 4)                                                                             \
    DOT_COUNT(TYPE, 2)                                                                             \
    DOT_COUNT(TYPE, 1)                                                                             \
  }

DOT_WHOLE(q8_0, 34, 0)
DOT_WHOLE(q4_0, 18, 0)
DOT_WHOLE(q4_1, 20, 1)
