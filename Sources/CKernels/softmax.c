#include "softmax.h"
#include "elementary.h"
#include "multiversion.h"
#include "piece.h"

void k_softmax_rows_start(size_t rows, const struct softmax_rows *running) {
  for (size_t r = 0; r < rows; r++) {
    running->maximum[r] = -INFINITY;
    running->sum[r] = 0;
    running->target[r] = 0;
    if (running->spread) running->spread[r] = 0;
    if (running->best) running->best[r] = 0;
  }
}

/// Brings the sums of one row to a new maximum: spread' = (spread + sum (old - new)) e^(old - new).
PIECE void raise_row(const struct softmax_rows *rows, size_t r, float top) {
  float down = rows->maximum[r] - top;
  if (down == 0 || rows->sum[r] == 0) {
    rows->maximum[r] = top;
    return;
  }
  float shrink = fast_exp(down);
  if (rows->spread) rows->spread[r] = (rows->spread[r] + rows->sum[r] * down) * shrink;
  rows->sum[r] *= shrink;
  rows->maximum[r] = top;
}

PIECE float largest(size_t columns, const float *restrict z) {
#pragma clang fp reassociate(on)
  float top = -INFINITY;
  for (size_t c = 0; c < columns; c++) top = z[c] > top ? z[c] : top;
  return top;
}

PIECE float exp_sum(size_t columns, const float *restrict z, float top) {
#pragma clang fp reassociate(on) contract(fast)
  float sum = 0;
  for (size_t c = 0; c < columns; c++) sum += fast_exp(z[c] - top);
  return sum;
}

PIECE float exp_spread(size_t columns, const float *restrict z, float top) {
#pragma clang fp reassociate(on) contract(fast)
  float sum = 0;
  for (size_t c = 0; c < columns; c++) {
    float down = z[c] - top;
    // A logit of -inf has no probability and no share in the entropy; 0 times -inf is not a number.
    sum += fast_exp(down) * (down > -200.0f ? down : -200.0f);
  }
  return sum;
}

MULTIVERSION
void k_softmax_rows_fold_f32(size_t rows, size_t columns, int32_t first, const float *restrict z,
                             size_t zStride, const int32_t *restrict targets,
                             const struct softmax_rows *running) {
  for (size_t r = 0; r < rows; r++) {
    const float *row = z + r * zStride;
    float top = largest(columns, row);
    if (top > running->maximum[r]) {
      raise_row(running, r, top);
      if (running->best) {
        size_t c = 0;
        while (row[c] != top) c++;
        running->best[r] = first + (int32_t)c;
      }
    }
    running->sum[r] += exp_sum(columns, row, running->maximum[r]);
    if (running->spread) running->spread[r] += exp_spread(columns, row, running->maximum[r]);
    if (targets[r] >= first && (size_t)(targets[r] - first) < columns)
      running->target[r] = row[targets[r] - first];
  }
}

void k_softmax_rows_merge(size_t rows, const struct softmax_rows *later,
                          const struct softmax_rows *running) {
  for (size_t r = 0; r < rows; r++) {
    int higher = later->maximum[r] > running->maximum[r];
    if (higher) {
      raise_row(running, r, later->maximum[r]);
      if (running->best) running->best[r] = later->best[r];
    }
    raise_row(later, r, running->maximum[r]);
    running->sum[r] += later->sum[r];
    // Only the tile that holds the target left something here.
    running->target[r] += later->target[r];
    if (running->spread) running->spread[r] += later->spread[r];
  }
}

void k_softmax_rows_finish_f32(size_t rows, const struct softmax_rows *running,
                               float *restrict logp, float *restrict logsumexp,
                               float *restrict entropy) {
  for (size_t r = 0; r < rows; r++) {
    float logSum = logf(running->sum[r]);
    // The maximum goes out first: the difference keeps bits that the sum would lose.
    logp[r] = running->target[r] - running->maximum[r] - logSum;
    logsumexp[r] = running->maximum[r] + logSum;
    if (entropy) entropy[r] = logSum - running->spread[r] / running->sum[r];
  }
}

MULTIVERSION
void k_softmax_rows_weigh_f32(size_t rows, size_t columns, float *restrict z,
                              const float *restrict before, const float *restrict maximum,
                              size_t width, float *restrict sums) {
  for (size_t r = 0; r < rows; r++) {
    float *row = z + r * columns, *sum = sums + r * width, top = maximum[r];
    for (size_t c = 0; c < columns; c++) row[c] = fast_exp(row[c] - top);
    if (before[r] == top) continue;
    float shrink = fast_exp(before[r] - top);
    for (size_t d = 0; d < width; d++) sum[d] *= shrink;
  }
}

MULTIVERSION
void k_softmax_rows_expect_f32(size_t rows, size_t stripes, size_t stripeStride,
                               const float *restrict maxima, const float *restrict sums,
                               size_t width, size_t partStride, const float *restrict parts,
                               float *restrict y) {
  for (size_t r = 0; r < rows; r++) {
    float top = -INFINITY, total = 0;
    for (size_t s = 0; s < stripes; s++) {
      float maximum = maxima[s * stripeStride + r];
      top = maximum > top ? maximum : top;
    }
    for (size_t s = 0; s < stripes; s++)
      total += sums[s * stripeStride + r] * fast_exp(maxima[s * stripeStride + r] - top);
    float *row = y + r * width;
    memset(row, 0, width * sizeof(float));
    for (size_t s = 0; s < stripes; s++) {
      const float *part = parts + s * partStride + r * width;
      float share = fast_exp(maxima[s * stripeStride + r] - top) / total;
      for (size_t d = 0; d < width; d++) row[d] += share * part[d];
    }
  }
}

MULTIVERSION
void k_weighted_difference_f32(size_t n, float weight, const float *a, const float *b, float *y) {
#pragma clang loop vectorize(assume_safety)
  for (size_t i = 0; i < n; i++) y[i] = weight * (a[i] - b[i]);
}

PIECE void gradient_row(size_t columns, float *restrict z, float logsumexp, float weight) {
  for (size_t c = 0; c < columns; c++) z[c] = -weight * fast_exp(z[c] - logsumexp);
}

PIECE void entropy_gradient_row(size_t columns, float *restrict z, float logsumexp, float weight,
                                float entropy, float entropyWeight) {
  for (size_t c = 0; c < columns; c++) {
    float logp = z[c] - logsumexp, p = fast_exp(logp);
    logp = logp > -200.0f ? logp : -200.0f;
    z[c] = -weight * p - entropyWeight * p * (logp + entropy);
  }
}

MULTIVERSION
void k_target_logp_backward_f32(size_t rows, size_t columns, int32_t first, float *restrict z,
                                size_t zStride, const int32_t *restrict targets,
                                const float *restrict logsumexp, const float *restrict weights,
                                const float *restrict entropy,
                                const float *restrict entropyWeights) {
  for (size_t r = 0; r < rows; r++) {
    float *row = z + r * zStride;
    float weight = weights ? weights[r] : 0, wanted = entropyWeights ? entropyWeights[r] : 0;
    if (weight == 0 && wanted == 0) {
      memset(row, 0, columns * sizeof(float));
      continue;
    }
    if (wanted == 0)
      gradient_row(columns, row, logsumexp[r], weight);
    else
      entropy_gradient_row(columns, row, logsumexp[r], weight, entropy[r], wanted);
    if (targets[r] >= first && (size_t)(targets[r] - first) < columns)
      row[targets[r] - first] += weight;
  }
}
