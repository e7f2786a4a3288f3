#include "blocks.h"
#include "dot.h"
#include "weight_blocks.h"

// Weights that are floats, or are made floats to be multiplied.

/// Weights are unpacked in stretches of this many numbers.
enum { STRETCH = BLOCK, PARTS = STRETCH / EIGHT };

typedef _Float16 halves8 __attribute__((vector_size(16)));
typedef uint16_t words8 __attribute__((vector_size(16)));
typedef uint32_t bits8 __attribute__((vector_size(32)));

// unpack_<type>(w, to): the next stretch of a row, from its bytes.

PIECE void unpack_f32(const uint8_t *w, eight *to) { memcpy(to, w, STRETCH * sizeof(float)); }

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

/// How many outputs are taken at a time, and how far ahead of them weights are asked for.
enum { OUTS = 12, ROWS = 32 };

/// The last columns of rows of any length, followed by zeros up to a whole stretch.
PIECE void pad(size_t rows, size_t bytes, const void *from, size_t stride, void *to,
               size_t toStride) {
  for (size_t r = 0; r < rows; r++) {
    memset((char *)to + r * toStride, 0, toStride);
    memcpy((char *)to + r * toStride, (const char *)from + r * stride, bytes);
  }
}

// Formats whose stretches are unpacked in registers.
//
// Eight sums and four weights leave the registers of AVX2 room for unpacking, which with eight rows and
// one output hides behind the products. Fewer rows take more outputs, as a sum must
// wait for its last product. Rows are packed first, so that one address leads to all of them.

/// Numbers of a pack of rows, which stay in the first cache, and outputs that share it.
enum { PACK = 6144, SHARING = 96 };

/// Columns of `count` rows as [columns / 8, count, 8], filled up with zeros to whole stretches.
PIECE void pack_rows(size_t count, size_t columns, const float *restrict x, size_t xStride,
                     float *restrict to) {
  size_t whole = columns / EIGHT * EIGHT, filled = (columns + STRETCH - 1) / STRETCH * STRETCH;
  for (size_t r = 0; r < count; r++)
    for (size_t c = 0; c < whole; c += EIGHT)
      memcpy(to + c * count + r * EIGHT, x + r * xStride + c, EIGHT * sizeof(float));
  if (whole == filled) return;
  memset(to + whole * count, 0, (filled - whole) * count * sizeof(float));
  for (size_t r = 0; r < count; r++)
    memcpy(to + whole * count + r * EIGHT, x + r * xStride + whole,
           (columns - whole) * sizeof(float));
}

/// to[o] = the numbers of sums[o * stride] added up as `sum_eight` does, eight at a time.
PIECE void write_sums(size_t outs, const eight *sums, size_t stride, float *restrict to) {
  size_t o = 0;
  for (; o + 8 <= outs; o += 8) {
    eight t[4], u[2], v;
    for (int i = 0; i < 4; i++) {
      const eight *x = sums + (o + 2 * (size_t)i) * stride;
      t[i] = __builtin_shufflevector(x[0], x[stride], 0, 1, 2, 3, 8, 9, 10, 11) +
             __builtin_shufflevector(x[0], x[stride], 4, 5, 6, 7, 12, 13, 14, 15);
    }
    for (int i = 0; i < 2; i++)
      u[i] = __builtin_shufflevector(t[2 * i], t[2 * i + 1], 0, 1, 8, 9, 4, 5, 12, 13) +
             __builtin_shufflevector(t[2 * i], t[2 * i + 1], 2, 3, 10, 11, 6, 7, 14, 15);
    v = __builtin_shufflevector(u[0], u[1], 0, 2, 8, 10, 4, 6, 12, 14) +
        __builtin_shufflevector(u[0], u[1], 1, 3, 9, 11, 5, 7, 13, 15);
    v = __builtin_shufflevector(v, v, 0, 4, 1, 5, 2, 6, 3, 7);
    memcpy(to + o, &v, sizeof v);
  }
  for (; o < outs; o++) to[o] = sum_eight(sums + o * stride);
}

