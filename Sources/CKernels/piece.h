#ifndef ROUX_PIECE_H
#define ROUX_PIECE_H
/// Marks a piece of a kernel that must be compiled inside each of its clones.
#define PIECE static inline __attribute__((always_inline))
#endif
