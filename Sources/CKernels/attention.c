#include "attention_single.h"
#include "multiversion.h"

static size_t blocks_for(size_t rows) { return (rows + LANES - 1) / LANES; }

size_t k_attention_scratch_bytes(const struct attention_shape *shape) {
  size_t group = (size_t)(shape->heads / shape->kvHeads), size = (size_t)shape->headSize;
  size_t queryBlocks = blocks_for(ATTENTION_QUERY_TILE * group);
  size_t keyBlocks = blocks_for(ATTENTION_KEY_TILE);
  size_t queries = queryBlocks * (3 * size + 2) + 2 * ATTENTION_KEY_TILE;
  size_t keys = keyBlocks * 4 * size + 2 * ATTENTION_QUERY_TILE;
  size_t tiles = (queries > keys ? queries : keys) * sizeof(lanes);
  size_t floats = 2 * ATTENTION_KEY_TILE * size * sizeof(float);
  size_t single = single_floats((size_t)shape->heads, group, size) * sizeof(float);
  return single > tiles + floats ? single : tiles + floats;
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

/// A tile of queries under one key head, in lanes.
PIECE void attend_tile(const struct attention_shape *shape, struct query_rows tile,
                       struct walk walk, size_t kvHead, const float *restrict q,
                       const struct source *k, const struct source *v, float *restrict o,
                       float *restrict logsumexp, float *restrict scratch) {
  float *keyRoom = scratch, *valueRoom = keyRoom + ATTENTION_KEY_TILE * tile.size;
  lanes *scores = (lanes *)(valueRoom + ATTENTION_KEY_TILE * tile.size);
  lanes *maxima = scores + ATTENTION_KEY_TILE;
  lanes *sums = maxima + tile.blocks, *qLanes = sums + tile.blocks;
  lanes *oLanes = qLanes + tile.blocks * tile.size;
  rows_to_lanes(&tile, q, shape->scale, qLanes);
  fill_lanes(tile.blocks, -INFINITY, maxima);
  fill_lanes(tile.blocks, 0, sums);
  fill_lanes(tile.blocks * tile.size, 0, oLanes);

  for (struct meeting meeting; next_meeting(&walk, &meeting);) {
    struct head_rows keyRows = rows_of_head(k, shape, meeting.start, kvHead);
    struct head_rows valueRows = rows_of_head(v, shape, meeting.start, kvHead);
    struct float_rows met = as_floats(&keyRows, meeting.keys, tile.size, keyRoom);
    struct float_rows values = as_floats(&valueRows, meeting.keys, tile.size, valueRoom);
    for (size_t b = 0; b < tile.blocks; b++) {
      lanes *out = oLanes + b * tile.size;
      size_t keys = block_scores(&tile, b, &meeting, met.rows, met.stride,
                                 qLanes + b * tile.size, scores);
      if (keys == 0) continue;
      fold_scores(keys, scores, maxima + b, sums + b, tile.size, out);
      multiply_lanes(tile.size, keys, values.rows, 1, values.stride, scores, out, 1);
    }
  }
  if (logsumexp)
    for (size_t r = 0; r < tile.rows; r++)
      logsumexp[row_scalar(&tile, shape, kvHead, r)] =
          maxima[r / LANES][r % LANES] + logf(sums[r / LANES][r % LANES]);
  tile.offset = ((size_t)tile.segment->queryStart + tile.first) * shape->oStride +
                kvHead * tile.group * tile.size;
  tile.stride = shape->oStride;
  lanes_to_rows(&tile, oLanes, sums, o);
}

PIECE void attend(const struct attention_shape *shape, const int32_t *layout, size_t index,
                  size_t firstHead, size_t heads, const float *restrict q, const struct source *k,
                  const struct source *v, float *restrict o, float *restrict logsumexp,
                  float *restrict scratch) {
  struct tables tables = tables_of(layout);
  struct query_tile which = tables.queryTiles[index];
  const struct segment *segment = tables.segments + which.segment;
  size_t first = (size_t)which.first;
  for (size_t h = firstHead; h < firstHead + heads; h++) {
    struct query_rows tile = query_rows_of(shape, segment, first, h, shape->qStride);
    struct walk walk = {&tables, segment, 0, 0, first, first + tile.count - 1};
    if (segment->queryCount == 1) {
      struct walk then = {0};
      if (heads > 1 && index + 1 < (size_t)layout[2]) {
        const struct segment *other = tables.segments + tables.queryTiles[index + 1].segment;
        then = (struct walk){&tables, other, 0, 0, 0, 0};
      }
      return attend_single(shape, &tile, walk, then, h, heads, q, k, v, o, logsumexp, scratch);
    }
    attend_tile(shape, tile, walk, h, q, k, v, o, logsumexp, scratch);
  }
}

MULTIVERSION
void k_attention_f32(const struct attention_shape *shape, const int32_t *layout, size_t tile,
                     size_t firstHead, size_t heads, const float *restrict q,
                     const float *restrict k, const float *restrict v, float *restrict o,
                     float *restrict logsumexp, void *restrict scratch) {
  struct source keys = {(const char *)k, shape->kStride * sizeof *k, 0};
  struct source values = {(const char *)v, shape->vStride * sizeof *v, 0};
  attend(shape, layout, tile, firstHead, heads, q, &keys, &values, o, logsumexp, scratch);
}

MULTIVERSION
void k_attention_whole(const struct attention_shape *shape, const int32_t *layout, size_t tile,
                       size_t firstHead, size_t heads, const float *restrict q,
                       const void *restrict k, const void *restrict v, float *restrict o,
                       void *restrict scratch) {
  size_t bytes = slot_bytes((size_t)shape->kvHeads, (size_t)shape->headSize);
  struct source keys = {k, bytes, 1}, values = {v, bytes, 1};
  attend(shape, layout, tile, firstHead, heads, q, &keys, &values, o, NULL, scratch);
}
