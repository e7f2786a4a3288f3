#include "attention_tiles.h"
#include "multiversion.h"

/// How many keys ahead a single query asks for them.
enum { FETCHED = 16 };

static size_t blocks_for(size_t rows) { return (rows + LANES - 1) / LANES; }

size_t k_attention_scratch_bytes(const struct attention_shape *shape) {
  size_t group = (size_t)(shape->heads / shape->kvHeads), size = (size_t)shape->headSize;
  size_t queryBlocks = blocks_for(ATTENTION_QUERY_TILE * group);
  size_t keyBlocks = blocks_for(ATTENTION_KEY_TILE);
  size_t queries = queryBlocks * (3 * size + 2) + 2 * ATTENTION_KEY_TILE;
  size_t keys = keyBlocks * 4 * size + 2 * ATTENTION_QUERY_TILE;
  return (queries > keys ? queries : keys) * sizeof(lanes);
}

/// Folds one tile of scores into the running maximum, sum and output of a block
/// (online softmax, Milakov and Gimelshein 2018, algorithm 3).
PIECE void fold_scores(size_t keys, lanes *restrict scores, lanes *restrict maximum,
                       lanes *restrict sum, size_t size, lanes *restrict o) {
  lanes top = *maximum;
  for (size_t j = 0; j < keys; j++) raise_lanes(&top, scores + j);
  lanes shrink = *maximum - top;
  exp_lanes(1, &shrink);
  lanes total = *sum * shrink;
  for (size_t j = 0; j < keys; j++) scores[j] -= top;
  exp_lanes(keys, scores);
  for (size_t j = 0; j < keys; j++) total += scores[j];
  for (size_t d = 0; d < size; d++) o[d] *= shrink;
  *maximum = top;
  *sum = total;
}

/// Writes finished blocks back as rows, divided by their sums.
PIECE void lanes_to_rows(const struct query_rows *tile, const lanes *restrict from,
                         const lanes *restrict sums, float *restrict to) {
  for (size_t r = 0; r < tile->rows; r++) {
    float *row = to + row_offset(tile, r);
    const float *column = (const float *)(from + r / LANES * tile->size) + r % LANES;
    float inverse = 1.0f / sums[r / LANES][r % LANES];
    for (size_t d = 0; d < tile->size; d++) row[d] = column[d * LANES] * inverse;
  }
}

#define ADD_WEIGHTED(WIDTH)                                                                        \
  for (; d + WIDTH * LANES <= size; d += WIDTH * LANES) {                                          \
    lanes sums[WIDTH], row[WIDTH];                                                                 \
    memcpy(sums, o + d, sizeof sums);                                                              \
    for (int i = 0; i < WIDTH; i++) sums[i] *= shrink;                                             \
    for (size_t j = 0; j < rows; j++) {                                                            \
      memcpy(row, x + j * stride + d, sizeof row);                                                 \
      for (int i = 0; i < WIDTH; i++) sums[i] += weights[j] * row[i];                              \
    }                                                                                              \
    memcpy(o + d, sums, sizeof sums);                                                              \
  }

/// o = shrink o + sum of weights[j] x[j], with the sums of one stretch of numbers in registers.
PIECE void add_weighted_rows(size_t rows, size_t size, const float *restrict weights,
                             const float *restrict x, size_t stride, float shrink,
                             float *restrict o) {
  size_t d = 0;
  ADD_WEIGHTED(4)
  ADD_WEIGHTED(1)
  for (; d < size; d++) {
    float sum = o[d] * shrink;
    for (size_t j = 0; j < rows; j++) sum += weights[j] * x[j * stride + d];
    o[d] = sum;
  }
}
#undef ADD_WEIGHTED

/// Asks for a row before it is needed: keys of one head lie too far apart for the processor to guess.
PIECE void fetch_row(const float *row, size_t size) {
  for (size_t d = 0; d < size; d += 64 / sizeof *row) __builtin_prefetch(row + d);
}

