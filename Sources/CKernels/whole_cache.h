#ifndef ROUX_WHOLE_CACHE_H
#define ROUX_WHOLE_CACHE_H
#include "piece.h"
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// Keys or values in a cache as whole numbers of 16 bits: a slot holds those of all its heads
/// [heads, size], and from here on the heads' scales as floats.
PIECE size_t scales_offset(size_t heads, size_t size) { return (heads * size * 2 + 3) / 4 * 4; }

PIECE size_t slot_bytes(size_t heads, size_t size) {
  return scales_offset(heads, size) + heads * sizeof(float);
}
#endif
