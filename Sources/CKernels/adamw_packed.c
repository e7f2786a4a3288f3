#include <math.h>

#include "kernels.h"
#include "multiversion.h"
#include "nf4.h"
#include "piece.h"

enum { MAP = 256 };

/// The code nearest to x; the lower of two that are equally near.
PIECE uint8_t nearest(const float *map, float x) {
  size_t code = 0;
  for (size_t step = MAP / 2; step > 0; step /= 2) {
    const size_t next = code + step;
    if (x > (map[next - 1] + map[next]) * 0.5f) code = next;
  }
  return (uint8_t)code;
}

/// A number that is so small that it would become 0 keeps its sign.
PIECE uint8_t nearest_signed(const float *map, float x) {
  const uint8_t code = nearest(map, x);
  if (signbit(map[code]) == signbit(x)) return code;
  return (uint8_t)(x > 0 ? code + 1 : code - 1);
}

PIECE float largest_of(size_t n, const float *x) {
  float largest = 0;
  for (size_t i = 0; i < n; i++) largest = fmaxf(largest, fabsf(x[i]));
  return largest;
}

/// One block of at most MAP numbers; the moments live in floats while it is worked on.
PIECE void update_block(size_t n, const adamw_packed *now, float *restrict g, float *restrict p,
                         uint8_t *restrict mCodes, float *mScale, uint8_t *restrict vCodes,
                         float *vScale) {
  const float *has_sign = k_dynamic_map(1), *has_none = k_dynamic_map(0);
  float m[MAP], v[MAP];
  for (size_t i = 0; i < n; i++) {
    const float gradient = g[i] * now->scale;
    m[i] = now->keep1 * (has_sign[mCodes[i]] * *mScale) + now->take1 * gradient;
    v[i] = now->keep2 * (has_none[vCodes[i]] * *vScale) + now->take2 * gradient * gradient;
    p[i] += now->step * (m[i] / (__builtin_elementwise_sqrt(v[i]) + now->epsilon));
    p[i] *= now->shrink;
    g[i] = 0;
  }
  *mScale = largest_of(n, m);
  *vScale = largest_of(n, v);
  const float m_inverse = *mScale > 0 ? 1 / *mScale : 0, v_inverse = *vScale > 0 ? 1 / *vScale : 0;
  for (size_t i = 0; i < n; i++) {
    mCodes[i] = nearest_signed(has_sign, m[i] * m_inverse);
    vCodes[i] = nearest(has_none, v[i] * v_inverse);
  }
}

MULTIVERSION
void k_adamw_packed(size_t n, const adamw_packed *now, float *restrict g, float *restrict p,
                    uint8_t *restrict mCodes, float *restrict mScales, uint8_t *restrict vCodes,
                    float *restrict vScales) {
  for (size_t i = 0; i < n; i += MAP)
    update_block(n - i < MAP ? n - i : MAP, now, g + i, p + i, mCodes + i, mScales + i / MAP,
                 vCodes + i, vScales + i / MAP);
}
