#ifndef ROUX_ATTENTION_TILES_H
#define ROUX_ATTENTION_TILES_H
#include "attention.h"
#include "lanes.h"

// What forward and backward share: how a layout is read, how rows become lanes, how scores arise.

enum { SEGMENT_FIELDS = 6, RANGE_FIELDS = 2, QUERY_TILE_FIELDS = 2, KEY_TILE_FIELDS = 4 };
enum { VISIT_FIELDS = 2, HEADER_FIELDS = 8 };

/// A run of queries and what it sees; the fields are those of `AttentionLayout`.
struct segment {
  int32_t queryStart, queryCount, firstRange, fullRanges, ownStart, before;
};
struct key_range {
  int32_t start, count;
};
struct query_tile {
  int32_t segment, first;
};
struct key_tile {
  int32_t start, count, firstVisit, visits;
};
struct visit {
  int32_t segment, offsetInOwn;
};

/// The tables of a layout, found in its one array.
struct tables {
  const struct segment *segments;
  const struct key_range *ranges;
  const struct query_tile *queryTiles;
  const struct key_tile *keyTiles;
  const struct visit *visits;
};

PIECE struct tables tables_of(const int32_t *layout) {
  const int32_t *segments = layout + HEADER_FIELDS;
  const int32_t *ranges = segments + (size_t)layout[0] * SEGMENT_FIELDS;
  const int32_t *queryTiles = ranges + (size_t)layout[1] * RANGE_FIELDS;
  const int32_t *keyTiles = queryTiles + (size_t)layout[2] * QUERY_TILE_FIELDS;
  const int32_t *visits = keyTiles + (size_t)layout[3] * KEY_TILE_FIELDS;
  return (struct tables){(const struct segment *)segments, (const struct key_range *)ranges,
                         (const struct query_tile *)queryTiles, (const struct key_tile *)keyTiles,
                         (const struct visit *)visits};
}

/// A tile of queries in lanes: row i * group + g is query i under the g-th head of the group.
struct query_rows {
  const struct segment *segment;
  size_t first, count, group, rows, blocks, size, stride, offset;
};

PIECE struct query_rows query_rows_of(const struct attention_shape *shape,
                                      const struct segment *segment, size_t first, size_t kvHead,
                                      size_t stride) {
  size_t left = (size_t)segment->queryCount - first;
  size_t count = left < ATTENTION_QUERY_TILE ? left : ATTENTION_QUERY_TILE;
  size_t group = (size_t)(shape->heads / shape->kvHeads), size = (size_t)shape->headSize;
  size_t start = (size_t)segment->queryStart + first;
  return (struct query_rows){segment, first, count, group, count * group,
                             (count * group + LANES - 1) / LANES, size, stride,
                             start * stride + kvHead * group * size};
}

/// Where row r of the tile lies in a matrix of queries.
PIECE size_t row_offset(const struct query_rows *tile, size_t r) {
  return tile->offset + r / tile->group * tile->stride + r % tile->group * tile->size;
}

/// Where row r of the tile lies in a [Tq, heads] matrix.
PIECE size_t row_scalar(const struct query_rows *tile, const struct attention_shape *shape,
                        size_t kvHead, size_t r) {
  size_t query = (size_t)tile->segment->queryStart + tile->first + r / tile->group;
  return query * (size_t)shape->heads + kvHead * tile->group + r % tile->group;
}

/// Turns rows into lanes: to[block, d] holds number d of the rows of the block, times `scale`.
PIECE void rows_to_lanes(const struct query_rows *tile, const float *restrict from, float scale,
                         lanes *restrict to) {
  for (size_t r = 0; r < tile->blocks * LANES; r++) {
    const float *row = from + row_offset(tile, r < tile->rows ? r : 0);
    float *column = (float *)(to + r / LANES * tile->size) + r % LANES;
    float factor = r < tile->rows ? scale : 0;
    for (size_t d = 0; d < tile->size; d++) column[d * LANES] = row[d] * factor;
  }
}

/// How many keys of a causal tile each lane of a block sees, given those that its query 0 sees.
PIECE void limits_of(const struct query_rows *tile, size_t block, int64_t seenByFirst,
                     int32_t *restrict limits, size_t *most) {
  int64_t last = 0;
  for (size_t l = 0; l < LANES; l++) {
    size_t r = block * LANES + l;
    r = r < tile->rows ? r : tile->rows - 1;
    int64_t seen = seenByFirst + (int64_t)(tile->first + r / tile->group);
    seen = seen < 0 ? 0 : seen > ATTENTION_KEY_TILE ? ATTENTION_KEY_TILE : seen;
    limits[l] = (int32_t)seen;
    last = seen > last ? seen : last;
  }
  *most = (size_t)last < *most ? (size_t)last : *most;
}

/// A tile of keys as one block of queries meets it.
struct meeting {
  size_t start, keys;
  int causal;
  int64_t seenByFirst;
};

/// Walks the key tiles that a segment sees, in order; boundaries count from the start of a range.
struct walk {
  const struct tables *tables;
  const struct segment *segment;
  size_t range, offset, firstQuery, lastQuery;
};

PIECE int next_meeting(struct walk *walk, struct meeting *meeting) {
  const struct segment *segment = walk->segment;
  for (;; walk->range++, walk->offset = 0) {
    int own = walk->range == (size_t)segment->fullRanges;
    if (walk->range > (size_t)segment->fullRanges) return 0;
    const struct key_range *full =
        walk->tables->ranges + segment->firstRange + (own ? 0 : walk->range);
    size_t start = own ? (size_t)segment->ownStart : (size_t)full->start;
    size_t count = own ? (size_t)segment->before + walk->lastQuery + 1 : (size_t)full->count;
    if (walk->offset >= count) continue;
    size_t left = count - walk->offset;
    meeting->start = start + walk->offset;
    meeting->keys = left < ATTENTION_KEY_TILE ? left : ATTENTION_KEY_TILE;
    meeting->seenByFirst = (int64_t)segment->before + 1 - (int64_t)walk->offset;
    meeting->causal =
        own && meeting->seenByFirst + (int64_t)walk->firstQuery < (int64_t)meeting->keys;
    walk->offset += ATTENTION_KEY_TILE;
    return 1;
  }
}

/// Scores of one block against one tile of keys, masked; returns how many keys it sees.
/// k: the keys of the tile
PIECE size_t block_scores(const struct query_rows *tile, size_t block,
                          const struct meeting *meeting, const float *restrict k, size_t kStride,
                          const lanes *restrict q, lanes *restrict scores) {
  int32_t limits[LANES];
  size_t keys = meeting->keys;
  if (meeting->causal) limits_of(tile, block, meeting->seenByFirst, limits, &keys);
  multiply_lanes(keys, tile->size, k, kStride, 1, q, scores, 0);
  if (meeting->causal) mask_lanes(keys, limits, scores);
  return keys;
}

/// sum(a * b) over one head: sixteen partial sums, added in pairs, then pairs of pairs.
PIECE float dot(size_t size, const float *restrict a, const float *restrict b) {
  lanes sums = {0}, left, right;
  size_t d = 0;
  for (; d + LANES <= size; d += LANES) {
    memcpy(&left, a + d, sizeof left);
    memcpy(&right, b + d, sizeof right);
    sums += left * right;
  }
  if (d < size) {
    left = right = (lanes){0};
    memcpy(&left, a + d, (size - d) * sizeof(float));
    memcpy(&right, b + d, (size - d) * sizeof(float));
    sums += left * right;
  }
  return sum_lanes(&sums);
}

#endif
