#ifndef ROUX_CZlib_H
#define ROUX_CZlib_H
#include <zlib.h>
#endif
