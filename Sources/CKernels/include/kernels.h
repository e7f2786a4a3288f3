#ifndef ROUX_KERNELS_H
#define ROUX_KERNELS_H
#include <stddef.h>
#include <stdint.h>
#endif
