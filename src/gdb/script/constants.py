# SPDX-License-Identifier: MIT
# constants.py - numbers that every library has, and what is said where something is not there.


# As in percpu/impl/runtime.h and memory/entry.h: what every library has.
RT_ENTRIES = 8
RT_SELF_OFFSET = 24
RT_CPU_POSSIBLE = 56
ENTRY = {"sizeof": 64, "window": 0, "base": 8, "lock": 16, "successor": 32}
ENTRY.update({"attention": 40, "pinned": 44})
NO_BASE = -1
LOOK_UP = 1 << 63
WORD_HELD = 1
ATTENTION_ALWAYS = 1 << 31
WINDOW_SIZE = 1 << 32
# What the high half of a dynamic per-CPU pointer is: on x86-64, and on aarch64.
POINTER_TAGS = (0x5AC00000, 0x005AC000)
ALL_BITS = (1 << 64) - 1
SECTION = re.compile(r"(0x[0-9a-f]+) - (0x[0-9a-f]+) is (percpu_static\w*)(?: in (.*))?")
# Functions and objects in which nobody looks for his own fault.
OWN_NAME = re.compile(r"_*p(er)?cpu_")
SYSTEM_OBJECT = re.compile(r"(libpercpu\.so|libc[.-]|libpthread[.-]|ld-|ld\.|libc\+\+)")

NOT_RUNNING = "The program does not run: there are no copies."
NO_LIBRARY = "There is no libpercpu in this program. (With PERCPU_UP variables are ordinary ones.)"
NOT_STARTED = "libpercpu has not been started in this process: there are no copies yet."
NO_FILE = (
    "libpercpu has not been started in this process, or gdb does not have its file. (For a core of"
    " another machine gdb needs the libraries of that one: set sysroot, or set solib-search-path.)"
)
NO_TABLE = (
    "The library's table of CPUs is not in this core: some memory was left out. (Shared memory is"
    " bit 1 of /proc/PID/coredump_filter.)"
)
NOT_TOLD = "not known: gdb does not have the file of libpercpu, or it is an older one"
