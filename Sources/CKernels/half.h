// The bits of one half, both ways, without hardware support and without branches.
#ifndef ROUX_HALF_H
#define ROUX_HALF_H
#include <math.h>
#include <stdint.h>
#include <string.h>

static inline float float_of_bits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static inline uint32_t bits_of_float(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

// After Marat Dukhan's FP16 (MIT): one multiplication moves the exponent of a normal number, one
// subtraction normalises a subnormal one, and both results are exact.
static inline float float_of_half(uint16_t half) {
  const uint32_t wide = (uint32_t)half << 16;
  const uint32_t twice = wide + wide;
  const float normal = float_of_bits((twice >> 4) + (0xE0u << 23)) * 0x1.0p-112f;
  const float subnormal = float_of_bits((twice >> 17) | (126u << 23)) - 0.5f;
  const uint32_t magnitude = bits_of_float(twice < (1u << 27) ? subnormal : normal);
  return float_of_bits((wide & 0x80000000u) | magnitude);
}

// The same source: adding a power of two of the right size lets the adder round to nearest even.
static inline uint16_t half_of_float(float x) {
  const uint32_t bits = bits_of_float(x);
  const uint32_t twice = bits + bits;
  const uint32_t exponent = twice & 0xFF000000u;
  const uint32_t bias = exponent < 0x71000000u ? 0x71000000u : exponent;
  const float saturated = (fabsf(x) * 0x1.0p+112f) * 0x1.0p-110f;
  const uint32_t rounded = bits_of_float(float_of_bits((bias >> 1) + 0x07800000u) + saturated);
  const uint32_t magnitude = ((rounded >> 13) & 0x7C00u) + (rounded & 0x0FFFu);
  return (uint16_t)(((bits & 0x80000000u) >> 16) | (twice > 0xFF000000u ? 0x7E00u : magnitude));
}

static inline uint16_t bfloat_of_float(float x) {
  const uint32_t bits = bits_of_float(x);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) return (uint16_t)((bits >> 16) | 64);  // a quiet NaN
  return (uint16_t)((bits + (0x7FFFu + ((bits >> 16) & 1))) >> 16);
}

static inline uint16_t load_half_bits(const uint8_t *bytes) {
  uint16_t half;
  memcpy(&half, bytes, sizeof half);
  return half;
}

static inline float load_half(const uint8_t *bytes) { return float_of_half(load_half_bits(bytes)); }

static inline void store_half(uint8_t *bytes, float x) {
  const uint16_t half = half_of_float(x);
  memcpy(bytes, &half, sizeof half);
}
#endif
