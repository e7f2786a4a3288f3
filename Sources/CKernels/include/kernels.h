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

// Norms, row by row.  x, y, dy, dx: [rows, width]   gain, bias: [width]   mean, inverse: [rows]

/// y = x / rms(x) * gain; `inverse` receives 1 / rms of each row for the backward pass.
void k_rms_norm_f32(size_t rows, size_t width, float epsilon, const float *restrict x,
                    const float *restrict gain, float *restrict y, float *restrict inverse);
/// dx = s (gain dy - x s^2 mean(gain dy x)), s = inverse
void k_rms_norm_backward_f32(size_t rows, size_t width, const float *restrict dy,
                             const float *restrict x, const float *restrict gain,
                             const float *restrict inverse, float *restrict dx);
/// y = (x - mean) / sqrt(variance + epsilon) * gain + bias, with the population's variance.
void k_layer_norm_f32(size_t rows, size_t width, float epsilon, const float *restrict x,
                      const float *restrict gain, const float *restrict bias, float *restrict y,
                      float *restrict mean, float *restrict inverse);
/// dx = s (gain dy - mean(gain dy) - n mean(gain dy n)), n = (x - mean) s, s = inverse
void k_layer_norm_backward_f32(size_t rows, size_t width, const float *restrict dy,
                               const float *restrict x, const float *restrict gain,
                               const float *restrict mean, const float *restrict inverse,
                               float *restrict dx);

// Gated activation; results may take the place of inputs.

/// y = silu(gate) up
void k_swiglu_f32(size_t n, const float *gate, const float *up, float *y);
/// dgate = dy up silu'(gate), dup = dy silu(gate)
void k_swiglu_backward_f32(size_t n, const float *dy, const float *gate, const float *up,
                           float *dgate, float *dup);

// Random numbers: Philox 4x32-10 (Salmon et al. 2011), a function of key and counter alone.

void k_philox(const uint32_t key[2], const uint32_t counter[4], uint32_t output[4]);
/// y = 0 with probability `rate`, else x / (1 - rate). `first` is the place of x[0] among all
/// numbers of the step; `stream` tells dropouts of one model apart, `moment` the steps of a run.
void k_dropout_f32(size_t n, size_t first, float rate, const uint32_t key[2], uint32_t stream,
                   uint32_t moment, const float *x, float *y);

// Optimizer.

/// AdamW (Loshchilov & Hutter 2019) with decay before the step. g is multiplied by `scale` as it is
/// read and is zero afterwards; correction = 1 - beta^t.
///   p = p (1 - rate decay) - rate (m / correction1) / (sqrt(v / correction2) + epsilon)
void k_adamw_f32(size_t n, float rate, float decay, double beta1, double beta2, float epsilon,
                 double correction1, double correction2, float scale, float *restrict g,
                 float *restrict p, float *restrict m, float *restrict v);

/// What all numbers of an update share: keep = beta, take = 1 - beta; with correction = 1 - beta^t
/// step = -rate sqrt(correction2) / correction1, epsilon times sqrt(correction2), shrink = 1 - rate decay.
typedef struct {
  float scale, keep1, take1, keep2, take2, step, epsilon, shrink;
} adamw_packed;

/// AdamW with moments of 8 bits (arXiv 2110.02861, in the order of bitsandbytes 0.50.2): codes of the
/// dynamic maps with and without sign, one scale for every 256 numbers, the last block may be short.
///   p = (p + step m / (sqrt(v) + epsilon)) shrink, with m and v as they are before rounding
void k_adamw_packed(size_t n, const adamw_packed *now, float *restrict g, float *restrict p,
                    uint8_t *restrict mCodes, float *restrict mScales, uint8_t *restrict vCodes,
                    float *restrict vScales);

// Rows by number.  indices: [n]

/// y[i] = x[indices[i]]   y: [n, width]
void k_gather_rows_f32(size_t n, size_t width, const int32_t *restrict indices,
                       const float *restrict x, float *restrict y);
/// y[indices[i]] += x[i], i in order, for `width` columns of rows that are `stride` numbers apart.
void k_scatter_add_rows_f32(size_t n, size_t stride, size_t width,
                            const int32_t *restrict indices, const float *restrict x,
                            float *restrict y);

#endif
