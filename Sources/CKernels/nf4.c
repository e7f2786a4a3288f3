#include "nf4.h"
#include "dot.h"
#include "dot_tiles.h"
#include "dynamic_map.h"
#include "multiversion.h"
#include <math.h>

enum { CODES = 16 };

#define L0 -0x1p+0f
#define L1 -0x1.647362p-1f
#define L2 -0x1.0cd66p-1f
#define L3 -0x1.94654p-2f
#define L4 -0x1.23449ap-2f
#define L5 -0x1.7a6a7ep-3f
#define L6 -0x1.74f0e2p-4f
#define L7 0
#define L8 0x1.45f5fep-4f
#define L9 0x1.4995c6p-3f
#define L10 0x1.f809bap-3f
#define L11 0x1.5a0674p-2f
#define L12 0x1.c34970p-2f
#define L13 0x1.200f56p-1f
#define L14 0x1.722766p-1f
#define L15 0x1p+0f

#define BEHIND(H)                                                                                  \
  {H, L0}, {H, L1}, {H, L2}, {H, L3}, {H, L4}, {H, L5}, {H, L6}, {H, L7}, {H, L8}, {H, L9},        \
      {H, L10}, {H, L11}, {H, L12}, {H, L13}, {H, L14}, {H, L15}

static const float levels[CODES] = {L0, L1, L2,  L3,  L4,  L5,  L6,  L7,
                                    L8, L9, L10, L11, L12, L13, L14, L15};

// The two levels of every byte: one load of eight bytes instead of two look-ups.
static const float pairs[256][2] = {
    BEHIND(L0), BEHIND(L1), BEHIND(L2),  BEHIND(L3),  BEHIND(L4),  BEHIND(L5),
    BEHIND(L6), BEHIND(L7), BEHIND(L8),  BEHIND(L9),  BEHIND(L10), BEHIND(L11),
    BEHIND(L12), BEHIND(L13), BEHIND(L14), BEHIND(L15)};

const float *k_dynamic_map(int has_sign) { return has_sign ? signed_map : unsigned_map; }

static inline float load_float(const uint8_t *from) {
  float x;
  memcpy(&x, from, sizeof x);
  return x;
}

static inline void store_float(uint8_t *to, float x) { memcpy(to, &x, sizeof x); }

/// Where a block begins: behind the offset, and behind what its group and those before it share.
static inline size_t place_of(size_t block) {
  return 4 + 4 * (block / NF4_GROUP + 1) + block * NF4_BLOCK_BYTES;
}

static inline size_t place_of_shared(size_t group) {
  return 4 + group * (4 + NF4_GROUP * NF4_BLOCK_BYTES);
}

typedef float two __attribute__((vector_size(8)));

MULTIVERSION
void k_dequantize_nf4(size_t start, size_t n, const void *tensor, float *restrict out) {
#pragma clang fp contract(off)
  const uint8_t *bytes = tensor;
  const float offset = load_float(bytes);
  for (size_t i = 0; i < n; i += NF4_STRETCH) {
    const size_t number = (start + i) / NF4_BLOCK;
    const uint8_t *block = bytes + place_of(number);
    const uint8_t *codes = block + 1 + (start + i) % NF4_BLOCK / 2;
    const float shared = load_float(bytes + place_of_shared(number / NF4_GROUP));
    const float scale = signed_map[block[0]] * shared + offset;
    // Two at a time from the table to their place: wider loads would wait for narrower stores.
    for (size_t j = 0; j < NF4_STRETCH / 2; j++) {
      two levels;
      memcpy(&levels, pairs[codes[j]], sizeof levels);
      levels *= scale;
      memcpy(out + i + 2 * j, &levels, sizeof levels);
    }
  }
}

/// Codes of one block; returns its largest magnitude.
static inline float quantize_block(const float *restrict x, uint8_t *restrict codes) {
#pragma clang fp contract(off)
  float largest = 0;
  for (size_t j = 0; j < NF4_BLOCK; j++) largest = fmaxf(largest, fabsf(x[j]));
  const float inverse = 1.0f / fmaxf(largest, 1e-38f);
  uint8_t found[NF4_BLOCK] = {0};
  for (size_t code = 1; code < CODES; code++) {
    const float threshold = (levels[code - 1] + levels[code]) / 2;
    for (size_t j = 0; j < NF4_BLOCK; j++) found[j] += x[j] * inverse > threshold;
  }
  for (size_t j = 0; j < NF4_BLOCK / 2; j++)
    codes[j] = (uint8_t)(found[2 * j] << 4 | found[2 * j + 1]);
  return largest;
}

enum { SUM_LANES = 8, SUM_ROWS = 4, SUM_LEVELS = 4 };

static size_t ceil_log2(size_t x) {
  size_t log = 0;
  while ((size_t)1 << log < x) log++;
  return log;
}

static void add_row(float (*restrict sums)[SUM_LANES], const float *x) {
  for (int k = 0; k < SUM_ROWS; k++)
    for (int lane = 0; lane < SUM_LANES; lane++) sums[k][lane] += x[k * SUM_LANES + lane];
}

