// The number formats of model files: to float32 and back.
//
// Block layouts, and the rounding in both directions, are those of ggml. `n` counts numbers and is
// a multiple of the block length. Blocks need no alignment.
#ifndef ROUX_BLOCKS_H
#define ROUX_BLOCKS_H
#include <stddef.h>
#include <stdint.h>

// Halves. 1 number per block.
void k_dequantize_f16(size_t n, const void *blocks, float *out);
void k_dequantize_bf16(size_t n, const void *blocks, float *out);

// Blocks of 32:  out = d * q  (q4_0, q5_0, q8_0)  or  d * q + m  (q4_1, q5_1).
void k_dequantize_q4_0(size_t n, const void *blocks, float *out);
void k_dequantize_q4_1(size_t n, const void *blocks, float *out);
void k_dequantize_q5_0(size_t n, const void *blocks, float *out);
void k_dequantize_q5_1(size_t n, const void *blocks, float *out);
void k_dequantize_q8_0(size_t n, const void *blocks, float *out);

// Blocks of 256, in groups of 16 or 32 with a small scale s (and a small minimum t) each:
// out = d * s * q  (q3_K, q6_K)  or  d * s * q - dmin * t  (q2_K, q4_K, q5_K).
void k_dequantize_q2_K(size_t n, const void *blocks, float *out);
void k_dequantize_q3_K(size_t n, const void *blocks, float *out);
void k_dequantize_q4_K(size_t n, const void *blocks, float *out);
void k_dequantize_q5_K(size_t n, const void *blocks, float *out);
void k_dequantize_q6_K(size_t n, const void *blocks, float *out);

// Halves round to nearest, ties to even. The others round as ggml's reference quantiser does;
// their numbers must be finite.
void k_quantize_f16(size_t n, const float *x, void *blocks);
void k_quantize_bf16(size_t n, const float *x, void *blocks);
void k_quantize_q4_0(size_t n, const float *x, void *blocks);
void k_quantize_q4_1(size_t n, const float *x, void *blocks);
void k_quantize_q8_0(size_t n, const float *x, void *blocks);

// How many of the numbers are NaN or infinite.
size_t k_count_nonfinite_f32(size_t n, const float *x);
#endif
