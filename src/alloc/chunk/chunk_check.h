/* SPDX-License-Identifier: MIT */
/* chunk_check.h - a look at everything there is: whether the invariants of chunk.h hold. */
#ifndef PCPU_CHUNK_CHECK_H
#define PCPU_CHUNK_CHECK_H

/* What is wrong with any of the chunks, or NULL. Under pcpu_alloc_mutex. */
const char *pcpu_chunks_check(void);

#endif /* PCPU_CHUNK_CHECK_H */
