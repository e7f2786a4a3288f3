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

MULTIVERSION
float k_max_f32(size_t n, const float *x) {
  enum { WIDTH = 32 };
  float tops[WIDTH], largest = -INFINITY;
  for (int l = 0; l < WIDTH; l++) tops[l] = -INFINITY;
  size_t i = 0;
  for (; i + WIDTH <= n; i += WIDTH)
    for (int l = 0; l < WIDTH; l++) tops[l] = x[i + l] > tops[l] ? x[i + l] : tops[l];
  for (; i < n; i++) largest = x[i] > largest ? x[i] : largest;
  for (int l = 0; l < WIDTH; l++) largest = tops[l] > largest ? tops[l] : largest;
  return largest;
}

MULTIVERSION
void k_sum_rows_f32(size_t rows, size_t stride, size_t width, const float *restrict x,
                    float *restrict y) {
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < width; i++) y[i] += x[r * stride + i];
}
