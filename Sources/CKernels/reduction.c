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
  // Read as four runs side by side: memory is faster at that than at one.
  enum { RUNS = 4, WIDTH = 8 };
  size_t run = n / (RUNS * WIDTH) * WIDTH;
  float tops[RUNS][WIDTH], largest = -INFINITY;
  for (int r = 0; r < RUNS; r++)
    for (int l = 0; l < WIDTH; l++) tops[r][l] = -INFINITY;
  for (size_t i = 0; i < run; i += WIDTH)
    for (int r = 0; r < RUNS; r++)
      for (int l = 0; l < WIDTH; l++) {
        float y = x[(size_t)r * run + i + (size_t)l];
        tops[r][l] = y > tops[r][l] ? y : tops[r][l];
      }
  for (size_t i = RUNS * run; i < n; i++) largest = x[i] > largest ? x[i] : largest;
  for (int r = 0; r < RUNS; r++)
    for (int l = 0; l < WIDTH; l++) largest = tops[r][l] > largest ? tops[r][l] : largest;
  return largest;
}

MULTIVERSION
void k_sum_rows_f32(size_t rows, size_t stride, size_t width, const float *restrict x,
                    float *restrict y) {
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < width; i++) y[i] += x[r * stride + i];
}