/// sums[o, r] += x[r] * w[o] over whole stretches, for COUNT rows and WIDTH outputs `step` apart.
///
/// Outputs next to each other are one run in memory, of which later ones are asked for ahead.
#define DOT_GROUP(TYPE, BYTES, COUNT, WIDTH)                                                       \
  PIECE void group_##COUNT##_##WIDTH##_##TYPE(size_t columns, const float *restrict x,             \
                                              const uint8_t *w, size_t rowBytes, size_t step,      \
                                              eight *restrict sums) {                              \
    eight s[WIDTH][COUNT], weights[PARTS], numbers;                                                \
    size_t stride = step * rowBytes, sumStride = step * COUNT;                                     \
    for (size_t o = 0; o < WIDTH; o++) memcpy(s[o], sums + o * sumStride, sizeof s[o]);            \
    for (size_t c = 0; c < columns; c += STRETCH) {                                                \
      if (step == 1 && (WIDTH == 1 || rowBytes <= PAGE))                                           \
        fetch_ahead(w + OUTS * rowBytes + c / STRETCH * (BYTES) * (WIDTH), (BYTES) * (WIDTH));     \
      for (size_t o = 0; o < WIDTH; o++) {                                                         \
        unpack_##TYPE(w + o * stride + c / STRETCH * (BYTES), weights);                            \
        for (int p = 0; p < PARTS; p++)                                                            \
          for (int r = 0; r < COUNT; r++) {                                                        \
            load_eight(x + c * (COUNT) + (p * (COUNT) + r) * EIGHT, &numbers);                     \
            s[o][r] += numbers * weights[p];                                                       \
          }                                                                                        \
      }                                                                                            \
    }                                                                                              \
    for (size_t o = 0; o < WIDTH; o++) memcpy(sums + o * sumStride, s[o], sizeof s[o]);            \
  }

/// y[r, o] = x[r] * w[o] for COUNT rows, WIDTH outputs at a time.
///
/// One or two rows wait for memory. Theirs are far apart, so that it is read as WIDTH long runs: the
/// processor fetches each ahead by itself, and on across the ends of rows. Only where all WIDTH lie in
/// a page is it better to take neighbours.
#define DOT_PACKED(TYPE, BYTES, COUNT, WIDTH)                                                      \
  PIECE void add_##COUNT##_##TYPE(size_t columns, size_t outs, const float *restrict x,            \
                                  const uint8_t *w, size_t rowBytes, eight *restrict sums) {       \
    size_t groups = outs / WIDTH, step = COUNT > 2 || WIDTH * rowBytes <= PAGE ? 1 : groups;       \
    for (size_t i = 0; i < groups; i++) {                                                          \
      size_t o = step == 1 ? i * WIDTH : i;                                                        \
      group_##COUNT##_##WIDTH##_##TYPE(columns, x, w + o * rowBytes, rowBytes, step,               \
                                       sums + o * COUNT);                                          \
    }                                                                                              \
    for (size_t o = groups * WIDTH; o < outs; o++)                                                 \
      group_##COUNT##_1_##TYPE(columns, x, w + o * rowBytes, rowBytes, 1, sums + o * COUNT);       \
  }                                                                                                \
  PIECE void packed_##COUNT##_##TYPE(size_t columns, size_t outs, const float *restrict x,         \
                                     size_t xStride, const uint8_t *w, float *restrict y,          \
                                     size_t yStride) {                                             \
    size_t whole = columns / STRETCH * STRETCH, rest = columns - whole;                            \
    size_t wholeBytes = whole / STRETCH * (BYTES), restBytes = rest * (BYTES) / STRETCH;           \
    size_t rowBytes = wholeBytes + restBytes;                                                      \
    float packed[PACK];                                                                            \
    eight sums[SHARING * COUNT];                                                                   \
    memset(sums, 0, outs * COUNT * sizeof *sums);                                                  \
    for (size_t c = 0; c < whole; c += PACK / COUNT) {                                             \
      size_t count = whole - c < PACK / COUNT ? whole - c : PACK / COUNT;                          \
      pack_rows(COUNT, count, x + c, xStride, packed);                                             \
      add_##COUNT##_##TYPE(count, outs, packed, w + c / STRETCH * (BYTES), rowBytes, sums);        \
    }                                                                                              \
    if (rest > 0) {                                                                                \
      uint8_t last[SHARING * (BYTES)];                                                             \
      pad(outs, restBytes, w + wholeBytes, rowBytes, last, (BYTES));                               \
      pack_rows(COUNT, rest, x + whole, xStride, packed);                                          \
      add_##COUNT##_##TYPE(STRETCH, outs, packed, last, (BYTES), sums);                            \
    }                                                                                              \
    for (size_t r = 0; r < COUNT; r++) write_sums(outs, sums + r, COUNT, y + r * yStride);         \
  }

#define WHILE_PACKED(TYPE, COUNT)                                                                  \
  for (; r + COUNT <= rows; r += COUNT)                                                            \
    packed_##COUNT##_##TYPE(columns, outs, x + r * xStride, xStride, from,                         \
                            y + r * yStride + o, yStride);

