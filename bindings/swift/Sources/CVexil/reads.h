// Counts that threads add to without a lock: Swift has words of its own for that only since macOS 15 and iOS 18.

#ifndef VEXIL_READS_H
#define VEXIL_READS_H

#include <stdbool.h>
#include <stdint.h>

// Set once any reads were taken; the other bits are how many there were since.
static const uint32_t vexil_reads_taken = UINT32_C(1) << 31;
// So many reads wait for others before they are to be taken. Threads that add meanwhile are far fewer than bits there are.
static const uint32_t vexil_reads_at_once = 256;

// Adds one, and says whether they are to be taken now: the first is, so that it is known what is in use.
static inline bool vexil_reads_add(uint32_t *reads) {
    uint32_t now = __atomic_add_fetch(reads, 1, __ATOMIC_RELAXED);
    return now < vexil_reads_taken || now >= vexil_reads_taken + vexil_reads_at_once;
}

// Takes those that there are, if any: each is taken once.
static inline uint32_t vexil_reads_take(uint32_t *reads) {
    if ((__atomic_load_n(reads, __ATOMIC_RELAXED) & ~vexil_reads_taken) == 0) return 0;
    return __atomic_exchange_n(reads, vexil_reads_taken, __ATOMIC_RELAXED) & ~vexil_reads_taken;
}

#endif
