#include "attention_tiles.h"
#include "multiversion.h"

/// Adds finished blocks of gradients to rows, times `scale`.
PIECE void add_lanes_to_rows(const struct query_rows *tile, const lanes *restrict from,
                             float scale, float *restrict to) {
  for (size_t r = 0; r < tile->rows; r++) {
    float *row = to + row_offset(tile, r);
    const float *column = (const float *)(from + r / LANES * tile->size) + r % LANES;
    for (size_t d = 0; d < tile->size; d++) row[d] += column[d * LANES] * scale;
  }
}

/// Scores become dS = P * (dP - delta), P = exp(S - logsumexp).
PIECE void score_gradients(size_t keys, const lanes *restrict logsumexp,
                           const lanes *restrict delta, const lanes *restrict dP,
                           lanes *restrict scores) {
  for (size_t j = 0; j < keys; j++) scores[j] -= *logsumexp;
  exp_lanes(keys, scores);
  for (size_t j = 0; j < keys; j++) scores[j] *= dP[j] - *delta;
}

MULTIVERSION
void k_attention_backward_queries_f32(const struct attention_shape *shape, const int32_t *layout,
                                      size_t index, size_t kvHead, const float *restrict q,
                                      const float *restrict k, const float *restrict v,
                                      const float *restrict o, const float *restrict logsumexp,
                                      const float *restrict dO, float *restrict dq,
                                      void *restrict scratch) {
  struct tables tables = tables_of(layout);
  struct query_tile which = tables.queryTiles[index];
  const struct segment *segment = tables.segments + which.segment;
  struct query_rows tile =
      query_rows_of(shape, segment, (size_t)which.first, kvHead, shape->qStride);
  struct query_rows outer =
      query_rows_of(shape, segment, (size_t)which.first, kvHead, shape->oStride);
  struct walk walk = {&tables, segment, 0, 0, tile.first, tile.first + tile.count - 1};
  size_t size = tile.size;
  k += kvHead * size;
  v += kvHead * size;

  lanes *scores = scratch, *dP = scores + ATTENTION_KEY_TILE, *lse = dP + ATTENTION_KEY_TILE;
  lanes *delta = lse + tile.blocks, *qLanes = delta + tile.blocks;
  lanes *oLanes = qLanes + tile.blocks * size, *dqLanes = oLanes + tile.blocks * size;
  rows_to_lanes(&tile, q, shape->scale, qLanes);
  rows_to_lanes(&outer, dO, 1, oLanes);
  fill_lanes(tile.blocks * size, 0, dqLanes);
  for (size_t r = 0; r < tile.blocks * LANES; r++) {
    size_t row = r < tile.rows ? r : 0, at = row_offset(&outer, row);
    lse[r / LANES][r % LANES] = logsumexp[row_scalar(&tile, shape, kvHead, row)];
    delta[r / LANES][r % LANES] = dot(size, o + at, dO + at);
  }

  for (struct meeting meeting; next_meeting(&walk, &meeting);)
    for (size_t b = 0; b < tile.blocks; b++) {
      size_t keys =
          block_scores(&tile, b, &meeting, k + meeting.start * shape->kStride, shape->kStride,
                       qLanes + b * size, scores);
      multiply_lanes(keys, size, v + meeting.start * shape->vStride, shape->vStride, 1,
                     oLanes + b * size, dP, 0);
      score_gradients(keys, lse + b, delta + b, dP, scores);
      multiply_lanes(size, keys, k + meeting.start * shape->kStride, 1, shape->kStride, scores,
                     dqLanes + b * size, 1);
    }
  add_lanes_to_rows(&tile, dqLanes, shape->scale, dq);
}

/// Sixteen keys in lanes, with the sums of their gradients.
struct key_block {
  const lanes *k, *v;
  lanes *dk, *dv;
};

/// Queries first ..< first + count of one head against one block of keys.
/// seenByFirst: how many lanes the first query sees, negative when it sees none yet
PIECE void visit_block(const struct key_block *block, size_t size, size_t count, const float *q,
                       size_t qStride, const float *dO, size_t oStride, const float *logsumexp,
                       size_t heads, const float *delta, int64_t seenByFirst, float scale,
                       lanes *restrict p, lanes *restrict ds) {
  multiply_lanes(count, size, q, qStride, 1, block->k, p, 0);
  multiply_lanes(count, size, dO, oStride, 1, block->v, ds, 0);
  for (size_t i = 0; i < count; i++) p[i] = p[i] * scale - logsumexp[i * heads];
  for (size_t i = 0; i < count && seenByFirst + (int64_t)i < LANES; i++)
    for (int l = 0; l < LANES; l++)
      if (l >= seenByFirst + (int64_t)i) p[i][l] = -INFINITY;
  exp_lanes(count, p);
  for (size_t i = 0; i < count; i++) ds[i] = p[i] * (ds[i] - delta[i]);
  multiply_lanes(size, count, dO, 1, oStride, p, block->dv, 1);
  multiply_lanes(size, count, q, 1, qStride, ds, block->dk, 1);
}

