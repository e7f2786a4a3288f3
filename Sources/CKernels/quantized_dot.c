#include "blocks.h"
#include "dot.h"
#include "dot_tiles.h"
#include "multiversion.h"

/// Weights are unpacked in stretches of this many numbers, the block length of the 32-wide formats.
enum { STRETCH = 32, PARTS = STRETCH / EIGHT };

typedef uint8_t bytes8 __attribute__((vector_size(8)));
typedef int8_t signs8 __attribute__((vector_size(8)));
typedef _Float16 halves8 __attribute__((vector_size(16)));
typedef _Float16 halves4 __attribute__((vector_size(8)));
typedef float floats4 __attribute__((vector_size(16)));
typedef uint16_t words8 __attribute__((vector_size(16)));
typedef uint32_t bits8 __attribute__((vector_size(32)));
typedef int32_t integers8 __attribute__((vector_size(32)));

/// Two halves as floats.
///
/// Also where only the first is wanted: inserting a single half in a register costs more than
/// loading two, which lie in the same block.
PIECE floats4 halves_at(const uint8_t *bytes) {
  halves4 halves = {0};
  memcpy(&halves, bytes, 4);
  return __builtin_convertvector(halves, floats4);
}

// unpack_<type>(w, to): the next stretch of a row, from its bytes.

PIECE void unpack_f16(const uint8_t *w, eight *to) {
  for (int i = 0; i < PARTS; i++) {
    halves8 halves;
    memcpy(&halves, w + i * sizeof halves, sizeof halves);
    to[i] = __builtin_convertvector(halves, eight);
  }
}

PIECE void unpack_bf16(const uint8_t *w, eight *to) {
  for (int i = 0; i < PARTS; i++) {
    words8 words;
    memcpy(&words, w + i * sizeof words, sizeof words);
    to[i] = (eight)(__builtin_convertvector(words, bits8) << 16);
  }
}

PIECE void unpack_q8_0(const uint8_t *w, eight *to) {
  float scale = halves_at(w)[0];
  for (int i = 0; i < PARTS; i++) {
    signs8 signs;
    memcpy(&signs, w + 2 + i * sizeof signs, sizeof signs);
    to[i] = __builtin_convertvector(__builtin_convertvector(signs, integers8), eight) * scale;
  }
}

/// Sixteen bytes of 4-bit numbers: the low halves come first.
PIECE void unpack_nibbles(const uint8_t *w, integers8 *to) {
  for (int i = 0; i < PARTS / 2; i++) {
    bytes8 bytes;
    memcpy(&bytes, w + i * sizeof bytes, sizeof bytes);
    // Widened first: a shift of bytes would need a mask, and unsigned words have no fast conversion.
    integers8 both = __builtin_convertvector(bytes, integers8);
    to[i] = both & 15;
    to[i + PARTS / 2] = both >> 4;
  }
}

PIECE void unpack_q4_0(const uint8_t *w, eight *to) {
  float scale = halves_at(w)[0];
  integers8 nibbles[PARTS];
  unpack_nibbles(w + 2, nibbles);
  for (int i = 0; i < PARTS; i++) to[i] = __builtin_convertvector(nibbles[i] - 8, eight) * scale;
}

PIECE void unpack_q4_1(const uint8_t *w, eight *to) {
  floats4 both = halves_at(w);
  integers8 nibbles[PARTS];
  unpack_nibbles(w + 4, nibbles);
  for (int i = 0; i < PARTS; i++)
    to[i] = __builtin_convertvector(nibbles[i], eight) * both[0] + both[1];
}

/// How many outputs and columns are unpacked at a time: with the rows they stay in the first cache.
enum { OUTS = 12, CHUNK = 256, ROWS = 32 };

PIECE void finish(size_t rows, size_t outs, const eight *sums, float *restrict y, size_t yStride) {
  for (size_t r = 0; r < rows; r++)
    for (size_t o = 0; o < outs; o++) y[r * yStride + o] = sum_eight(sums + r * outs + o);
}

