#include "multiversion.h"
#include "whole_tiles.h"

// Eight rows of whole numbers as products of 16 bits.
//
// Products with weights of 8 bits add up without rounding over the block, so that a sum is rounded once for
// 32 products, and one instruction makes and adds twice as many as of floats.

/// Lanes are rows, of which pairs of numbers lie together: whole [columns / BLOCK, BLOCK / 2, 8, 2].
PIECE void arrange_shorts(const shorts16 *rows, size_t b, int totals, const whole_rows *to) {
  const shorts16 ones = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  shorts16 *whole = to->whole + b * EIGHT * 2;
  integers8 sums = {0};
  for (int half = 0; half < 2; half++)
    transpose((const integers8 *)rows + half, 2, (integers8 *)whole + half * EIGHT);
  if (!totals) return;
  for (int p = 0; p < BLOCK / 2; p++) add_pairs(whole + p, &ones, &sums);
  to->totals[b] = to->scales[b] * __builtin_convertvector(sums, eight);
}
PACK_ROWS(shorts, MULTIVERSION)

size_t k_whole_rows_bytes(size_t rows, size_t columns) {
  // Four, two and one row may each bring scales and sums of their own.
  return 64 * columns / BLOCK * (rows + 2 * (rows / EIGHT + 3));
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

#define DOT_SHORTS(TYPE, BYTES, LEAST)                                                             \
  EIGHT_ROWS(TYPE, BYTES, LEAST)                                                                   \
  DOT_WHOLE(TYPE, BYTES, LEAST, shorts, MULTIVERSION)
DOT_SHORTS(q8_0, 34, 0)
DOT_SHORTS(q4_0, 18, 0)
DOT_SHORTS(q4_1, 20, 1)

static const k_whole_products products = {
    pack_shorts, dot_shorts_q8_0, dot_shorts_q4_0, dot_shorts_q4_1};

const k_whole_products *k_short_products(void) { return &products; }
