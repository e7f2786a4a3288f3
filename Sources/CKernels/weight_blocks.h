#ifndef ROUX_WEIGHT_BLOCKS_H
#define ROUX_WEIGHT_BLOCKS_H
#include "dot_tiles.h"
#include "multiversion.h"
#include <stdint.h>

// What kernels share that read weights in blocks of 32 as they lie in their file.

/// Numbers of a block of weights, and bytes that the processor fetches ahead by itself.
enum { BLOCK = 32, PAGE = 4096 };

/// Asks for the bytes `from ..< from + count` before they are needed.
///
/// Rows of weights are short, so that the processor's own prefetching hardly starts before they end;
/// it does better where each of a few rows is longer than a page.
PIECE void fetch_ahead(const uint8_t *from, size_t count) {
  for (size_t i = 0; i < count; i += 64) __builtin_prefetch(from + i);
}
#endif
