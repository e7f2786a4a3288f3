#ifndef ROUX_MULTIVERSION_H
#define ROUX_MULTIVERSION_H
// The resolvers behind target_clones run before the thread sanitizer is ready, and crash under it.
#if defined(__x86_64__) && defined(__linux__) && !defined(KERNELS_SINGLE_VERSION) && \
    !__has_feature(thread_sanitizer)
#define MULTIVERSION __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MULTIVERSION
#endif
#endif
