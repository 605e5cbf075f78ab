/* SPDX-License-Identifier: MIT */
/* alone.h - for a program with rooms of the library in it, and not the library: nobody is told. */
#ifndef SUPPORT_ALONE_H
#define SUPPORT_ALONE_H

#include <percpu/impl/module.h>

void __percpu_module_register(const void *note)
{
	(void)note;
}

#endif /* SUPPORT_ALONE_H */
