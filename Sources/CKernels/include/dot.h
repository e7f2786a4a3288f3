#ifndef ROUX_DOT_H
#define ROUX_DOT_H
#include <stddef.h>

/// y[t, o] = dot(x[t], W[o]) for outputs outStart ..< outEnd, with W read as it lies in its file.
///
/// For decoding: few rows, so the weights pass through once and are never written out as floats.
/// Each sum has one fixed pattern, whatever the number of rows or the stretch of outputs.
/// Formats of whole numbers (q8_0, q4_0, q4_1) take x in whole numbers as well, each off by at most
/// 2^-16 of the largest of its 32. The others take x as it is.
/// x: [rows, columns], at most 32 rows, xStride apart   w: [out, columns]   y: rows yStride apart
#define DOT_ROWS(TYPE)                                                                             \
  void k_dot_rows_##TYPE(size_t rows, size_t columns, size_t outStart, size_t outEnd,              \
                         const float *restrict x, size_t xStride, const void *restrict w,          \
                         float *restrict y, size_t yStride)
DOT_ROWS(f32);
DOT_ROWS(f16);
DOT_ROWS(bf16);
DOT_ROWS(q8_0);
DOT_ROWS(q4_0);
DOT_ROWS(q4_1);
DOT_ROWS(q5_0);
DOT_ROWS(q5_1);
DOT_ROWS(q2_K);
DOT_ROWS(q3_K);
DOT_ROWS(q4_K);
DOT_ROWS(q5_K);
DOT_ROWS(q6_K);
DOT_ROWS(nf4);
#undef DOT_ROWS
#endif
