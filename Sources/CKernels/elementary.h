#ifndef ROUX_ELEMENTARY_H
#define ROUX_ELEMENTARY_H
#include <math.h>
#include <stdint.h>
#include <string.h>

// Functions without branches or calls, so that loops over them become vector code. About 1-2 units
// in the last place from the true value; the tests compare them with the C library.

static inline __attribute__((always_inline)) float bits_to_float(uint32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static inline uint32_t float_to_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}

/// exp(x): 2^k times a polynomial of the rest (Cephes' coefficients); infinity and 0 at the ends.
static inline __attribute__((always_inline)) float fast_exp(float x) {
#pragma clang fp contract(fast)
  float bounded = x < -104.0f ? -104.0f : (x > 89.0f ? 89.0f : x);
  float k = rintf(bounded * 1.44269504088896341f);
  float r = bounded - k * 0.693359375f;
  r = r + k * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  // Two factors, since 2^k alone leaves the range at both ends.
  int32_t whole = (int32_t)k, half = whole >> 1;
  float a = bits_to_float((uint32_t)(half + 127) << 23);
  float b = bits_to_float((uint32_t)(whole - half + 127) << 23);
  float y = p * a * b;
  return x != x ? x : y;
}

/// log(x) for normal positive x (Cephes' coefficients); -infinity at 0, NaN below.
static inline __attribute__((always_inline)) float fast_log(float x) {
#pragma clang fp contract(fast)
  float scaled = x < 1.17549435e-38f ? x * 8388608.0f : x;
  float offset = x < 1.17549435e-38f ? -23.0f : 0.0f;
  uint32_t bits = float_to_bits(scaled);
  int32_t exponent = (int32_t)(bits >> 23) - 126;
  float m = bits_to_float((bits & 0x007fffffu) | 0x3f000000u);
  int low = m < 0.707106781186547524f;
  float e = (float)(exponent - low) + offset;
  float r = low ? m + m - 1.0f : m - 1.0f;
  float z = r * r;
  float p = 7.0376836292e-2f;
  p = p * r - 1.1514610310e-1f;
  p = p * r + 1.1676998740e-1f;
  p = p * r - 1.2420140846e-1f;
  p = p * r + 1.4249322787e-1f;
  p = p * r - 1.6668057665e-1f;
  p = p * r + 2.0000714765e-1f;
  p = p * r - 2.4999993993e-1f;
  p = p * r + 3.3333331174e-1f;
  float y = p * r * z + e * -2.12194440e-4f - 0.5f * z + r + e * 0.693359375f;
  y = x == INFINITY ? x : y;
  y = x == 0.0f ? -INFINITY : y;
  return x < 0.0f || x != x ? NAN : y;
}

static inline __attribute__((always_inline)) float fast_sigmoid(float x) { return 1.0f / (1.0f + fast_exp(-x)); }

/// tanh(x): an odd polynomial near 0 (Cephes), 1 - 2 / (exp(2|x|) + 1) beyond.
static inline __attribute__((always_inline)) float fast_tanh(float x) {
#pragma clang fp contract(fast)
  float a = fabsf(x), z = x * x;
  float p = -5.70498872745e-3f;
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  float near = p * z * x + x;
  float far = copysignf(1.0f - 2.0f / (fast_exp(2.0f * a) + 1.0f), x);
  return a < 0.625f ? near : far;
}

/// erf(x): two polynomials (N. Juffa's coefficients), chosen by size.
static inline __attribute__((always_inline)) float fast_erf(float x) {
#pragma clang fp contract(fast)
  float t = fabsf(x), s = x * x;
  float r = -1.72853470e-5f * t + 3.83197126e-4f;
  float u = -3.88396438e-3f * t + 2.42546219e-2f;
  r = r * s + u;
  r = r * t - 1.06777877e-1f;
  r = r * t - 6.34846687e-1f;
  r = r * t - 1.28717512e-1f;
  r = r * t - t;
  float far = copysignf(1.0f - fast_exp(r), x);
  float q = -5.96761703e-4f;
  q = q * s + 4.99119423e-3f;
  q = q * s - 2.67681349e-2f;
  q = q * s + 1.12819925e-1f;
  q = q * s - 3.76125336e-1f;
  q = q * s + 1.28379166e-1f;
  float near = q * x + x;
  return t > 0.927734375f ? far : near;
}
#endif
