/* SPDX-License-Identifier: MIT */
/*
 * hidden.h - for what every call looks at: compilers take a variable that they see declared only
 * for one of another object's, whose address has to be looked up first.
 */
#ifndef PCPU_HIDDEN_H
#define PCPU_HIDDEN_H

#define PCPU_HIDDEN __attribute__((__visibility__("hidden")))

#endif /* PCPU_HIDDEN_H */
