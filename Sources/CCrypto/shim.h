#ifndef ROUX_CCrypto_H
#define ROUX_CCrypto_H
#include <openssl/evp.h>
#endif