/// One tile of keys against one single query under one head. The `first` head of a group fetches what
/// all of them read.
PIECE void fold_single(const struct meeting *meeting, size_t size, const float *restrict q,
                       const float *restrict k, size_t kStride, const float *restrict v,
                       size_t vStride, float scale, int first, float *restrict o, float *maximum,
                       float *sum) {
  float scores[ATTENTION_KEY_TILE], top = *maximum, total = 0;
  for (size_t j = 0; j < meeting->keys; j++) {
    if (first) {
      fetch_row(k + (meeting->start + j + FETCHED) * kStride, size);
      fetch_row(v + (meeting->start + j) * vStride, size);
    }
    scores[j] = dot(size, q, k + (meeting->start + j) * kStride) * scale;
    top = scores[j] > top ? scores[j] : top;
  }
  float shrink = fast_exp(*maximum - top);
  for (size_t j = 0; j < meeting->keys; j++) scores[j] = fast_exp(scores[j] - top);
  for (size_t j = 0; j < meeting->keys; j++) total += scores[j];
  add_weighted_rows(meeting->keys, size, scores, v + meeting->start * vStride, vStride, shrink, o);
  *maximum = top;
  *sum = *sum * shrink + total;
}

/// Decoding: one query has no rows to fill lanes with, so the numbers of a head are the lanes.
PIECE void attend_single(const struct attention_shape *shape, const struct query_rows *tile,
                         struct walk walk, size_t kvHead, const float *restrict q,
                         const float *restrict k, const float *restrict v, float *restrict o,
                         float *restrict logsumexp, float *restrict scratch) {
  float *maxima = scratch, *sums = scratch + tile->group, *out = sums + tile->group;
  for (size_t g = 0; g < tile->group; g++) maxima[g] = -INFINITY;
  for (size_t i = 0; i < tile->group * (tile->size + 1); i++) sums[i] = 0;
  for (struct meeting meeting; next_meeting(&walk, &meeting);)
    for (size_t g = 0; g < tile->group; g++)
      fold_single(&meeting, tile->size, q + row_offset(tile, g), k, shape->kStride, v,
                  shape->vStride, shape->scale, g == 0, out + g * tile->size, maxima + g, sums + g);
  for (size_t g = 0; g < tile->group; g++) {
    float *row = o + kvHead * tile->group * tile->size + g * tile->size +
                 ((size_t)tile->segment->queryStart + tile->first) * shape->oStride;
    for (size_t d = 0; d < tile->size; d++) row[d] = out[g * tile->size + d] / sums[g];
    if (logsumexp) logsumexp[row_scalar(tile, shape, kvHead, g)] = maxima[g] + logf(sums[g]);
  }
}

MULTIVERSION
void k_attention_f32(const struct attention_shape *shape, const int32_t *layout, size_t index,
                     size_t kvHead, const float *restrict q, const float *restrict k,
                     const float *restrict v, float *restrict o, float *restrict logsumexp,
                     void *restrict scratch) {
  struct tables tables = tables_of(layout);
  struct query_tile which = tables.queryTiles[index];
  const struct segment *segment = tables.segments + which.segment;
  struct query_rows tile =
      query_rows_of(shape, segment, (size_t)which.first, kvHead, shape->qStride);
  struct walk walk = {&tables, segment, 0, 0, tile.first, tile.first + tile.count - 1};
  k += kvHead * tile.size;
  v += kvHead * tile.size;
  if (segment->queryCount == 1)
    return attend_single(shape, &tile, walk, kvHead, q, k, v, o, logsumexp, scratch);

  lanes *scores = scratch, *maxima = scores + ATTENTION_KEY_TILE;
  lanes *sums = maxima + tile.blocks, *qLanes = sums + tile.blocks;
  lanes *oLanes = qLanes + tile.blocks * tile.size;
  rows_to_lanes(&tile, q, shape->scale, qLanes);
  fill_lanes(tile.blocks, -INFINITY, maxima);
  fill_lanes(tile.blocks, 0, sums);
  fill_lanes(tile.blocks * tile.size, 0, oLanes);

  for (struct meeting meeting; next_meeting(&walk, &meeting);)
    for (size_t b = 0; b < tile.blocks; b++) {
      lanes *out = oLanes + b * tile.size;
      size_t keys = block_scores(&tile, b, &meeting, k, shape->kStride,
                                 qLanes + b * tile.size, scores);
      if (keys == 0) continue;
      fold_scores(keys, scores, maxima + b, sums + b, tile.size, out);
      multiply_lanes(tile.size, keys, v + meeting.start * shape->vStride, 1, shape->vStride,
                     scores, out, 1);
    }
  if (logsumexp)
    for (size_t r = 0; r < tile.rows; r++)
      logsumexp[row_scalar(&tile, shape, kvHead, r)] =
          maxima[r / LANES][r % LANES] + logf(sums[r / LANES][r % LANES]);
  tile.offset = ((size_t)segment->queryStart + tile.first) * shape->oStride +
                kvHead * tile.group * tile.size;
  tile.stride = shape->oStride;
  lanes_to_rows(&tile, oLanes, sums, o);
}
