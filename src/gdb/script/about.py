# SPDX-License-Identifier: MIT
"""percpu-gdb.py - what gdb says of per-CPU variables; docs/debugging.md is about it.

    print variable              its copies, not the template
    percpu EXPRESSION           all copies and their sum; also of a per-CPU pointer
    print $per_cpu(var, cpu)    one copy, to be used in other expressions
    print $per_cpu_sum(var)
    info percpu                 the library in this process, and who holds which CPU
    info percpu areas           what has been allocated, by whom where that is known
    info percpu at ADDRESS      what an address or a per-CPU pointer is of
    set print percpu off        variables as gdb has them without all this: the template

Memory and registers are read and nothing is called, so that it is the same for a live process, a
core of the kernel's and one of gcore's. Where things are and how they are laid out the library says
itself (src/calls/debugger.c), whether it has symbols and debugging information or not; without the
library's file what is left comes from the words that inlined operations read
(percpu/impl/runtime.h). gdb 13 and later.
"""

import bisect
import os
import re
import struct
from contextlib import contextmanager

import gdb
import gdb.printing
import gdb.unwinder
