#include "whole_tiles.h"

// Eight rows of whole numbers as products of bytes, four to a sum (VNNI): the same bits as of 16-bit
// products, as all sums over a block are whole numbers.
//
// A number is 256 * high + low, with low from 0 to 255, and the processor multiplies bytes without a sign
// with bytes that have one. So low halves meet weights as they are, and high halves weights that are
// counted from the least weight that there is.

#if defined(__x86_64__)
#include <immintrin.h>

// No level of x86-64 has these products, so that what is made of them is called only where the processor is
// asked first.
#pragma clang attribute push( \
    __attribute__((target("arch=x86-64-v4,avx512vnni,tune=znver4"))), apply_to = function)

typedef int8_t signs32 __attribute__((vector_size(32)));

/// sums += products of four bytes at a time, of which only `signs` have a sign.
PIECE void add_fours(signs32 bytes, signs32 signs, integers8 *sums) {
  *sums = (integers8)_mm256_dpbusd_epi32((__m256i)*sums, (__m256i)bytes, (__m256i)signs);
}

// Rows

/// Lanes are rows, of which fours of halves lie together: whole [columns / BLOCK, BLOCK / 4, (high, low), 8, 4].
PIECE void arrange_bytes(const shorts16 *rows, size_t b, int totals, const whole_rows *to) {
  integers8 halves[2][EIGHT], fours[2][EIGHT], sums[2] = {{0}};
  for (int r = 0; r < EIGHT; r++) {
    shorts32 numbers;
    memcpy(&numbers, rows + 2 * r, sizeof numbers);
    halves[0][r] = (integers8)__builtin_convertvector(numbers >> 8, signs32);
    halves[1][r] = (integers8)__builtin_convertvector(numbers, signs32);
  }
  for (int i = 0; i < 2; i++) transpose(halves[i], 1, fours[i]);
  signs32 ones = (signs32){0} + 1;
  for (int q = 0; q < EIGHT; q++) {
    add_fours(ones, (signs32)fours[0][q], sums);
    add_fours((signs32)fours[1][q], ones, sums + 1);
    for (int i = 0; i < 2; i++) ((integers8 *)to->whole)[(b * EIGHT + q) * 2 + i] = fours[i][q];
  }
  to->high[b] = sums[0];
  to->low[b] = sums[1];
  if (totals)
    to->totals[b] = to->scales[b] * __builtin_convertvector((sums[0] << 8) + sums[1], eight);
}
PACK_ROWS(bytes, )

// Weights: fours at 4 * i and at 16 + 4 * i of a block, in all lanes, as they meet low and high halves.

PIECE integers8 four_at(const uint8_t *bytes) {
  int32_t four;
  memcpy(&four, bytes, sizeof four);
  return (integers8){0} + four;
}

PIECE void fours_q8_0(const uint8_t *w, int i, integers8 *low, integers8 *high) {
  for (int k = 0; k < 2; k++) {
    low[k] = four_at(w + 2 + 16 * k + 4 * i);
    high[k] = low[k] ^ (int32_t)0x80808080;
  }
}

PIECE void nibbles_at(const uint8_t *bytes, integers8 *fours) {
  integers8 both = four_at(bytes);
  fours[0] = both & 0x0F0F0F0F;
  fours[1] = both >> 4 & 0x0F0F0F0F;
}

/// Both are counted from -8.
PIECE void fours_q4_0(const uint8_t *w, int i, integers8 *low, integers8 *high) {
  nibbles_at(w + 2 + 4 * i, low);
  memcpy(high, low, 2 * sizeof *high);
}

PIECE void fours_q4_1(const uint8_t *w, int i, integers8 *low, integers8 *high) {
  nibbles_at(w + 4 + 4 * i, low);
  memcpy(high, low, 2 * sizeof *high);
}

// Products

/// sums[o, r] += x[r] * w[o] for eight rows, which are the lanes, and eight outputs. FROM_LOW and FROM_HIGH
/// are what weights are counted from for low and high halves.
#define EIGHT_ROWS(TYPE, BYTES, LEAST, FROM_LOW, FROM_HIGH)                                        \
  PIECE void tile_8_##TYPE(size_t columns, const whole_rows *restrict x,                           \
                           const uint8_t *const *restrict w, const uint8_t *later,                 \
                           eight *restrict sums) {                                                 \
    eight s[EIGHT];                                                                                \
    memcpy(s, sums, sizeof s);                                                                     \
    for (size_t b = 0; b < columns / BLOCK; b++) {                                                 \
      const signs32 *halves = (const signs32 *)x->whole + b * BLOCK / 2;                           \
      integers8 low[EIGHT], high[EIGHT], weightsLow[2], weightsHigh[2];                            \
      eight scales, leasts;                                                                        \
      if (later) fetch_ahead(later + b * (BYTES) * EIGHT, (BYTES) * EIGHT);                        \
      halves_at(b * (BYTES), w, 1, &scales);                                                       \
      if (LEAST) halves_at(b * (BYTES) + 2, w, 1, &leasts);                                        \
      TO_MEMORY(&scales) TO_MEMORY(&leasts)                                                        \
      for (int o = 0; o < EIGHT; o++) {                                                            \
        low[o] = (FROM_LOW) ? x->low[b] * (FROM_LOW) : (integers8){0};                             \
        high[o] = (FROM_HIGH) ? x->high[b] * (FROM_HIGH) : (integers8){0};                         \
      }                                                                                            \
      _Pragma("unroll") for (int i = 0; i < BLOCK / 8; i++)                                        \
        for (int o = 0; o < EIGHT; o++) {                                                          \
          fours_##TYPE(w[o] + b * (BYTES), i, weightsLow, weightsHigh);                            \
          for (int k = 0; k < 2; k++) {                                                            \
            const signs32 *both = halves + 2 * i + BLOCK / 4 * k;                                  \
            add_fours(both[1], (signs32)weightsLow[k], low + o);                                   \
            add_fours((signs32)weightsHigh[k], both[0], high + o);                                 \
          }                                                                                        \
        }                                                                                          \
      for (int o = 0; o < EIGHT; o++) {                                                            \
        integers8 whole = (high[o] << 8) + low[o];                                                 \
        s[o] += __builtin_convertvector(whole, eight) * (x->scales[b] * scales[o]);                \
        if (LEAST) s[o] += x->totals[b] * leasts[o];                                               \
      }                                                                                            \
    }                                                                                              \
    memcpy(sums, s, sizeof s);                                                                     \
  }

#define DOT_BYTES(TYPE, BYTES, LEAST, FROM_LOW, FROM_HIGH)                                         \
  EIGHT_ROWS(TYPE, BYTES, LEAST, FROM_LOW, FROM_HIGH)                                              \
  DOT_WHOLE(TYPE, BYTES, LEAST, bytes, )
DOT_BYTES(q8_0, 34, 0, 0, -128)
DOT_BYTES(q4_0, 18, 0, -8, -8)
DOT_BYTES(q4_1, 20, 1, 0, 0)

static const k_whole_products products = {
    pack_bytes, dot_bytes_q8_0, dot_bytes_q4_0, dot_bytes_q4_1};

#pragma clang attribute pop

const k_whole_products *k_byte_products(void) {
  return __builtin_cpu_supports("x86-64-v4") && __builtin_cpu_supports("avx512vnni") ? &products : 0;
}
#else
const k_whole_products *k_byte_products(void) { return 0; }
#endif
