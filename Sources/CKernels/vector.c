#include "elementary.h"
#include "kernels.h"
#include "multiversion.h"

// `assume_safety`: y may be one of the inputs, and then element i is read before it is written.
#define ELEMENTS                                    \
  _Pragma("clang loop vectorize(assume_safety)") \
  for (size_t i = 0; i < n; i++)

#define UNARY(name, value)                              \
  MULTIVERSION                                          \
  void k_##name##_f32(size_t n, const float *x, float *y) { \
    ELEMENTS {                                          \
      float v = x[i];                                   \
      y[i] = value;                                     \
    }                                                   \
  }

#define BINARY(name, value)                                                 \
  MULTIVERSION                                                              \
  void k_##name##_f32(size_t n, const float *a, const float *b, float *y) { \
    ELEMENTS {                                                              \
      float u = a[i], v = b[i];                                             \
      y[i] = value;                                                         \
    }                                                                       \
  }

UNARY(copy, v)
UNARY(negate, -v)
UNARY(exp, fast_exp(v))
UNARY(log, fast_log(v))
UNARY(sqrt, __builtin_elementwise_sqrt(v))
UNARY(square, v *v)
UNARY(abs, fabsf(v))
UNARY(sign, (float)(v > 0) - (float)(v < 0))
UNARY(tanh, fast_tanh(v))
UNARY(sigmoid, fast_sigmoid(v))
UNARY(relu, v > 0 ? v : 0 * v)

// Rare and short (one number per target or sequence): the C library's own are exact at the edges.
#define RARE(name, value)                                   \
  void k_##name##_f32(size_t n, const float *x, float *y) { \
    for (size_t i = 0; i < n; i++) {                        \
      float v = x[i];                                       \
      y[i] = value;                                         \
    }                                                       \
  }

RARE(log_sigmoid, (v < 0 ? v : 0) - log1pf(expf(-fabsf(v))))
RARE(softplus, (v > 0 ? v : 0) + log1pf(expf(-fabsf(v))))
RARE(log1mexp, v > -0.693147180559945f ? logf(-expm1f(v)) : log1pf(-expf(v)))
RARE(expm1, expm1f(v))
RARE(log1p, log1pf(v))

BINARY(add, u + v)
BINARY(subtract, u - v)
BINARY(multiply, u *v)
BINARY(divide, u / v)
BINARY(minimum, v < u ? v : u)
BINARY(maximum, v > u ? v : u)
BINARY(less, u < v ? 1.0f : 0.0f)
BINARY(less_equal, u <= v ? 1.0f : 0.0f)
BINARY(equal, u == v ? 1.0f : 0.0f)

void k_power_f32(size_t n, const float *a, const float *b, float *y) {
  for (size_t i = 0; i < n; i++) y[i] = powf(a[i], b[i]);
}

MULTIVERSION
void k_select_f32(size_t n, const float *condition, const float *a, const float *b, float *y) {
  ELEMENTS {
    float u = a[i], v = b[i];
    y[i] = condition[i] != 0 ? u : v;
  }
}

MULTIVERSION
void k_fill_f32(size_t n, float value, float *y) {
  for (size_t i = 0; i < n; i++) y[i] = value;
}

MULTIVERSION
void k_convert_i32_f32(size_t n, const int32_t *x, float *y) {
  for (size_t i = 0; i < n; i++) y[i] = (float)x[i];
}

void k_spread_row_f32(size_t n, size_t first, size_t columns, const float *x, float *y) {
  size_t place = first % columns;
  for (size_t i = 0; i < n;) {
    size_t run = columns - place < n - i ? columns - place : n - i;
    memcpy(y + i, x + place, run * sizeof(float));
    i += run;
    place = 0;
  }
}

void k_spread_column_f32(size_t n, size_t first, size_t columns, const float *x, float *y) {
  size_t row = first / columns, place = first % columns;
  for (size_t i = 0; i < n; row++) {
    size_t run = columns - place < n - i ? columns - place : n - i;
    k_fill_f32(run, x[row], y + i);
    i += run;
    place = 0;
  }
}
