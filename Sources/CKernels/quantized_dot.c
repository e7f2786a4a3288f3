#include "blocks.h"
#include "dot.h"
#include "lanes.h"
#include "multiversion.h"

/// Weights are unpacked in stretches of this many numbers, the block length of the 32-wide formats.
enum { STRETCH = 32 };

PIECE float half_at(const uint8_t *bytes) {
  _Float16 half;
  memcpy(&half, bytes, 2);
  return (float)half;
}

/// One stretch of weights as floats, in two registers' worth of lanes.
struct stretch {
  lanes low, high;
};

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef int8_t signs16 __attribute__((vector_size(16)));
typedef _Float16 halves16 __attribute__((vector_size(32)));
typedef uint16_t words16 __attribute__((vector_size(32)));
typedef uint32_t bits16 __attribute__((vector_size(64)));

// unpack_<type>(w, to): the next stretch of a row, from its bytes.

PIECE void unpack_f32(const uint8_t *w, struct stretch *to) { memcpy(to, w, 128); }

PIECE void unpack_f16(const uint8_t *w, struct stretch *to) {
  halves16 low, high;
  memcpy(&low, w, 32);
  memcpy(&high, w + 32, 32);
  to->low = __builtin_convertvector(low, lanes);
  to->high = __builtin_convertvector(high, lanes);
}

PIECE void unpack_bf16(const uint8_t *w, struct stretch *to) {
  words16 low, high;
  memcpy(&low, w, 32);
  memcpy(&high, w + 32, 32);
  to->low = (lanes)(__builtin_convertvector(low, bits16) << 16);
  to->high = (lanes)(__builtin_convertvector(high, bits16) << 16);
}

PIECE void unpack_q8_0(const uint8_t *w, struct stretch *to) {
  signs16 low, high;
  memcpy(&low, w + 2, 16);
  memcpy(&high, w + 18, 16);
  float scale = half_at(w);
  to->low = __builtin_convertvector(low, lanes) * scale;
  to->high = __builtin_convertvector(high, lanes) * scale;
}

/// Sixteen bytes of 4-bit numbers: the low halves come first.
PIECE void unpack_nibbles(const uint8_t *w, float scale, float bottom, struct stretch *to) {
  bytes16 both;
  memcpy(&both, w, 16);
  to->low = __builtin_convertvector(both & 15, lanes) * scale + bottom;
  to->high = __builtin_convertvector(both >> 4, lanes) * scale + bottom;
}

PIECE void unpack_q4_0(const uint8_t *w, struct stretch *to) {
  float scale = half_at(w);
  unpack_nibbles(w + 2, scale, -8 * scale, to);
}

PIECE void unpack_q4_1(const uint8_t *w, struct stretch *to) {
  unpack_nibbles(w + 4, half_at(w), half_at(w + 2), to);
}

/// Adds the products of one stretch to the sums of each row.
PIECE void add_products(size_t rows, const struct stretch *w, const float *x, size_t xStride,
                        struct stretch *restrict sums) {
  for (size_t t = 0; t < rows; t++) {
    struct stretch numbers;
    memcpy(&numbers, x + t * xStride, sizeof numbers);
    sums[t].low += numbers.low * w->low;
    sums[t].high += numbers.high * w->high;
  }
}

PIECE void finish(size_t rows, const struct stretch *restrict sums, float *restrict y,
                  size_t yStride) {
  for (size_t t = 0; t < rows; t++) {
    lanes both = sums[t].low + sums[t].high;
    y[t * yStride] = sum_lanes(&both);
  }
}

/// The last columns of plain rows, followed by zeros up to a whole stretch.
PIECE void pad(size_t rows, size_t bytes, const uint8_t *w, uint8_t *paddedWeights, size_t count,
               const float *x, size_t xStride, float *paddedNumbers) {
  memset(paddedWeights, 0, STRETCH * sizeof(float));
  memcpy(paddedWeights, w, bytes);
  memset(paddedNumbers, 0, rows * STRETCH * sizeof(float));
  for (size_t t = 0; t < rows; t++)
    memcpy(paddedNumbers + t * STRETCH, x + t * xStride, count * sizeof(float));
}

#define DOT_SOME_ROWS(TYPE, BYTES, ROWS)                                                           \
  PIECE void dot_##ROWS##_##TYPE(size_t columns, size_t outStart, size_t outEnd,                   \
                                 const float *restrict x, size_t xStride, const uint8_t *w,        \
                                 float *restrict y, size_t yStride) {                              \
    size_t whole = columns / STRETCH, rest = columns % STRETCH;                                    \
    size_t rowBytes = whole * (BYTES) + rest * (BYTES) / STRETCH;                                  \
    for (size_t o = outStart; o < outEnd; o++) {                                                   \
      const uint8_t *row = w + o * rowBytes;                                                       \
      struct stretch sums[ROWS] = {0}, weights;                                                    \
      for (size_t s = 0; s < whole; s++) {                                                         \
        unpack_##TYPE(row + s * (BYTES), &weights);                                                \
        add_products(ROWS, &weights, x + s * STRETCH, xStride, sums);                              \
      }                                                                                            \
      if (rest > 0) {                                                                              \
        uint8_t paddedWeights[STRETCH * sizeof(float)];                                            \
        float paddedNumbers[ROWS * STRETCH];                                                       \
        pad(ROWS, rest * (BYTES) / STRETCH, row + whole * (BYTES), paddedWeights, rest,            \
            x + whole * STRETCH, xStride, paddedNumbers);                                          \
        unpack_##TYPE(paddedWeights, &weights);                                                    \
        add_products(ROWS, &weights, paddedNumbers, STRETCH, sums);                                \
      }                                                                                            \
      finish(ROWS, sums, y + o, yStride);                                                          \
    }                                                                                              \
  }

