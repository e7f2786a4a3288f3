#ifndef ROUX_TINY_H
#define ROUX_TINY_H

/// The files of the tiny model; each ends where its `_end` begins.
extern const unsigned char tiny_config_start[], tiny_config_end[];
extern const unsigned char tiny_weights_start[], tiny_weights_end[];
extern const unsigned char tiny_tokenizer_start[], tiny_tokenizer_end[];
extern const unsigned char tiny_tokenizer_config_start[], tiny_tokenizer_config_end[];

/// One file by its place in the list; null after the last.
struct tiny_file {
  const char *name;
  const unsigned char *start, *end;
};
struct tiny_file tiny_file_at(int place);
#endif
