#include "whole_cache.h"
#include "attention.h"
#include "multiversion.h"

size_t k_whole_slot_words(size_t heads, size_t size) {
  return slot_bytes(heads, size) / sizeof(float);
}

/// The largest size among some numbers, not finite where one of them is not: without their signs, the
/// bits of floats are ordered as the floats are, and those of what is not finite come last.
PIECE float largest_size(size_t count, const float *x) {
  int32_t largest = 0;
  for (size_t i = 0; i < count; i++) {
    int32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    bits &= INT32_MAX;
    largest = bits > largest ? bits : largest;
  }
  float size;
  memcpy(&size, &largest, sizeof size);
  return size;
}

MULTIVERSION
void k_store_whole_f32(size_t heads, size_t size, const float *restrict x, void *restrict slot) {
  const float LARGEST = 32767, ROUNDER = 3 << 22;
  int16_t *whole = slot;
  char *scales = (char *)slot + scales_offset(heads, size);
  for (size_t h = 0; h < heads; h++) {
    float largest = largest_size(size, x + h * size), scale = largest / LARGEST;
    float factor = largest > 0 ? LARGEST / largest : 0;
    memcpy(scales + h * sizeof scale, &scale, sizeof scale);
    for (size_t i = h * size; i < (h + 1) * size; i++) {
      // Next to ROUNDER a float has no room for a fraction, and its lowest bits are the whole number.
      float sum = x[i] * factor + ROUNDER;
      int32_t bits;
      memcpy(&bits, &sum, sizeof bits);
      whole[i] = (int16_t)bits;
    }
  }
}
