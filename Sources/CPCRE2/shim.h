#ifndef ROUX_CPCRE2_H
#define ROUX_CPCRE2_H
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#endif
