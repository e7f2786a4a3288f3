#include <math.h>

#include "kernels.h"
#include "multiversion.h"

MULTIVERSION
void k_adamw_f32(size_t n, float rate, float decay, double beta1, double beta2, float epsilon,
                 double correction1, double correction2, float scale, float *restrict g,
                 float *restrict p, float *restrict m, float *restrict v) {
#pragma clang fp contract(fast)
  float step = (float)(rate / correction1), root = (float)(1.0 / sqrt(correction2));
  // 1 - beta is rounded once: in 32 bits throughout, 1 - 0.999 would be off by 5e-5.
  float keep1 = (float)beta1, keep2 = (float)beta2;
  float take1 = (float)(1.0 - beta1), take2 = (float)(1.0 - beta2);
  for (size_t i = 0; i < n; i++) {
    float gradient = g[i] * scale;
    m[i] = keep1 * m[i] + take1 * gradient;
    v[i] = keep2 * v[i] + take2 * gradient * gradient;
    p[i] = p[i] * (1.0f - rate * decay) -
           step * m[i] / (__builtin_elementwise_sqrt(v[i]) * root + epsilon);
    g[i] = 0;
  }
}
