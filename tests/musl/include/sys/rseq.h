/* SPDX-License-Identifier: MIT */
/* rseq.h - what the tests take from glibc's header, where the area is the library's own. */
#ifndef MUSL_SYS_RSEQ_H
#define MUSL_SYS_RSEQ_H

#include <percpu/percpu.h>

#include <linux/rseq.h>

#define RSEQ_SIG 0x53053053
#define __rseq_offset (__percpu_rt.rseq_offset)
#define __rseq_size 32

#endif /* MUSL_SYS_RSEQ_H */
