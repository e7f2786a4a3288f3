#ifndef ROUX_KERNELS_H
#define ROUX_KERNELS_H
#include <stddef.h>
#include <stdint.h>

/// Tells the processor that a thread spins.
static inline void k_spin_hint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Element-wise kernels work on a tile of n numbers; y may be one of the inputs.

/// y = x
void k_copy_f32(size_t n, const float *x, float *y);
/// y = value
void k_fill_f32(size_t n, float value, float *y);
/// y = x as f32
void k_convert_i32_f32(size_t n, const int32_t *x, float *y);
/// y = x as f32; x holds IEEE half-precision numbers.
void k_convert_f16_f32(size_t n, const uint16_t *x, float *y);
/// y = x as f32; x holds the upper halves of f32 numbers.
void k_convert_bf16_f32(size_t n, const uint16_t *x, float *y);
/// y[i] = x[(first + i) mod columns]: a row of x seen from a tile of a matrix.  x: [columns]
void k_spread_row_f32(size_t n, size_t first, size_t columns, const float *x, float *y);
/// y[i] = x[(first + i) / columns]: a column of x seen from a tile of a matrix.
void k_spread_column_f32(size_t n, size_t first, size_t columns, const float *x, float *y);

// Unary: y = f(x).
void k_negate_f32(size_t n, const float *x, float *y);
void k_exp_f32(size_t n, const float *x, float *y);
void k_log_f32(size_t n, const float *x, float *y);
void k_sqrt_f32(size_t n, const float *x, float *y);
void k_square_f32(size_t n, const float *x, float *y);
void k_abs_f32(size_t n, const float *x, float *y);
/// -1, 0 or 1
void k_sign_f32(size_t n, const float *x, float *y);
/// 1 / (1 + exp(-x))
void k_sigmoid_f32(size_t n, const float *x, float *y);
/// min(x, 0) - log1p(exp(-|x|))
void k_log_sigmoid_f32(size_t n, const float *x, float *y);
/// max(x, 0) + log1p(exp(-|x|))
void k_softplus_f32(size_t n, const float *x, float *y);
void k_tanh_f32(size_t n, const float *x, float *y);
void k_relu_f32(size_t n, const float *x, float *y);
/// x sigmoid(x)
void k_silu_f32(size_t n, const float *x, float *y);
/// sigmoid(x) (1 + x (1 - sigmoid(x)))
void k_silu_slope_f32(size_t n, const float *x, float *y);
/// x (1 + erf(x / sqrt 2)) / 2
void k_gelu_f32(size_t n, const float *x, float *y);
/// (1 + erf(x / sqrt 2)) / 2 + x exp(-x^2 / 2) / sqrt(2 pi)
void k_gelu_slope_f32(size_t n, const float *x, float *y);
/// x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2
void k_gelu_tanh_f32(size_t n, const float *x, float *y);
void k_gelu_tanh_slope_f32(size_t n, const float *x, float *y);
/// log(1 - exp(x)) for x < 0, without cancellation
void k_log1mexp_f32(size_t n, const float *x, float *y);
void k_expm1_f32(size_t n, const float *x, float *y);
void k_log1p_f32(size_t n, const float *x, float *y);

// Binary: y = f(a, b).
void k_add_f32(size_t n, const float *a, const float *b, float *y);
void k_subtract_f32(size_t n, const float *a, const float *b, float *y);
void k_multiply_f32(size_t n, const float *a, const float *b, float *y);
void k_divide_f32(size_t n, const float *a, const float *b, float *y);
void k_power_f32(size_t n, const float *a, const float *b, float *y);
void k_minimum_f32(size_t n, const float *a, const float *b, float *y);
void k_maximum_f32(size_t n, const float *a, const float *b, float *y);
/// 1 where a < b, else 0
void k_less_f32(size_t n, const float *a, const float *b, float *y);
/// 1 where a <= b, else 0
void k_less_equal_f32(size_t n, const float *a, const float *b, float *y);
/// 1 where a = b, else 0
void k_equal_f32(size_t n, const float *a, const float *b, float *y);
/// a where condition is not 0, else b
void k_select_f32(size_t n, const float *condition, const float *a, const float *b, float *y);

// Reductions.

/// The sum of n numbers, in 64 bits.
double k_sum_f32(size_t n, const float *x);
/// The sum of their squares, in 64 bits.
double k_sum_squares_f32(size_t n, const float *x);
/// The largest of n numbers; minus infinity for none.
float k_max_f32(size_t n, const float *x);
/// y[i] += sum over rows of x[r * stride + i], row after row.  y: [width]
void k_sum_rows_f32(size_t rows, size_t stride, size_t width, const float *restrict x,
                    float *restrict y);

#endif
