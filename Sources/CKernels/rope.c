#include "rope.h"
#include "multiversion.h"
#include "piece.h"
#include <math.h>

void k_rope_table_f32(size_t rows, size_t pairs, float amplitude,
                      const int32_t *restrict positions, const float *restrict frequencies,
                      float *restrict table) {
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < pairs; i++) {
      // In double: at position 100,000 a float angle is off by 1/256 already.
      double angle = (double)positions[r] * (double)frequencies[i];
      table[r * 2 * pairs + i] = amplitude * (float)cos(angle);
      table[r * 2 * pairs + pairs + i] = amplitude * (float)sin(angle);
    }
}

/// Each pair is read before it is written, so x and y may be the same head.
PIECE void turn_head(size_t pairs, size_t step, size_t partner, float direction,
                     const float *restrict table, const float *x, float *y) {
  for (size_t i = 0; i < pairs; i++) {
    float a = x[i * step], b = x[i * step + partner];
    float cosine = table[i], sine = direction * table[pairs + i];
    y[i * step] = a * cosine - b * sine;
    y[i * step + partner] = b * cosine + a * sine;
  }
}

MULTIVERSION
void k_rope_f32(size_t rows, size_t heads, size_t headSize, size_t pairs, int32_t layout,
                float direction, const float *restrict table, const float *x, float *y) {
  for (size_t r = 0; r < rows; r++)
    for (size_t h = 0; h < heads; h++) {
      const float *from = x + (r * heads + h) * headSize, *angles = table + r * 2 * pairs;
      float *to = y + (r * heads + h) * headSize;
      if (layout == ROPE_HALF_SPLIT)
        turn_head(pairs, 1, pairs, direction, angles, from, to);
      else
        turn_head(pairs, 2, 1, direction, angles, from, to);
      for (size_t d = 2 * pairs; d < headSize; d++) to[d] = from[d];
    }
}
