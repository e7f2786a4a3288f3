#ifndef ROUX_DOT_H
#define ROUX_DOT_H
#include <stddef.h>

/// y[t, o] = dot(x[t], W[o]) for outputs outStart ..< outEnd, with W read as it lies in its file.
///
/// For decoding: few rows, so the weights pass through once and are never written out as floats.
/// Each sum has one fixed pattern, whatever the number of rows or the stretch of outputs.
/// x: [rows, columns], at most 32 rows, xStride apart   w: [out, columns]   y: rows yStride apart
#define DOT_ROWS(TYPE)                                                                             \
  void k_dot_rows_##TYPE(size_t rows, size_t columns, size_t outStart, size_t outEnd,              \
                         const float *restrict x, size_t xStride, const void *restrict w,          \
                         float *restrict y, size_t yStride)
DOT_ROWS(f32);
DOT_ROWS(f16);
DOT_ROWS(bf16);
DOT_ROWS(q5_0);
DOT_ROWS(q5_1);
DOT_ROWS(q2_K);
DOT_ROWS(q3_K);
DOT_ROWS(q4_K);
DOT_ROWS(q5_K);
DOT_ROWS(q6_K);
DOT_ROWS(nf4);
#undef DOT_ROWS

/// The same over weights that are whole numbers, with rows that are so as well: each of their numbers is
/// off by at most 2^-16 of the largest of its 32. Columns are whole blocks of 32.
///
/// `to` takes k_whole_rows_bytes and begins at a line of the cache; `totals`: for q4_1.
void k_pack_whole_rows(size_t rows, size_t columns, int totals, const float *restrict x,
                       size_t xStride, void *to);
size_t k_whole_rows_bytes(size_t rows, size_t columns);

#define DOT_WHOLE_ROWS(TYPE)                                                                       \
  void k_dot_whole_rows_##TYPE(size_t rows, size_t columns, size_t outStart, size_t outEnd,        \
                               const void *restrict x, const void *restrict w, float *restrict y,  \
                               size_t yStride)
DOT_WHOLE_ROWS(q8_0);
DOT_WHOLE_ROWS(q4_0);
DOT_WHOLE_ROWS(q4_1);
#undef DOT_WHOLE_ROWS
#endif
