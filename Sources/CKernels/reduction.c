#include <math.h>

#include "kernels.h"
#include "multiversion.h"

MULTIVERSION
double k_sum_f32(size_t n, const float *x) {
#pragma clang fp reassociate(on)
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i];
  return sum;
}

MULTIVERSION
double k_sum_squares_f32(size_t n, const float *x) {
#pragma clang fp reassociate(on) contract(fast)
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
  return sum;
}

float k_max_f32(size_t n, const float *x) {
  float largest = -INFINITY;
  for (size_t i = 0; i < n; i++) largest = x[i] > largest ? x[i] : largest;
  return largest;
}

MULTIVERSION
void k_sum_rows_f32(size_t rows, size_t stride, size_t width, const float *restrict x,
                    float *restrict y) {
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < width; i++) y[i] += x[r * stride + i];
}
