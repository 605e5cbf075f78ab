/* SPDX-License-Identifier: MIT */
/* sequence_end.h - the end of what sequence.h begins, but for the words of begin.h. */
#undef __PCPU_SEQ_RECORDS
#undef __PCPU_SEQ_DESCRIPTOR
#undef __PCPU_SEQ_PUBLISH
#undef __PCPU_SEQ_BEGIN
#undef __PCPU_SEQ_COPY
#undef __PCPU_SEQ_COMMIT
#undef __PCPU_SEQ_SIGNATURE
#undef __PCPU_SEQ_ABORT
#undef __PCPU_SEQ_IF_HELD
#undef __PCPU_SEQ_TO_COMMIT
#undef __PCPU_SEQ_TO_OWN
#undef __PCPU_SEQ_OWN_EXIT
#undef __PCPU_SEQ_OWN
#undef __PCPU_SEQ_SLOW
#undef __PCPU_SEQ_PUT
#undef __PCPU_SEQ_PUT_ADDEND
#undef __PCPU_SEQ_CONSTANTS
#undef __PCPU_SEQ_CLOBBERS
#include <percpu/impl/offsets_end.h>
