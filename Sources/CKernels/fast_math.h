#ifndef ROUX_FAST_MATH_H
#define ROUX_FAST_MATH_H
#include <math.h>
#include <stdint.h>
#include <string.h>

/// Marks a piece of a kernel that must be compiled inside each of its clones.
#define PIECE static inline __attribute__((always_inline))

/// e^x within 2 units in the last place. Unlike libm's, a loop over it becomes vector code.
///
/// exp_f32(0) is exactly 1 and exp_f32(-inf) exactly 0, on which masked softmax relies; results
/// below the smallest normal number are 0.
PIECE float exp_f32(float x) {
  // Written so that NaN, too, becomes a number that fits an int.
  float clamped = x > -88.0f ? (x < 88.75f ? x : 88.75f) : -88.0f;
  int n = (int)(clamped * 1.44269504f + (clamped < 0 ? -0.5f : 0.5f));
  float whole = (float)n;
  // Cody and Waite: ln 2 in two parts, so that the remainder keeps all its bits.
  float r = clamped - whole * 0.693359375f;
  r = whole * 2.12194440e-4f + r;
  float p = 1.98412698e-4f;
  p = p * r + 1.38888889e-3f;
  p = p * r + 8.33333333e-3f;
  p = p * r + 4.16666667e-2f;
  p = p * r + 1.66666667e-1f;
  p = p * r + 0.5f;
  p = p * (r * r) + r + 1.0f;
  // 2^n in two factors: n reaches 128, which one exponent field cannot hold.
  int half = n >> 1;
  int32_t low = (half + 127) << 23, high = (n - half + 127) << 23;
  float a, b;
  memcpy(&a, &low, 4);
  memcpy(&b, &high, 4);
  float y = p * a * b;
  y = x < -87.33654f ? 0.0f : y;
  y = x > 88.72283f ? INFINITY : y;
  return x != x ? x : y;
}
#endif
