/* SPDX-License-Identifier: MIT */
/* sequence_end.h - the end of what sequence.h begins, but for the words of begin.h. */
#undef __PCPU_SEQ_LOW32
#undef __PCPU_SEQ_POINTER
#undef __PCPU_SEQ_PTR
#undef __PCPU_SEQ_RECORDS
#undef __PCPU_SEQ_DESCRIPTOR
#undef __PCPU_SEQ_BEGIN
#undef __PCPU_SEQ_COMMIT
#undef __PCPU_SEQ_ABORT
#undef __PCPU_SEQ_IF_HELD
#undef __PCPU_SEQ_AT_COMMIT
#undef __PCPU_SEQ_TO_COMMIT
#undef __PCPU_SEQ_TO_OWN
#undef __PCPU_SEQ_OWN_EXIT
#undef __PCPU_SEQ_OWN
#undef __PCPU_SEQ_SLOW
#undef __PCPU_SEQ_CALL
#undef __PCPU_SEQ_CALL_C
#undef __PCPU_SEQ_CONSTANTS
#undef __PCPU_SEQ_INPUTS
#undef __PCPU_SEQ_CLOBBERS
#include <percpu/impl/offsets_end.h>
