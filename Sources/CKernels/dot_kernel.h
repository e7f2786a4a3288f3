#ifndef ROUX_DOT_KERNEL_H
#define ROUX_DOT_KERNEL_H
#include "dot_tiles.h"
#include "multiversion.h"
#include <stdint.h>

// What kernels share that pack rows and read weights in blocks of 32 as they lie in their file.

/// Numbers of a block of weights, and bytes that the processor fetches ahead by itself.
enum { BLOCK = 32, PAGE = 4096 };

/// Asks for the bytes `from ..< from + count` before they are needed.
///
/// Rows of weights are short, so that the processor's own prefetching hardly starts before they end;
/// it does better where each of a few rows is longer than a page.
PIECE void fetch_ahead(const uint8_t *from, size_t count) {
  for (size_t i = 0; i < count; i += 64) __builtin_prefetch(from + i);
}

#define WHILE_PACKED(TYPE, COUNT)                                                                  \
  for (; r + COUNT <= rows; r += COUNT)                                                            \
    packed_##COUNT##_##TYPE(columns, outs, x + r * xStride, xStride, from,                         \
                            y + r * yStride + o, yStride);

/// The kernel of a type: SHARING outputs after SHARING outputs, rows by eights and then by fewer.
#define DOT_KERNEL(TYPE, BYTES)                                                                    \
  MULTIVERSION                                                                                     \
  void k_dot_rows_##TYPE(size_t rows, size_t columns, size_t outStart, size_t outEnd,              \
                         const float *restrict x, size_t xStride, const void *restrict w,          \
                         float *restrict y, size_t yStride) {                                      \
    size_t rowBytes = columns * (BYTES) / BLOCK;                                                   \
    for (size_t o = outStart; o < outEnd; o += SHARING) {                                          \
      size_t outs = outEnd - o < SHARING ? outEnd - o : SHARING, r = 0;                            \
      const uint8_t *from = (const uint8_t *)w + o * rowBytes;                                     \
      WHILE_PACKED(TYPE, 8)                                                                        \
      WHILE_PACKED(TYPE, 4)                                                                        \
      WHILE_PACKED(TYPE, 2)                                                                        \
      WHILE_PACKED(TYPE, 1)                                                                        \
    }                                                                                              \
  }

#endif