/// The last columns of rows of any length, followed by zeros up to a whole stretch.
PIECE void pad(size_t rows, size_t bytes, const void *from, size_t stride, void *to,
               size_t toStride) {
  for (size_t r = 0; r < rows; r++) {
    memset((char *)to + r * toStride, 0, toStride);
    memcpy((char *)to + r * toStride, (const char *)from + r * stride, bytes);
  }
}

/// Asks for the bytes `from ..< from + count` before they are needed.
///
/// Rows of weights are short, so that the processor's own prefetching hardly starts before they end.
PIECE void fetch_ahead(const uint8_t *from, size_t count) {
  for (size_t i = 0; i < count; i += 64) __builtin_prefetch(from + i);
}

// single_<type>: one row, where weights go from their bytes through registers into the sums.
// several_<type>: more rows, for which a chunk of weights is unpacked once.
// Both take whole stretches and add to sums.

#define DOT_SINGLE(TYPE, BYTES, COUNT)                                                             \
  PIECE void single_##COUNT##_##TYPE(size_t columns, const float *restrict x, const uint8_t *w,    \
                                     size_t rowBytes, eight *restrict sums) {                      \
    eight s[COUNT], weights[PARTS], numbers;                                                       \
    memcpy(s, sums, sizeof s);                                                                     \
    for (size_t c = 0; c < columns; c += STRETCH) {                                                \
      fetch_ahead(w + OUTS * rowBytes + c / STRETCH * (BYTES) * (COUNT), (BYTES) * (COUNT));       \
      for (int o = 0; o < COUNT; o++) {                                                            \
        unpack_##TYPE(w + (size_t)o * rowBytes + c / STRETCH * (BYTES), weights);                  \
        for (int p = 0; p < PARTS; p++) {                                                          \
          load_eight(x + c + p * EIGHT, &numbers);                                                 \
          s[o] += numbers * weights[p];                                                            \
        }                                                                                          \
      }                                                                                            \
    }                                                                                              \
    memcpy(sums, s, sizeof s);                                                                     \
  }

#define DOT_SEVERAL(TYPE, NUMBERS, BYTES)                                                          \
  PIECE void several_##TYPE(size_t rows, size_t outs, size_t columns, const float *restrict x,     \
                            size_t xStride, const uint8_t *w, size_t rowBytes,                     \
                            eight *restrict sums) {                                                \
    float chunk[OUTS * CHUNK];                                                                     \
    for (size_t c = 0; c < columns; c += CHUNK) {                                                  \
      size_t count = columns - c < CHUNK ? columns - c : CHUNK;                                    \
      for (size_t o = 0; o < outs; o++) {                                                          \
        const uint8_t *from = w + o * rowBytes + c / (NUMBERS) * (BYTES);                          \
        fetch_ahead(from + OUTS * rowBytes, count / (NUMBERS) * (BYTES));                          \
        numbers_##TYPE(count, from, chunk + o * CHUNK);                                            \
      }                                                                                            \
      add_tiles(rows, outs, count, x + c, xStride, chunk, CHUNK, sums);                            \
    }                                                                                              \
  }

/// Rows of any length: whole blocks first, then a last one that is filled up with zeros.
#define DOT_ROWS(TYPE, NUMBERS, BYTES)                                                             \
  MULTIVERSION                                                                                     \
  void k_dot_rows_##TYPE(size_t rows, size_t columns, size_t outStart, size_t outEnd,              \
                         const float *restrict x, size_t xStride, const void *restrict w,          \
                         float *restrict y, size_t yStride) {                                      \
    size_t rest = columns % (NUMBERS), whole = columns - rest;                                     \
    size_t wholeBytes = whole / (NUMBERS) * (BYTES), restBytes = rest * (BYTES) / (NUMBERS);       \
    size_t rowBytes = wholeBytes + restBytes;                                                      \
    for (size_t o = outStart; o < outEnd; o += OUTS) {                                             \
      size_t outs = outEnd - o < OUTS ? outEnd - o : OUTS;                                         \
      const uint8_t *from = (const uint8_t *)w + o * rowBytes;                                     \
      eight sums[ROWS * OUTS];                                                                     \
      memset(sums, 0, rows * outs * sizeof *sums);                                                 \
      some_##TYPE(rows, outs, whole, x, xStride, from, rowBytes, sums);                            \
      if (rest > 0) {                                                                              \
        float lastNumbers[ROWS * (NUMBERS)];                                                       \
        uint8_t lastWeights[OUTS * (BYTES)];                                                       \
        pad(rows, rest * sizeof(float), x + whole, xStride * sizeof(float), lastNumbers,           \
            (NUMBERS) * sizeof(float));                                                            \
        pad(outs, restBytes, from + wholeBytes, rowBytes, lastWeights, (BYTES));                   \
        some_##TYPE(rows, outs, (NUMBERS), lastNumbers, (NUMBERS), lastWeights, (BYTES), sums);    \
      }                                                                                            \
      finish(rows, outs, sums, y + o, yStride);                                                    \
    }                                                                                              \
  }

