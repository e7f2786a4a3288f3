#ifndef ROUX_CBLAS_H
#define ROUX_CBLAS_H
#include <cblas.h>
#endif
