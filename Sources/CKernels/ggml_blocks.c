// Blocks of ggml to f32, and f32 to the simple ones.
//
// No fused multiply-add anywhere: results are those of ggml's plain code, bit for bit, on every
// instruction set.
#include "blocks.h"
#include "half.h"
#include "multiversion.h"

enum { SMALL = 32, LARGE = 256 };

MULTIVERSION
void k_dequantize_q4_0(size_t n, const void *blocks, float *restrict out) {
#pragma clang fp contract(off)
  const uint8_t *block = blocks;
  for (size_t i = 0; i < n; i += SMALL, block += 18) {
    const float d = load_half(block);
    const uint8_t *q = block + 2;
    for (size_t j = 0; j < 16; j++) {
      out[i + j] = d * (float)((q[j] & 15) - 8);
      out[i + j + 16] = d * (float)((q[j] >> 4) - 8);
    }
  }
}

MULTIVERSION
void k_dequantize_q4_1(size_t n, const void *blocks, float *restrict out) {
#pragma clang fp contract(off)
  const uint8_t *block = blocks;
  for (size_t i = 0; i < n; i += SMALL, block += 20) {
    const float d = load_half(block), m = load_half(block + 2);
    const uint8_t *q = block + 4;
    for (size_t j = 0; j < 16; j++) {
      out[i + j] = d * (float)(q[j] & 15) + m;
      out[i + j + 16] = d * (float)(q[j] >> 4) + m;
    }
  }
}

MULTIVERSION
void k_dequantize_q5_0(size_t n, const void *blocks, float *restrict out) {
#pragma clang fp contract(off)
  const uint8_t *block = blocks;
  for (size_t i = 0; i < n; i += SMALL, block += 22) {
    const float d = load_half(block);
    uint32_t high;
    memcpy(&high, block + 2, sizeof high);
    const uint8_t *q = block + 6;
    for (uint32_t j = 0; j < 16; j++) {
      const int low5 = (q[j] & 15) | (int)((high >> j) & 1) << 4;
      const int high5 = (q[j] >> 4) | (int)((high >> (j + 16)) & 1) << 4;
      out[i + j] = d * (float)(low5 - 16);
      out[i + j + 16] = d * (float)(high5 - 16);
    }
  }
}

MULTIVERSION
void k_dequantize_q5_1(size_t n, const void *blocks, float *restrict out) {
#pragma clang fp contract(off)
  const uint8_t *block = blocks;
  for (size_t i = 0; i < n; i += SMALL, block += 24) {
    const float d = load_half(block), m = load_half(block + 2);
    uint32_t high;
    memcpy(&high, block + 4, sizeof high);
    const uint8_t *q = block + 8;
    for (uint32_t j = 0; j < 16; j++) {
      const int low5 = (q[j] & 15) | (int)((high >> j) & 1) << 4;
      const int high5 = (q[j] >> 4) | (int)((high >> (j + 16)) & 1) << 4;
      out[i + j] = d * (float)low5 + m;
      out[i + j + 16] = d * (float)high5 + m;
    }
  }
}

MULTIVERSION
void k_dequantize_q8_0(size_t n, const void *blocks, float *restrict out) {
#pragma clang fp contract(off)
  const uint8_t *block = blocks;
  for (size_t i = 0; i < n; i += SMALL, block += 34) {
    const float d = load_half(block);
    const int8_t *q = (const int8_t *)block + 2;
    for (size_t j = 0; j < 32; j++) out[i + j] = d * (float)q[j];
  }
}

// scales[16] of 4 + 4 bits, q[64] of 2 bits, d, dmin. Each half block of 128 numbers shares 32
// bytes: bits 0-1 are its first 32 numbers, bits 2-3 the next, and so on.
MULTIVERSION
void k_dequantize_q2_K(size_t n, const void *blocks, float *restrict out) {
#pragma clang fp contract(off)
  const uint8_t *block = blocks;
  for (size_t i = 0; i < n; i += LARGE, block += 84) {
    const uint8_t *scales = block, *q = block + 16;
    const float d = load_half(block + 80), dmin = load_half(block + 82);
    for (size_t g = 0; g < 16; g++) {
      const float scale = d * (float)(scales[g] & 15), minimum = dmin * (float)(scales[g] >> 4);
      const uint8_t *group = q + 32 * (g / 8) + 16 * (g % 2);
      const unsigned shift = 2 * (g % 8 / 2);
      for (size_t j = 0; j < 16; j++)
        out[i + 16 * g + j] = scale * (float)((group[j] >> shift) & 3) - minimum;
    }
  }
}

