#include <math.h>

#include "kernels.h"
#include "multiversion.h"

MULTIVERSION
void k_rms_norm_f32(size_t rows, size_t width, float epsilon, const float *restrict x,
                    const float *restrict gain, float *restrict y, float *restrict inverse) {
#pragma clang fp reassociate(on) contract(fast)
  for (size_t r = 0; r < rows; r++) {
    const float *xr = x + r * width;
    float *yr = y + r * width;
    float sum = 0;
    for (size_t i = 0; i < width; i++) sum += xr[i] * xr[i];
    float s = 1.0f / sqrtf(sum / (float)width + epsilon);
    for (size_t i = 0; i < width; i++) yr[i] = xr[i] * s * gain[i];
    inverse[r] = s;
  }
}

MULTIVERSION
void k_rms_norm_backward_f32(size_t rows, size_t width, const float *restrict dy,
                             const float *restrict x, const float *restrict gain,
                             const float *restrict inverse, float *restrict dx) {
#pragma clang fp reassociate(on) contract(fast)
  for (size_t r = 0; r < rows; r++) {
    const float *dyr = dy + r * width, *xr = x + r * width;
    float *dxr = dx + r * width;
    float s = inverse[r], dot = 0;
    for (size_t i = 0; i < width; i++) dot += gain[i] * dyr[i] * xr[i];
    float pull = s * s * s * dot / (float)width;
    for (size_t i = 0; i < width; i++) dxr[i] = s * gain[i] * dyr[i] - pull * xr[i];
  }
}

MULTIVERSION
void k_layer_norm_f32(size_t rows, size_t width, float epsilon, const float *restrict x,
                      const float *restrict gain, const float *restrict bias, float *restrict y,
                      float *restrict mean, float *restrict inverse) {
#pragma clang fp reassociate(on) contract(fast)
  for (size_t r = 0; r < rows; r++) {
    const float *xr = x + r * width;
    float *yr = y + r * width;
    float sum = 0, squares = 0;
    for (size_t i = 0; i < width; i++) sum += xr[i];
    float m = sum / (float)width;
    for (size_t i = 0; i < width; i++) squares += (xr[i] - m) * (xr[i] - m);
    float s = 1.0f / sqrtf(squares / (float)width + epsilon);
    for (size_t i = 0; i < width; i++) yr[i] = (xr[i] - m) * s * gain[i] + bias[i];
    mean[r] = m;
    inverse[r] = s;
  }
}

MULTIVERSION
void k_layer_norm_backward_f32(size_t rows, size_t width, const float *restrict dy,
                               const float *restrict x, const float *restrict gain,
                               const float *restrict mean, const float *restrict inverse,
                               float *restrict dx) {
#pragma clang fp reassociate(on) contract(fast)
  for (size_t r = 0; r < rows; r++) {
    const float *dyr = dy + r * width, *xr = x + r * width;
    float *dxr = dx + r * width;
    float m = mean[r], s = inverse[r], sum = 0, dot = 0;
    for (size_t i = 0; i < width; i++) sum += gain[i] * dyr[i];
    for (size_t i = 0; i < width; i++) dot += gain[i] * dyr[i] * ((xr[i] - m) * s);
    float lift = sum / (float)width, pull = dot / (float)width;
    for (size_t i = 0; i < width; i++)
      dxr[i] = s * (gain[i] * dyr[i] - lift - (xr[i] - m) * s * pull);
  }
}
