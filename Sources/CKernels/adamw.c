#include <math.h>

#include "kernels.h"
#include "multiversion.h"

MULTIVERSION
void k_adamw_f32(size_t n, float rate, float decay, float beta1, float beta2, float epsilon,
                 float correction1, float correction2, float scale, float *restrict g,
                 float *restrict p, float *restrict m, float *restrict v) {
#pragma clang fp contract(fast)
  float step = rate / correction1, root = 1.0f / __builtin_elementwise_sqrt(correction2);
  for (size_t i = 0; i < n; i++) {
    float gradient = g[i] * scale;
    m[i] = beta1 * m[i] + (1.0f - beta1) * gradient;
    v[i] = beta2 * v[i] + (1.0f - beta2) * gradient * gradient;
    p[i] = p[i] * (1.0f - rate * decay) -
           step * m[i] / (__builtin_elementwise_sqrt(v[i]) * root + epsilon);
    g[i] = 0;
  }
}
