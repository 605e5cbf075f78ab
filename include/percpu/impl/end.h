/* SPDX-License-Identifier: MIT */
/* end.h - the end of what begin.h begins. */
#undef __pcpu_unlikely
#undef __pcpu_always_inline
#undef __pcpu_inline
#undef __pcpu_short_asm
#undef __pcpu_goto_asm
#undef __pcpu_from_memory
#undef __pcpu_stringify_1
#undef __pcpu_stringify
#undef __pcpu_as
#undef __PCPU_BEGIN_DECLS
#undef __PCPU_END_DECLS
#ifdef __PCPU_BEGUN
#undef __PCPU_BEGUN
#pragma GCC diagnostic pop
#endif
