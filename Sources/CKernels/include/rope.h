#ifndef ROUX_ROPE_H
#define ROUX_ROPE_H
#include <stddef.h>
#include <stdint.h>

/// Which numbers of a head turn together: (i, i + pairs) or (2i, 2i + 1).
enum rope_layout { ROPE_HALF_SPLIT = 0, ROPE_INTERLEAVED = 1 };

/// table[r] = amplitude * (cosines, then sines) of positions[r] * frequencies[i].
/// positions: [rows]   frequencies: [pairs]   table: [rows, 2 * pairs]
void k_rope_table_f32(size_t rows, size_t pairs, float amplitude,
                      const int32_t *restrict positions, const float *restrict frequencies,
                      float *restrict table);

/// Turns pair i of each head of row r by the angle of table[r, i], or back where direction is -1;
/// the numbers of a head after its first 2 * pairs pass through.
/// x, y: [rows, heads * headSize], y may be x
void k_rope_f32(size_t rows, size_t heads, size_t headSize, size_t pairs, int32_t layout,
                float direction, const float *restrict table, const float *x, float *y);
#endif
