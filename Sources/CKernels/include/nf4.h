// NF4 with double quantisation (QLoRA, arXiv 2305.14314, sections 3 and 4; bitsandbytes 0.50.2).
//
// A tensor is read as one row of numbers in blocks of 64. Each number is a code of 4 bits, each
// block has a scale of 8 bits, 256 blocks share a float32, the tensor has one more:
//   number = level[code] * (map[scale] * shared + offset)
// In memory: offset, then for every 256 blocks `shared` and the blocks; of each block the scale,
// then 32 bytes of codes, the earlier number in the upper half. Together 4.127 bits a number.
#ifndef ROUX_NF4_H
#define ROUX_NF4_H
#include <stddef.h>
#include <stdint.h>

enum { NF4_BLOCK = 64, NF4_STRETCH = 32, NF4_BLOCK_BYTES = 33, NF4_GROUP = 256 };

// Codes, scales, `shared` and offset are bit for bit those of bitsandbytes on a CPU with one thread.
// scales: room for n / 64 numbers. x must be finite; n is a multiple of 64.
void k_quantize_nf4(size_t n, const float *restrict x, float *restrict scales, void *tensor);
// Numbers start ..< start + n of a tensor; both are multiples of 32.
void k_dequantize_nf4(size_t start, size_t n, const void *tensor, float *restrict out);

// Eight bits: the dynamic map (arXiv 2110.02861, section 2), 256 rising numbers in -1 ... 1, or in
// 0 ... 1 for what has no sign.
const float *k_dynamic_map(int has_sign);
#endif