// Sixteen 6-bit scales in 12 bytes: low nibbles in the first eight, upper bit pairs in the rest.
static inline int scale_q3_K(const uint8_t *packed, size_t g) {
  const int low = (packed[g % 8] >> (4 * (g / 8))) & 15;
  const int high = (packed[8 + g % 4] >> (2 * (g / 4))) & 3;
  return (low | high << 4) - 32;
}

// high[32] of 1 bit, q[64] of 2 bits, scales[12], d. A set high bit means that 4 is not taken off.
MULTIVERSION
void k_dequantize_q3_K(size_t n, const void *blocks, float *restrict out) {
#pragma clang fp contract(off)
  const uint8_t *block = blocks;
  for (size_t i = 0; i < n; i += LARGE, block += 110) {
    const uint8_t *high = block, *q = block + 32, *scales = block + 96;
    const float d = load_half(block + 108);
    for (size_t g = 0; g < 16; g++) {
      const float scale = d * (float)scale_q3_K(scales, g);
      const uint8_t *group = q + 32 * (g / 8) + 16 * (g % 2), *top = high + 16 * (g % 2);
      const unsigned shift = 2 * (g % 8 / 2), bit = (unsigned)(g / 2);
      for (size_t j = 0; j < 16; j++) {
        const int low = (group[j] >> shift) & 3;
        out[i + 16 * g + j] = scale * (float)(low - ((top[j] >> bit) & 1 ? 0 : 4));
      }
    }
  }
}

// Eight 6-bit scales and eight 6-bit minimums in 12 bytes, as q4_K and q5_K have them.
static inline void scale_and_minimum(const uint8_t *p, size_t g, int *scale, int *minimum) {
  if (g < 4) {
    *scale = p[g] & 63;
    *minimum = p[g + 4] & 63;
  } else {
    *scale = (p[g + 4] & 15) | (p[g - 4] >> 6) << 4;
    *minimum = (p[g + 4] >> 4) | (p[g] >> 6) << 4;
  }
}

// d, dmin, scales[12], q[128] of 4 bits: of each 32 bytes, low nibbles first, then high ones.
MULTIVERSION
void k_dequantize_q4_K(size_t n, const void *blocks, float *restrict out) {
#pragma clang fp contract(off)
  const uint8_t *block = blocks;
  for (size_t i = 0; i < n; i += LARGE, block += 144) {
    const float d = load_half(block), dmin = load_half(block + 2);
    for (size_t g = 0; g < 8; g++) {
      int s, t;
      scale_and_minimum(block + 4, g, &s, &t);
      const float scale = d * (float)s, minimum = dmin * (float)t;
      const uint8_t *q = block + 16 + 32 * (g / 2);
      const unsigned shift = 4 * (g % 2);
      for (size_t j = 0; j < 32; j++)
        out[i + 32 * g + j] = scale * (float)((q[j] >> shift) & 15) - minimum;
    }
  }
}

// As q4_K, with high[32] between: bit g of byte j is the fifth bit of number j of group g.
MULTIVERSION
void k_dequantize_q5_K(size_t n, const void *blocks, float *restrict out) {
#pragma clang fp contract(off)
  const uint8_t *block = blocks;
  for (size_t i = 0; i < n; i += LARGE, block += 176) {
    const float d = load_half(block), dmin = load_half(block + 2);
    const uint8_t *high = block + 16;
    for (size_t g = 0; g < 8; g++) {
      int s, t;
      scale_and_minimum(block + 4, g, &s, &t);
      const float scale = d * (float)s, minimum = dmin * (float)t;
      const uint8_t *q = block + 48 + 32 * (g / 2);
      const unsigned shift = 4 * (g % 2);
      for (size_t j = 0; j < 32; j++) {
        const int five = ((q[j] >> shift) & 15) | ((high[j] >> g) & 1) << 4;
        out[i + 32 * g + j] = scale * (float)five - minimum;
      }
    }
  }
}