/// Floats are multiplied where they lie.
PIECE void some_f32(size_t rows, size_t outs, size_t columns, const float *restrict x,
                    size_t xStride, const uint8_t *w, size_t rowBytes, eight *restrict sums) {
  add_tiles(rows, outs, columns, x, xStride, (const float *)w, rowBytes / sizeof(float), sums);
}
DOT_ROWS(f32, EIGHT, 32)

/// Formats whose stretches are unpacked in registers.
#define DOT_STRETCHES(TYPE, BYTES)                                                                 \
  PIECE void numbers_##TYPE(size_t count, const uint8_t *w, float *restrict to) {                  \
    for (size_t c = 0; c < count; c += STRETCH) {                                                  \
      eight weights[PARTS];                                                                        \
      unpack_##TYPE(w + c / STRETCH * (BYTES), weights);                                           \
      memcpy(to + c, weights, sizeof weights);                                                     \
    }                                                                                              \
  }                                                                                                \
  DOT_SEVERAL(TYPE, STRETCH, BYTES)                                                                \
  DOT_SINGLE(TYPE, BYTES, 6)                                                                       \
  DOT_SINGLE(TYPE, BYTES, 1)                                                                       \
  PIECE void some_##TYPE(size_t rows, size_t outs, size_t columns, const float *restrict x,        \
                         size_t xStride, const uint8_t *w, size_t rowBytes, eight *restrict sums) { \
    if (rows > 1) return several_##TYPE(rows, outs, columns, x, xStride, w, rowBytes, sums);       \
    size_t o = 0;                                                                                  \
    for (; o + 6 <= outs; o += 6)                                                                  \
      single_6_##TYPE(columns, x, w + o * rowBytes, rowBytes, sums + o);                           \
    for (; o < outs; o++)                                                                          \
      single_1_##TYPE(columns, x, w + o * rowBytes, rowBytes, sums + o);                           \
  }                                                                                                \
  DOT_ROWS(TYPE, STRETCH, BYTES)

DOT_STRETCHES(f16, 64)
DOT_STRETCHES(bf16, 64)
DOT_STRETCHES(q8_0, 34)
DOT_STRETCHES(q4_0, 18)
DOT_STRETCHES(q4_1, 20)

/// Formats that are unpacked by the kernels that also unpack whole tiles; rows are whole blocks.
#define DOT_BLOCKS(TYPE, NUMBERS, BYTES)                                                           \
  PIECE void numbers_##TYPE(size_t count, const uint8_t *w, float *restrict to) {                  \
    k_dequantize_##TYPE(count, w, to);                                                             \
  }                                                                                                \
  DOT_SEVERAL(TYPE, NUMBERS, BYTES)                                                                \
  PIECE void some_##TYPE(size_t rows, size_t outs, size_t columns, const float *restrict x,        \
                         size_t xStride, const uint8_t *w, size_t rowBytes, eight *restrict sums) { \
    several_##TYPE(rows, outs, columns, x, xStride, w, rowBytes, sums);                            \
  }                                                                                                \
  DOT_ROWS(TYPE, NUMBERS, BYTES)

DOT_BLOCKS(q5_0, 32, 22)
DOT_BLOCKS(q5_1, 32, 24)
DOT_BLOCKS(q2_K, 256, 84)
DOT_BLOCKS(q3_K, 256, 110)
DOT_BLOCKS(q4_K, 256, 144)
DOT_BLOCKS(q5_K, 256, 176)
DOT_BLOCKS(q6_K, 256, 210)