#define WHILE_ROWS(TYPE, ROWS)                                                                     \
  for (; t + ROWS <= rows; t += ROWS)                                                              \
    dot_##ROWS##_##TYPE(columns, outStart, outEnd, x + t * xStride, xStride, w, y + t * yStride,   \
                        yStride);

#define DOT_ROWS(TYPE, BYTES)                                                                      \
  DOT_SOME_ROWS(TYPE, BYTES, 4)                                                                    \
  DOT_SOME_ROWS(TYPE, BYTES, 2)                                                                    \
  DOT_SOME_ROWS(TYPE, BYTES, 1)                                                                    \
  MULTIVERSION                                                                                     \
  void k_dot_rows_##TYPE(size_t rows, size_t columns, size_t outStart, size_t outEnd,              \
                         const float *restrict x, size_t xStride, const void *restrict w,          \
                         float *restrict y, size_t yStride) {                                      \
    size_t t = 0;                                                                                  \
    WHILE_ROWS(TYPE, 4)                                                                            \
    WHILE_ROWS(TYPE, 2)                                                                            \
    WHILE_ROWS(TYPE, 1)                                                                            \
  }

DOT_ROWS(f32, 128)
DOT_ROWS(f16, 64)
DOT_ROWS(bf16, 64)
DOT_ROWS(q8_0, 34)
DOT_ROWS(q4_0, 18)
DOT_ROWS(q4_1, 20)

// The other block formats are unpacked a few blocks at a time by the kernels that also unpack whole
// tiles; only the products are done here.

enum { CHUNK = 256 };

#define CHUNKS_SOME_ROWS(ROWS)                                                                     \
  PIECE void chunks_##ROWS(size_t count, const float *chunk, const float *x, size_t xStride,       \
                           struct stretch *restrict sums) {                                        \
    for (size_t i = 0; i < count; i += STRETCH) {                                                  \
      struct stretch weights;                                                                      \
      memcpy(&weights, chunk + i, sizeof weights);                                                 \
      add_products(ROWS, &weights, x + i, xStride, sums);                                          \
    }                                                                                              \
  }
CHUNKS_SOME_ROWS(4)
CHUNKS_SOME_ROWS(2)
CHUNKS_SOME_ROWS(1)

/// Up to eight rows against one unpacked chunk.
PIECE void add_chunk(size_t rows, size_t count, const float *chunk, const float *x, size_t xStride,
                     struct stretch *restrict sums) {
  size_t t = 0;
  for (; t + 4 <= rows; t += 4) chunks_4(count, chunk, x + t * xStride, xStride, sums + t);
  for (; t + 2 <= rows; t += 2) chunks_2(count, chunk, x + t * xStride, xStride, sums + t);
  for (; t < rows; t++) chunks_1(count, chunk, x + t * xStride, xStride, sums + t);
}

#define DOT_CHUNKS(TYPE, NUMBERS, BYTES)                                                           \
  MULTIVERSION                                                                                     \
  void k_dot_rows_##TYPE(size_t rows, size_t columns, size_t outStart, size_t outEnd,              \
                         const float *restrict x, size_t xStride, const void *restrict w,          \
                         float *restrict y, size_t yStride) {                                      \
    for (size_t o = outStart; o < outEnd; o++) {                                                   \
      const uint8_t *row = (const uint8_t *)w + o * (columns / (NUMBERS)) * (BYTES);               \
      struct stretch sums[8] = {0};                                                                \
      float chunk[CHUNK];                                                                          \
      for (size_t c = 0; c < columns; c += CHUNK) {                                                \
        size_t count = columns - c < CHUNK ? columns - c : CHUNK;                                  \
        k_dequantize_##TYPE(count, row + c / (NUMBERS) * (BYTES), chunk);                          \
        add_chunk(rows, count, chunk, x + c, xStride, sums);                                       \
      }                                                                                            \
      finish(rows, sums, y + o, yStride);                                                          \
    }                                                                                              \
  }

DOT_CHUNKS(q5_0, 32, 22)
DOT_CHUNKS(q5_1, 32, 24)
DOT_CHUNKS(q2_K, 256, 84)
DOT_CHUNKS(q3_K, 256, 110)
DOT_CHUNKS(q4_K, 256, 144)
DOT_CHUNKS(q5_K, 256, 176)
DOT_CHUNKS(q6_K, 256, 210)
