#include <string.h>

#include "kernels.h"
#include "multiversion.h"

void k_gather_rows_f32(size_t n, size_t width, const int32_t *restrict indices,
                       const float *restrict x, float *restrict y) {
  for (size_t i = 0; i < n; i++)
    memcpy(y + i * width, x + (size_t)indices[i] * width, width * sizeof(float));
}

MULTIVERSION
void k_scatter_add_rows_f32(size_t n, size_t stride, size_t width,
                            const int32_t *restrict indices, const float *restrict x,
                            float *restrict y) {
  for (size_t i = 0; i < n; i++) {
    const float *from = x + i * stride;
    float *to = y + (size_t)indices[i] * stride;
    for (size_t j = 0; j < width; j++) to[j] += from[j];
  }
}
