/* SPDX-License-Identifier: MIT */
/* lock.h - tracepoints of locks, which nobody listens to. */
#define LCB_F_READ 2u
#define LCB_F_WRITE 4u
#define LCB_F_PERCPU 16u
#define trace_contention_begin(lock, flags) ((void)(lock), (void)(flags))
#define trace_contention_end(lock, ret) ((void)(lock), (void)(ret))
