#include "kernels.h"
#include "multiversion.h"

static inline void philox_round(uint32_t c[4], uint32_t k0, uint32_t k1) {
  uint64_t a = (uint64_t)0xD2511F53u * c[0], b = (uint64_t)0xCD9E8D57u * c[2];
  uint32_t c0 = (uint32_t)(b >> 32) ^ c[1] ^ k0, c2 = (uint32_t)(a >> 32) ^ c[3] ^ k1;
  c[0] = c0;
  c[1] = (uint32_t)b;
  c[2] = c2;
  c[3] = (uint32_t)a;
}

static inline __attribute__((always_inline)) void philox(uint32_t c[4], uint32_t k0, uint32_t k1) {
  for (int round = 0; round < 10; round++) {
    philox_round(c, k0, k1);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
}

void k_philox(const uint32_t key[2], const uint32_t counter[4], uint32_t output[4]) {
  uint32_t c[4] = {counter[0], counter[1], counter[2], counter[3]};
  philox(c, key[0], key[1]);
  for (int i = 0; i < 4; i++) output[i] = c[i];
}

MULTIVERSION
void k_dropout_f32(size_t n, size_t first, float rate, const uint32_t key[2], uint32_t stream,
                   uint32_t moment, const float *x, float *y) {
  float scale = 1.0f / (1.0f - rate);
  for (size_t i = 0; i < n;) {
    uint64_t block = (first + i) / 4;
    uint32_t c[4] = {(uint32_t)block, (uint32_t)(block >> 32), stream, moment};
    philox(c, key[0], key[1]);
    for (size_t j = (first + i) % 4; j < 4 && i < n; j++, i++) {
      float unit = (float)(c[j] >> 8) * 0x1p-24f;
      y[i] = unit < rate ? 0.0f : x[i] * scale;
    }
  }
}
