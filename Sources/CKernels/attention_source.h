#ifndef ROUX_ATTENTION_SOURCE_H
#define ROUX_ATTENTION_SOURCE_H
#include "attention_tiles.h"
#include "whole_cache.h"

// Where keys and values come from: floats, or whole numbers of a cache.

/// How many keys ahead they are asked for.
enum { FETCHED = 12 };

/// The keys or the values of all heads.
struct source {
  const char *rows;
  /// Bytes from row to row.
  size_t stride;
  int isWhole;
};

/// Those of one head, from some row on; whole numbers have a scale for each row.
struct head_rows {
  const char *rows, *scales;
  size_t stride;
  int isWhole;
};

PIECE struct head_rows rows_of_head(const struct source *source, const struct attention_shape *shape,
                                    size_t start, size_t head) {
  size_t size = (size_t)shape->headSize;
  const char *first = source->rows + start * source->stride;
  return (struct head_rows){
      first + head * size * (source->isWhole ? sizeof(int16_t) : sizeof(float)),
      first + scales_offset((size_t)shape->kvHeads, size) + head * sizeof(float), source->stride,
      source->isWhole};
}

/// What the numbers of row j are multiplied with.
PIECE float scale_of(const struct head_rows *x, size_t j) {
  float scale = 1;
  if (x->isWhole) memcpy(&scale, x->scales + j * x->stride, sizeof scale);
  return scale;
}

/// Number d of row j, without its scale.
PIECE float number_of(const struct head_rows *x, size_t j, size_t d) {
  const char *row = x->rows + j * x->stride;
  return x->isWhole ? ((const int16_t *)row)[d] : ((const float *)row)[d];
}

/// Asks for a row before it is needed, into the second cache: a tile of keys and one of values do not fit the
/// first.
PIECE void fetch_row(const struct head_rows *x, size_t j, size_t size) {
  size_t bytes = size * (x->isWhole ? sizeof(int16_t) : sizeof(float));
  for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch(x->rows + j * x->stride + i, 0, 2);
}

/// Some rows as floats; `stride` in numbers.
struct float_rows {
  const float *rows;
  size_t stride;
};

/// Floats stay where they lie; whole numbers become floats in `room`: [count, size].
PIECE struct float_rows as_floats(const struct head_rows *x, size_t count, size_t size,
                                  float *restrict room) {
  if (!x->isWhole) return (struct float_rows){(const float *)x->rows, x->stride / sizeof(float)};
  for (size_t j = 0; j < count; j++) {
    float scale = scale_of(x, j);
    for (size_t d = 0; d < size; d++) room[j * size + d] = number_of(x, j, d) * scale;
  }
  return (struct float_rows){room, size};
}
#endif
