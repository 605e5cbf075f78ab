/* SPDX-License-Identifier: MIT */
/* offsets_end.h - the end of what offsets.h begins. */
#undef __PCPU_ENTRY_SHIFT
#undef __PCPU_ENTRY_BASE
#undef __PCPU_ENTRY_REST
#undef __PCPU_ENTRY_ATTENTION
#undef __PCPU_ENTRY_MARKER
#undef __PCPU_SELF_WORD
#undef __PCPU_SELF_MARK
#undef __PCPU_MARK_BUDGET
#undef __PCPU_RT_RSEQ_OFFSET
#undef __PCPU_RT_ENTRIES
#undef __PCPU_RT_INDEX_OFFSET
#undef __PCPU_RT_SELF_OFFSET
#undef __PCPU_RT_RDPID_CPUS
#undef __PCPU_CODE
