#ifndef ROUX_DOT_H
#define ROUX_DOT_H
#include <stddef.h>
#pragma clang assume_nonnull begin

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
/// `x`: packed rows, at a line of the cache.
typedef void (*k_dot_whole_rows)(size_t rows, size_t columns, size_t outStart, size_t outEnd,
                                 const void *x, const void *w, float *y, size_t yStride);

/// How rows are packed and multiplied by one kind of instruction. All kinds give the same bits; each takes
/// the rows that it packed.
typedef struct __attribute__((swift_attr("@Sendable"))) {
  /// `to` takes k_whole_rows_bytes and begins at a line of the cache; `totals`: for q4_1.
  void (*pack)(size_t rows, size_t columns, int totals, const float *x, size_t xStride, void *to);
  k_dot_whole_rows q8_0, q4_0, q4_1;
} k_whole_products;

size_t k_whole_rows_bytes(size_t rows, size_t columns);

/// Products of 16 bits, which every processor makes.
const k_whole_products *k_short_products(void);

/// Products of bytes that add up in fours (VNNI); null where the processor has none.
const k_whole_products *_Nullable k_byte_products(void);
#pragma clang assume_nonnull end
#endif
