#include "tiny.h"

struct tiny_file tiny_file_at(int place) {
  const struct tiny_file files[] = {
      {"config.json", tiny_config_start, tiny_config_end},
      {"model.safetensors", tiny_weights_start, tiny_weights_end},
      {"tokenizer.json", tiny_tokenizer_start, tiny_tokenizer_end},
      {"tokenizer_config.json", tiny_tokenizer_config_start, tiny_tokenizer_config_end},
  };
  struct tiny_file none = {0, 0, 0};
  return place >= 0 && place < (int)(sizeof files / sizeof *files) ? files[place] : none;
}