/// The kernel of a type: SHARING outputs after SHARING outputs, rows by eights and then by fewer.
#define DOT_KERNEL(TYPE, BYTES)                                                                    \
  MULTIVERSION                                                                                     \
  void k_dot_rows_##TYPE(size_t rows, size_t columns, size_t outStart, size_t outEnd,              \
                         const float *restrict x, size_t xStride, const void *restrict w,          \
                         float *restrict y, size_t yStride) {                                      \
    size_t rowBytes = columns * (BYTES) / BLOCK;                                                   \
    for (size_t o = outStart; o < outEnd; o += SHARING) {                                          \
      size_t outs = outEnd - o < SHARING ? outEnd - o : SHARING, r = 0;                            \
      const uint8_t *from = (const uint8_t *)w + o * rowBytes;                                     \
      WHILE_PACKED(TYPE, 8)                                                                        \
      WHILE_PACKED(TYPE, 4)                                                                        \
      WHILE_PACKED(TYPE, 2)                                                                        \
      WHILE_PACKED(TYPE, 1)                                                                        \
    }                                                                                              \
  }

#define DOT_STRETCHES(TYPE, BYTES)                                                                 \
  DOT_GROUP(TYPE, BYTES, 8, 1)                                                                     \
  DOT_GROUP(TYPE, BYTES, 4, 2)                                                                     \
  DOT_GROUP(TYPE, BYTES, 4, 1)                                                                     \
  DOT_GROUP(TYPE, BYTES, 2, 4)                                                                     \
  DOT_GROUP(TYPE, BYTES, 2, 1)                                                                     \
  DOT_GROUP(TYPE, BYTES, 1, 6)                                                                     \
  DOT_GROUP(TYPE, BYTES, 1, 1)                                                                     \
  DOT_PACKED(TYPE, BYTES, 8, 1)                                                                    \
  DOT_PACKED(TYPE, BYTES, 4, 2)                                                                    \
  DOT_PACKED(TYPE, BYTES, 2, 4)                                                                    \
  DOT_PACKED(TYPE, BYTES, 1, 6)                                                                    \
  DOT_KERNEL(TYPE, BYTES)

DOT_STRETCHES(f32, 128)
DOT_STRETCHES(f16, 64)
DOT_STRETCHES(bf16, 64)

// several_<type>: a chunk of weights is unpacked once for all rows. It takes whole blocks and adds to
// sums.

enum { CHUNK = 256 };

PIECE void finish(size_t rows, size_t outs, const eight *sums, float *restrict y, size_t yStride) {
  for (size_t r = 0; r < rows; r++)
    for (size_t o = 0; o < outs; o++) y[r * yStride + o] = sum_eight(sums + r * outs + o);
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
        k_dequantize_##TYPE(count, from, chunk + o * CHUNK);                                       \
      }                                                                                            \
      add_tiles(rows, outs, count, x + c, xStride, chunk, CHUNK, sums);                            \
    }                                                                                              \
  }

/// Formats of longer or odder blocks, unpacked by the kernels that also unpack whole tiles; rows are
/// whole blocks.
#define DOT_BLOCKS(TYPE, NUMBERS, BYTES)                                                           \
  DOT_SEVERAL(TYPE, NUMBERS, BYTES)                                                                \
  MULTIVERSION                                                                                     \
  void k_dot_rows_##TYPE(size_t rows, size_t columns, size_t outStart, size_t outEnd,              \
                         const float *restrict x, size_t xStride, const void *restrict w,          \
                         float *restrict y, size_t yStride) {                                      \
    size_t rowBytes = columns / (NUMBERS) * (BYTES);                                               \
    for (size_t o = outStart; o < outEnd; o += OUTS) {                                             \
      size_t outs = outEnd - o < OUTS ? outEnd - o : OUTS;                                         \
      eight sums[ROWS * OUTS];                                                                     \
      memset(sums, 0, rows * outs * sizeof *sums);                                                 \
      several_##TYPE(rows, outs, columns, x, xStride, (const uint8_t *)w + o * rowBytes, rowBytes, \
                     sums);                                                                        \
      finish(rows, outs, sums, y + o, yStride);                                                    \
    }                                                                                              \
  }

DOT_BLOCKS(q5_0, 32, 22)
DOT_BLOCKS(q5_1, 32, 24)
DOT_BLOCKS(q2_K, 256, 84)
DOT_BLOCKS(q3_K, 256, 110)
DOT_BLOCKS(q4_K, 256, 144)
DOT_BLOCKS(q5_K, 256, 176)
DOT_BLOCKS(q6_K, 256, 210)
