#ifndef ROUX_NARROW_H
#define ROUX_NARROW_H
#include <stddef.h>

// Products with a narrow side, as low-rank corrections have: a general product would spend more on
// packing the wide matrix than on multiplying it. Each sum runs over its terms in order.

/// How many numbers of the narrow side are worked on together, and how many rows between two looks
/// at memory in the second kernel.
enum { NARROW_LANES = 16, NARROW_ROWS = 256 };

/// y (+)= x w, up to 16 columns of it.
/// x: [rows, inner], y: [rows, width], rows `xStride` and `yStride` apart
/// w: number (k, l) at k * wStride + l * wStep   scratch: inner * 16 numbers, aligned to 64
void k_narrow_product_f32(size_t rows, size_t inner, size_t width, const float *restrict x,
                          size_t xStride, const float *restrict w, size_t wStride, size_t wStep,
                          int add, float *restrict y, size_t yStride, float *restrict scratch);

/// y (+)= aᵀ u, up to 16 columns of u.
/// a: [rows, columns], u: [rows, width], rows `aStride` and `uStride` apart
/// y: number (c, l) at c * yStride + l * yStep
/// scratch: (256 + columns) * 16 numbers, aligned to 64
void k_narrow_outer_f32(size_t rows, size_t columns, size_t width, const float *restrict a,
                        size_t aStride, const float *restrict u, size_t uStride, int add,
                        float *restrict y, size_t yStride, size_t yStep,
                        float *restrict scratch);
#endif
