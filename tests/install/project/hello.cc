// SPDX-License-Identifier: MIT
// hello.cc - the same in C++.
#include "hello.c"