/// The sum in the order in which PyTorch adds up on one thread (aten/native/cpu/SumKernel.cpp): the
/// offset of a tensor is a mean, and another order gives other last bits.
static float cascade_sum(size_t n, const float *x) {
  float sums[SUM_LEVELS][SUM_ROWS][SUM_LANES] = {{{0}}};
  const size_t vectors = n / SUM_LANES, rows = vectors / SUM_ROWS;
  const size_t log = ceil_log2(rows) / SUM_LEVELS, power = log > 4 ? log : 4;
  const size_t step = (size_t)1 << power;
  size_t row = 0;
  while (row + step <= rows) {
    for (size_t i = 0; i < step; i++, row++) add_row(sums[0], x + row * SUM_ROWS * SUM_LANES);
    for (size_t level = 1; level < SUM_LEVELS; level++) {
      add_row(sums[level], sums[level - 1][0]);
      memset(sums[level - 1], 0, sizeof sums[0]);
      if (row & (step - 1) << (level * power)) break;
    }
  }
  for (; row < rows; row++) add_row(sums[0], x + row * SUM_ROWS * SUM_LANES);
  for (size_t level = 1; level < SUM_LEVELS; level++) add_row(sums[0], sums[level][0]);
  float *total = sums[0][0];
  for (size_t v = rows * SUM_ROWS; v < vectors; v++)
    for (int lane = 0; lane < SUM_LANES; lane++) total[lane] += x[v * SUM_LANES + lane];
  for (int k = 1; k < SUM_ROWS; k++)
    for (int lane = 0; lane < SUM_LANES; lane++) total[lane] += sums[0][k][lane];
  float sum = 0;
  for (size_t i = vectors * SUM_LANES; i < n; i++) sum += x[i];
  for (int lane = 0; lane < SUM_LANES; lane++) sum += total[lane];
  return sum;
}

/// The code of a scale in -1 ... 1.
///
/// bitsandbytes looks it up in a table of 65536 places, so that a number near a threshold can get the
/// second nearest code.
static uint8_t scale_code(float x) {
#pragma clang fp contract(off)
  const float place = floorf((x + 1.0f) * 32767.5f + 0.5f);
  const float value = place * 2.0f / 65535.0f - 1.0f;
  size_t low = 0, high = 255;
  while (high - low > 1) {
    const size_t middle = (low + high) / 2;
    if (signed_map[middle] <= value)
      low = middle;
    else
      high = middle;
  }
  return (uint8_t)(signed_map[high] - value < value - signed_map[low] ? high : low);
}

static void quantize_scales(size_t count, const float *scales, float offset, uint8_t *bytes) {
#pragma clang fp contract(off)
  for (size_t first = 0; first < count; first += NF4_GROUP) {
    const size_t end = first + NF4_GROUP < count ? first + NF4_GROUP : count;
    float largest = 0;
    for (size_t b = first; b < end; b++) largest = fmaxf(largest, fabsf(scales[b] - offset));
    store_float(bytes + place_of_shared(first / NF4_GROUP), largest);
    const float inverse = largest > 0 ? 1.0f / largest : 0;
    for (size_t b = first; b < end; b++)
      bytes[place_of(b)] = largest > 0 ? scale_code((scales[b] - offset) * inverse) : 0;
  }
}

MULTIVERSION
void k_quantize_nf4(size_t n, const float *restrict x, float *restrict scales, void *tensor) {
  uint8_t *bytes = tensor;
  const size_t blocks = n / NF4_BLOCK;
  if (blocks == 0) return;
  for (size_t b = 0; b < blocks; b++)
    scales[b] = quantize_block(x + b * NF4_BLOCK, bytes + place_of(b) + 1);
  const float offset = cascade_sum(blocks, scales) / (float)blocks;
  store_float(bytes, offset);
  quantize_scales(blocks, scales, offset, bytes);
}

enum { OUTS = 12, CHUNK = 256, ROWS = 32 };

MULTIVERSION
void k_dot_rows_nf4(size_t rows, size_t columns, size_t outStart, size_t outEnd,
                    const float *restrict x, size_t xStride, const void *restrict w,
                    float *restrict y, size_t yStride) {
  float chunk[OUTS * CHUNK];
  for (size_t o = outStart; o < outEnd; o += OUTS) {
    const size_t outs = outEnd - o < OUTS ? outEnd - o : OUTS;
    eight sums[ROWS * OUTS];
    memset(sums, 0, rows * outs * sizeof *sums);
    for (size_t c = 0; c < columns; c += CHUNK) {
      const size_t count = columns - c < CHUNK ? columns - c : CHUNK;
      for (size_t k = 0; k < outs; k++)
        k_dequantize_nf4((o + k) * columns + c, count, w, chunk + k * CHUNK);
      add_tiles(rows, outs, count, x + c, xStride, chunk, CHUNK, sums);
    }
    for (size_t r = 0; r < rows; r++)
      for (size_t k = 0; k < outs; k++) y[r * yStride + o + k] = sum_eight(sums + r * outs + k);
  }
}
