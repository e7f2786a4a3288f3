#ifndef ROUX_WHOLE_NUMBERS_H
#define ROUX_WHOLE_NUMBERS_H
#include "half.h"

// How floats become whole numbers of 16 bits with a scale: the largest of them becomes LARGEST.

enum { LARGEST = 32767 };

/// Next to ROUNDER a float has no room for a fraction: a sum with it is rounded, and its lowest bits are
/// the whole number.
static const float ROUNDER = 3 << 22;

/// Without their signs, the bits of floats are ordered as the floats are, and those of what is not finite
/// come last.
static const int32_t SIZE_BITS = INT32_MAX;

/// What numbers are multiplied with before they are rounded, from the bits of the largest size.
static inline float factor_of(int32_t largest) {
  float size = float_of_bits((uint32_t)largest);
  return largest > 0 ? LARGEST / size : 0;
}

/// What whole numbers are multiplied with; not finite where one of the numbers is not.
static inline float scale_of_largest(int32_t largest) {
  return float_of_bits((uint32_t)largest) / LARGEST;
}
#endif
