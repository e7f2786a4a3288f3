#ifndef ROUX_EDITLINE_H
#define ROUX_EDITLINE_H
#endif
