#include "whole_cache.h"
#include "attention.h"
#include "multiversion.h"
#include "whole_numbers.h"

size_t k_whole_slot_words(size_t heads, size_t size) {
  return slot_bytes(heads, size) / sizeof(float);
}

PIECE int32_t largest_size(size_t count, const float *x) {
  int32_t largest = 0;
  for (size_t i = 0; i < count; i++) {
    int32_t size = (int32_t)bits_of_float(x[i]) & SIZE_BITS;
    largest = size > largest ? size : largest;
  }
  return largest;
}

MULTIVERSION
void k_store_whole_f32(size_t heads, size_t size, const float *restrict x, void *restrict slot) {
  int16_t *whole = slot;
  char *scales = (char *)slot + scales_offset(heads, size);
  for (size_t h = 0; h < heads; h++) {
    int32_t largest = largest_size(size, x + h * size);
    float scale = scale_of_largest(largest), factor = factor_of(largest);
    memcpy(scales + h * sizeof scale, &scale, sizeof scale);
    for (size_t i = h * size; i < (h + 1) * size; i++)
      whole[i] = (int16_t)bits_of_float(x[i] * factor + ROUNDER);
  }
}
