#include "elementary.h"
#include "kernels.h"
#include "multiversion.h"

#define ACTIVATION(name, value)                             \
  MULTIVERSION                                              \
  void k_##name##_f32(size_t n, const float *x, float *y) { \
    _Pragma("clang fp contract(fast)")                      \
    _Pragma("clang loop vectorize(assume_safety)")          \
    for (size_t i = 0; i < n; i++) {                        \
      float v = x[i];                                       \
      y[i] = value;                                         \
    }                                                       \
  }

static inline __attribute__((always_inline)) float silu_slope(float x) {
#pragma clang fp contract(fast)
  float s = fast_sigmoid(x);
  return s * (1.0f + x * (1.0f - s));
}

static inline __attribute__((always_inline)) float normal_cumulative(float x) {
  return 0.5f + 0.5f * fast_erf(x * 0.707106781186547524f);
}

static inline __attribute__((always_inline)) float gelu_slope(float x) {
#pragma clang fp contract(fast)
  return normal_cumulative(x) + x * 0.398942280401432678f * fast_exp(-0.5f * x * x);
}

static inline __attribute__((always_inline)) float gelu_inner(float x) {
#pragma clang fp contract(fast)
  return 0.797884560802865356f * (x + 0.044715f * x * x * x);
}

static inline __attribute__((always_inline)) float gelu_tanh_slope(float x) {
#pragma clang fp contract(fast)
  float t = fast_tanh(gelu_inner(x));
  float inner_slope = 0.797884560802865356f * (1.0f + 0.134145f * x * x);
  return 0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * inner_slope;
}

ACTIVATION(silu, v *fast_sigmoid(v))
ACTIVATION(silu_slope, silu_slope(v))
ACTIVATION(gelu, v *normal_cumulative(v))
ACTIVATION(gelu_slope, gelu_slope(v))
ACTIVATION(gelu_tanh, 0.5f * v * (1.0f + fast_tanh(gelu_inner(v))))
ACTIVATION(gelu_tanh_slope, gelu_tanh_slope(v))

MULTIVERSION
void k_swiglu_f32(size_t n, const float *gate, const float *up, float *y) {
#pragma clang loop vectorize(assume_safety)
  for (size_t i = 0; i < n; i++) y[i] = gate[i] * fast_sigmoid(gate[i]) * up[i];
}

MULTIVERSION
void k_swiglu_backward_f32(size_t n, const float *dy, const float *gate, const float *up,
                           float *dgate, float *dup) {
#pragma clang fp contract(fast)
#pragma clang loop vectorize(assume_safety)
  for (size_t i = 0; i < n; i++) {
    float g = gate[i], s = fast_sigmoid(g), d = dy[i], u = up[i];
    dgate[i] = d * u * (s * (1.0f + g * (1.0f - s)));
    dup[i] = d * (g * s);
  }
}
