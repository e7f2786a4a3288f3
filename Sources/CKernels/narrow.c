#include "narrow.h"
#include "lanes.h"
#include "multiversion.h"

/// to[k] holds w[k, 0 ..< width], then zeros.
PIECE void pack_lanes(size_t inner, size_t width, const float *restrict w, size_t stride,
                      size_t step, float *restrict to) {
  for (size_t k = 0; k < inner; k++) {
    for (size_t l = 0; l < width; l++) to[k * LANES + l] = w[k * stride + l * step];
    for (size_t l = width; l < LANES; l++) to[k * LANES + l] = 0;
  }
}

MULTIVERSION
void k_narrow_product_f32(size_t rows, size_t inner, size_t width, const float *restrict x,
                          size_t xStride, const float *restrict w, size_t wStride, size_t wStep,
                          int add, float *restrict y, size_t yStride, float *restrict scratch) {
  enum { TOGETHER = 12 };
  lanes sums[TOGETHER];
  pack_lanes(inner, width, w, wStride, wStep, scratch);
  for (size_t first = 0; first < rows; first += TOGETHER) {
    size_t count = rows - first < TOGETHER ? rows - first : TOGETHER;
    multiply_lanes(count, inner, x + first * xStride, xStride, 1, (const lanes *)scratch, sums, 0);
    for (size_t r = 0; r < count; r++) {
      float *to = y + (first + r) * yStride;
      const float *found = (const float *)(sums + r);
      for (size_t l = 0; l < width; l++) to[l] = (add ? to[l] : 0) + found[l];
    }
  }
}

MULTIVERSION
void k_narrow_outer_f32(size_t rows, size_t columns, size_t width, const float *restrict a,
                        size_t aStride, const float *restrict u, size_t uStride, int add,
                        float *restrict y, size_t yStride, size_t yStep,
                        float *restrict scratch) {
  float *packed = scratch;
  lanes *sums = (lanes *)(scratch + NARROW_ROWS * LANES);
  fill_lanes(columns, 0, sums);
  for (size_t first = 0; first < rows; first += NARROW_ROWS) {
    size_t count = rows - first < NARROW_ROWS ? rows - first : NARROW_ROWS;
    pack_lanes(count, width, u + first * uStride, uStride, 1, packed);
    multiply_lanes(columns, count, a + first * aStride, 1, aStride, (const lanes *)packed, sums,
                   1);
  }
  const float *found = (const float *)sums;
  for (size_t c = 0; c < columns; c++)
    for (size_t l = 0; l < width; l++) {
      float *to = y + c * yStride + l * yStep;
      *to = (add ? *to : 0) + found[c * LANES + l];
    }
}
