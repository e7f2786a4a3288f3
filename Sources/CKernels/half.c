// f16 and bf16 to and from f32.
#include "half.h"

#include "blocks.h"
#include "multiversion.h"

MULTIVERSION
void k_dequantize_f16(size_t n, const void *blocks, float *restrict out) {
#pragma clang fp contract(off)
  const uint8_t *bytes = blocks;
  for (size_t i = 0; i < n; i++) out[i] = load_half(bytes + 2 * i);
}

MULTIVERSION
void k_dequantize_bf16(size_t n, const void *blocks, float *restrict out) {
  const uint8_t *bytes = blocks;
  for (size_t i = 0; i < n; i++)
    out[i] = float_of_bits((uint32_t)load_half_bits(bytes + 2 * i) << 16);
}

MULTIVERSION
void k_quantize_f16(size_t n, const float *restrict x, void *blocks) {
#pragma clang fp contract(off)
  uint8_t *bytes = blocks;
  for (size_t i = 0; i < n; i++) store_half(bytes + 2 * i, x[i]);
}

MULTIVERSION
void k_quantize_bf16(size_t n, const float *restrict x, void *blocks) {
  uint8_t *bytes = blocks;
  for (size_t i = 0; i < n; i++) {
    const uint16_t half = bfloat_of_float(x[i]);
    memcpy(bytes + 2 * i, &half, sizeof half);
  }
}

MULTIVERSION
size_t k_count_nonfinite_f32(size_t n, const float *restrict x) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++) count += (bits_of_float(x[i]) & 0x7F800000u) == 0x7F800000u;
  return count;
}