// low[128] of 4 bits, high[64] of 2 bits, signed scales[16], d.
MULTIVERSION
void k_dequantize_q6_K(size_t n, const void *blocks, float *restrict out) {
#pragma clang fp contract(off)
  const uint8_t *block = blocks;
  for (size_t i = 0; i < n; i += LARGE, block += 210) {
    const int8_t *scales = (const int8_t *)block + 192;
    const float d = load_half(block + 208);
    for (size_t g = 0; g < 8; g++) {
      const uint8_t *low = block + 64 * (g / 4) + 32 * (g % 2);
      const uint8_t *high = block + 128 + 32 * (g / 4);
      const unsigned low_shift = 4 * (g % 4 / 2), high_shift = 2 * (g % 4);
      for (size_t j = 0; j < 32; j++) {
        const int six = ((low[j] >> low_shift) & 15) | ((high[j] >> high_shift) & 3) << 4;
        out[i + 32 * g + j] = d * (float)scales[2 * g + j / 16] * (float)(six - 32);
      }
    }
  }
}

// Subnormal scales have no inverse, so what they leave here can be anything: NaN becomes 0.
static inline uint8_t nibble(float x) {
  if (x >= 15.0f) return 15;
  return x > 0.0f ? (uint8_t)x : 0;
}

static inline int8_t signed_byte(float x) {
  if (x >= 127.0f) return 127;
  if (x <= -127.0f) return -127;
  return x == x ? (int8_t)x : 0;
}

MULTIVERSION
void k_quantize_q4_0(size_t n, const float *restrict x, void *blocks) {
#pragma clang fp contract(off)
  uint8_t *block = blocks;
  for (size_t i = 0; i < n; i += SMALL, block += 18) {
    float largest = 0, extreme = 0;
    for (size_t j = 0; j < SMALL; j++) {
      if (fabsf(x[i + j]) > largest) {
        largest = fabsf(x[i + j]);
        extreme = x[i + j];
      }
    }
    const float d = extreme / -8.0f, inverse = d != 0 ? 1.0f / d : 0.0f;
    store_half(block, d);
    for (size_t j = 0; j < 16; j++) {
      const uint8_t low = nibble(x[i + j] * inverse + 8.5f);
      const uint8_t high = nibble(x[i + j + 16] * inverse + 8.5f);
      block[2 + j] = (uint8_t)(low | high << 4);
    }
  }
}

MULTIVERSION
void k_quantize_q4_1(size_t n, const float *restrict x, void *blocks) {
#pragma clang fp contract(off)
  uint8_t *block = blocks;
  for (size_t i = 0; i < n; i += SMALL, block += 20) {
    float low = x[i], high = x[i];
    for (size_t j = 1; j < SMALL; j++) {
      low = x[i + j] < low ? x[i + j] : low;
      high = x[i + j] > high ? x[i + j] : high;
    }
    const float d = (high - low) / 15.0f, inverse = d != 0 ? 1.0f / d : 0.0f;
    store_half(block, d);
    store_half(block + 2, low);
    for (size_t j = 0; j < 16; j++) {
      const uint8_t first = nibble((x[i + j] - low) * inverse + 0.5f);
      const uint8_t second = nibble((x[i + j + 16] - low) * inverse + 0.5f);
      block[4 + j] = (uint8_t)(first | second << 4);
    }
  }
}

MULTIVERSION
void k_quantize_q8_0(size_t n, const float *restrict x, void *blocks) {
#pragma clang fp contract(off)
  uint8_t *block = blocks;
  for (size_t i = 0; i < n; i += SMALL, block += 34) {
    float largest = 0;
    for (size_t j = 0; j < SMALL; j++) largest = fmaxf(largest, fabsf(x[i + j]));
    const float d = largest / 127.0f, inverse = d != 0 ? 1.0f / d : 0.0f;
    store_half(block, d);
    for (size_t j = 0; j < SMALL; j++)
      block[2 + j] = (uint8_t)signed_byte(roundf(x[i + j] * inverse));
  }
}
