// What Swift has words of its own for only since macOS 15 and iOS 18: a bit that threads set without a lock.

#ifndef VEXIL_FIRST_H
#define VEXIL_FIRST_H

#include <stdbool.h>
#include <stdint.h>

// Sets a bit, and says whether it was not set before: of those who set it at once, one is told so.
static inline bool vexil_set_first(uint32_t *bits, uint32_t bit) {
    if (__atomic_load_n(bits, __ATOMIC_RELAXED) & bit) return false;
    return (__atomic_fetch_or(bits, bit, __ATOMIC_RELAXED) & bit) == 0;
}

#endif