/// Turns the keys of a tile into lanes, zeros beyond its end.
PIECE void keys_to_lanes(const struct key_tile *tile, size_t size, size_t stride,
                         const float *restrict from, lanes *restrict to) {
  for (size_t j = 0; j < ATTENTION_KEY_TILE; j++) {
    int inside = j < (size_t)tile->count;
    const float *row = from + ((size_t)tile->start + (inside ? j : 0)) * stride;
    float *column = (float *)(to + j / LANES * size) + j % LANES;
    for (size_t d = 0; d < size; d++) column[d * LANES] = inside ? row[d] : 0;
  }
}

PIECE void add_lanes_to_keys(const struct key_tile *tile, size_t size, size_t stride, float scale,
                             const lanes *restrict from, float *restrict to) {
  for (size_t j = 0; j < (size_t)tile->count; j++) {
    float *row = to + ((size_t)tile->start + j) * stride;
    const float *column = (const float *)(from + j / LANES * size) + j % LANES;
    for (size_t d = 0; d < size; d++) row[d] += column[d * LANES] * scale;
  }
}

MULTIVERSION
void k_attention_backward_keys_f32(const struct attention_shape *shape, const int32_t *layout,
                                   size_t index, size_t kvHead, const float *restrict q,
                                   const float *restrict k, const float *restrict v,
                                   const float *restrict o, const float *restrict logsumexp,
                                   const float *restrict dO, float *restrict dk,
                                   float *restrict dv, void *restrict scratch) {
  struct tables tables = tables_of(layout);
  const struct key_tile *tile = tables.keyTiles + index;
  size_t size = (size_t)shape->headSize, heads = (size_t)shape->heads;
  size_t group = heads / (size_t)shape->kvHeads, blocks = ((size_t)tile->count + LANES - 1) / LANES;
  size_t span = ATTENTION_KEY_TILE / LANES * size;
  lanes *p = scratch, *ds = p + ATTENTION_QUERY_TILE, *kLanes = ds + ATTENTION_QUERY_TILE;
  lanes *vLanes = kLanes + span, *dkLanes = vLanes + span, *dvLanes = dkLanes + span;
  keys_to_lanes(tile, size, shape->kStride, k + kvHead * size, kLanes);
  keys_to_lanes(tile, size, shape->vStride, v + kvHead * size, vLanes);
  fill_lanes(2 * span, 0, dkLanes);

  for (int32_t at = 0; at < tile->visits; at++) {
    struct visit visit = tables.visits[tile->firstVisit + at];
    const struct segment *segment = tables.segments + visit.segment;
    int causal = visit.offsetInOwn >= 0;
    int64_t seen = causal ? (int64_t)segment->before + 1 - visit.offsetInOwn : INT32_MAX;
    size_t first = seen < 1 ? (size_t)(1 - seen) : 0;
    // Query stretches count from the start of the segment, whatever tile of keys they meet.
    for (size_t end; first < (size_t)segment->queryCount; first = end) {
      end = (first / ATTENTION_QUERY_TILE + 1) * ATTENTION_QUERY_TILE;
      end = end < (size_t)segment->queryCount ? end : (size_t)segment->queryCount;
      size_t row = (size_t)segment->queryStart + first, count = end - first;
      for (size_t h = kvHead * group; h < (kvHead + 1) * group; h++) {
        const float *qh = q + row * shape->qStride + h * size;
        const float *oh = o + row * shape->oStride + h * size;
        const float *dh = dO + row * shape->oStride + h * size;
        float delta[ATTENTION_QUERY_TILE];
        for (size_t i = 0; i < count; i++)
          delta[i] = dot(size, oh + i * shape->oStride, dh + i * shape->oStride);
        for (size_t b = 0; b < blocks; b++) {
          struct key_block block = {kLanes + b * size, vLanes + b * size, dkLanes + b * size,
                                    dvLanes + b * size};
          visit_block(&block, size, count, qh, shape->qStride, dh, shape->oStride,
                      logsumexp + row * heads + h, heads, delta,
                      seen + (int64_t)first - (int64_t)(b * LANES), shape->scale, p, ds);
        }
      }
    }
  }
  add_lanes_to_keys(tile, size, shape->kStride, shape->scale, dkLanes, dk + kvHead * size);
  add_lanes_to_keys(tile, size, shape->vStride, 1, dvLanes, dv + kvHead * size);
}
