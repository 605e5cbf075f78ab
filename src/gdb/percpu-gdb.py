# SPDX-License-Identifier: MIT
"""percpu-gdb.py - what gdb says of per-CPU variables; docs/debugging.md is about it.

    print variable              its copies, not the template
    percpu EXPRESSION           all copies and their sum; also of a per-CPU pointer
    print $per_cpu(var, cpu)    one copy, to be used in other expressions
    print $per_cpu_sum(var)
    info percpu                 the tier, the CPUs and who holds them, the chunks

Memory is read and nothing is called, so that it is the same for a live process, a core of the
kernel's and one of gcore's. The addresses come from the words that inlined operations read
(percpu/impl/runtime.h); types of the library's own are wanted for the chunks alone.
"""

import re

import gdb
import gdb.printing

# As in percpu/impl/offsets.h, percpu/impl/runtime.h and memory/entry.h.
RT_ENTRIES = 8
RT_CPU_POSSIBLE = 56
ENTRY_SIZE = 64
ENTRY_WINDOW = 0
ENTRY_BASE = 8
ENTRY_ATTENTION = 40
ENTRY_PINNED = 44
NO_BASE = -1
LOOK_UP = 1 << 63
WORD_HELD = 1
ATTENTION_ALWAYS = 1 << 31
# What the high half of a dynamic per-CPU pointer is: on x86-64, and on aarch64.
POINTER_TAGS = (0x5AC00000, 0x005AC000)
SECTION = re.compile(r"(0x[0-9a-f]+) - (0x[0-9a-f]+) is percpu_static")


def read(address, size, signed=False):
    data = gdb.selected_inferior().read_memory(address, size)
    return int.from_bytes(bytes(data), "little", signed=signed)


def symbol(name):
    """The address of a symbol, with or without a type; None where there is none."""
    try:
        return int(gdb.parse_and_eval("(unsigned long)&" + name))
    except gdb.error:
        return None


class Library:
    """libpercpu in the program that is looked at."""

    def __init__(self):
        self.runtime = symbol("__percpu_rt")
        if self.runtime is None:
            raise gdb.GdbError("There is no libpercpu here, or its symbols have been stripped.")
        try:
            self.entries = read(self.runtime + RT_ENTRIES, 8)
            possible = read(self.runtime + RT_CPU_POSSIBLE, 8)
            self.nr_cpu_ids = read(symbol("__percpu_nr_cpu_ids"), 4)
        except gdb.MemoryError:
            self.entries = 0
        if not self.entries:
            raise gdb.GdbError("libpercpu has not been started in this process.")
        words = [read(possible + 8 * i, 8) for i in range((self.nr_cpu_ids + 63) // 64)]
        self.cpus = [c for c in range(self.nr_cpu_ids) if words[c // 64] >> c % 64 & 1]

    def entry(self, cpu, offset, size=8, signed=True):
        return read(self.entries + cpu * ENTRY_SIZE + offset, size, signed)

    def window(self, cpu):
        """Where the CPU's copies are; None: its unit is not open."""
        base = self.entry(cpu, ENTRY_BASE)
        return None if base == NO_BASE else base & (LOOK_UP - 1)

    def coordinate(self, address):
        """Its low half, but in a module that the loader has put where another one's copies are."""
        displaced = symbol("pcpu_nr_displaced")
        if displaced is None:
            if any(self.entry(c, ENTRY_BASE) < NO_BASE for c in self.cpus):
                raise gdb.GdbError(
                    "Pointers are looked up in this process, and the library's symbols, which"
                    " say where, have been stripped."
                )
        elif read(displaced, 4):
            at = gdb.parse_and_eval("'displaced.c'::list")
            while int(at):
                if 0 <= address - int(at["start"]) < int(at["size"]):
                    return int(at["coord"]) + address - int(at["start"])
                at = at["next"]
        return address & 0xFFFFFFFF

    def copy(self, variable, cpu):
        """Its copy, as a value that can be assigned to; None: the unit is not open."""
        window = self.window(cpu)
        if window is None:
            return None
        address = window + self.coordinate(int(variable.address))
        return gdb.Value(address).cast(variable.type.pointer()).dereference()

    def copies(self, variable):
        """A pair for each CPU that has one: its number, and the copy."""
        found = ((cpu, self.copy(variable, cpu)) for cpu in self.cpus)
        return [(cpu, copy) for cpu, copy in found if copy is not None]

    def addends(self, variable):
        """What per_cpu_sum() adds up: a copy whose unit is not open would begin as the template."""
        copies = [copy for _, copy in self.copies(variable)]
        if is_static(address_of(variable)):
            copies += [plain(variable)] * (len(self.cpus) - len(copies))
        return copies


# --- which values are per-CPU ---

templates = []
templates_of = None


def sections():
    """The address ranges that static per-CPU variables have in all objects."""
    global templates, templates_of
    objects = [(o.filename, o.is_valid()) for o in gdb.objfiles()]
    pid = gdb.selected_inferior().pid
    if templates_of != (objects, pid):
        text = gdb.execute("info files", to_string=True)
        templates = [(int(m[1], 16), int(m[2], 16)) for m in SECTION.finditer(text)]
        templates_of = (objects, pid)
    return templates


def is_static(address):
    return any(start <= address < end for start, end in sections())


def is_dynamic(address):
    return address >> 32 in POINTER_TAGS


def address_of(value):
    return None if value.address is None else int(value.address) & (1 << 64) - 1


def variable_of(value):
    """The per-CPU variable that @value is, or that it points to."""
    address = address_of(value)
    if address is not None and (is_static(address) or is_dynamic(address)):
        return value
    type_ = value.type.strip_typedefs()
    if type_.code == gdb.TYPE_CODE_PTR and type_.target().strip_typedefs().sizeof:
        to = int(value) & (1 << 64) - 1
        if is_static(to) or is_dynamic(to):
            return value.dereference()
    raise gdb.GdbError("This is neither a per-CPU variable nor a pointer to one.")


# --- sums ---

NUMBERS = (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_FLT)


def total(values):
    """Added up, field by field, as text; None: nothing in it is a number."""
    type_ = values[0].type.strip_typedefs()
    if type_.code == gdb.TYPE_CODE_FLT:
        return "%g" % sum(float(v) for v in values)
    if type_.code == gdb.TYPE_CODE_INT:
        return str(wrapped(sum(int(v) for v in values), type_))
    if type_.code == gdb.TYPE_CODE_ARRAY and type_.target().strip_typedefs().sizeof > 1:
        first, last = type_.range()
        parts = [total([v[i] for v in values]) for i in range(first, last + 1)]
        return None if None in parts or not parts else "{" + ", ".join(parts) + "}"
    if type_.code == gdb.TYPE_CODE_STRUCT:
        parts = []
        for field in type_.fields():
            if hasattr(field, "bitpos") and not field.is_base_class:
                part = total([v[field] for v in values])
                if part is not None:
                    parts.append("%s = %s" % (field.name, part) if field.name else part)
        return "{" + ", ".join(parts) + "}" if parts else None
    return None


def wrapped(number, type_):
    """As the program would have it."""
    bits = 8 * type_.sizeof
    number &= (1 << bits) - 1
    if gdb.Value(-1).cast(type_) < 0 and number >> (bits - 1):
        number -= 1 << bits
    return number


def list_of(cpus):
    """As the kernel writes it: 0-3,8."""
    ranges = []
    for cpu in cpus:
        if ranges and ranges[-1][1] == cpu - 1:
            ranges[-1][1] = cpu
        else:
            ranges.append([cpu, cpu])
    return ",".join(str(a) if a == b else "%d-%d" % (a, b) for a, b in ranges)


# --- the printer ---


class CopiesPrinter:
    """A static per-CPU variable, as its copies. What lies at its own address is the template."""

    def __init__(self, variable):
        self.variable = variable
        try:
            self.library = Library()
            self.copies = self.library.copies(variable)
        except gdb.GdbError:
            self.copies = None

    def to_string(self):
        if not self.copies:
            return "per-CPU template"
        added = total(self.library.addends(self.variable))
        return "per-CPU" if added is None else "per-CPU, sum %s" % added

    def children(self):
        if not self.copies:
            return [("template", plain(self.variable))]
        return [("CPU %d" % cpu, copy) for cpu, copy in self.copies]


def plain(value):
    """The same bytes, which the printer does not take for a variable."""
    data = bytes(gdb.selected_inferior().read_memory(int(value.address), value.type.sizeof))
    return gdb.Value(data, value.type)


class Printer(gdb.printing.PrettyPrinter):
    def __call__(self, value):
        try:
            address = address_of(value)
            if address is not None and is_static(address):
                return CopiesPrinter(value)
        except gdb.error:
            pass
        return None


# --- commands and functions ---


class PerCpu(gdb.Function):
    """$per_cpu(VARIABLE, CPU): the copy of a per-CPU variable (or what a pointer points to)."""

    def __init__(self):
        super().__init__("per_cpu")

    def invoke(self, value, cpu):
        library = Library()
        if int(cpu) not in library.cpus:
            raise gdb.GdbError(
                "CPU %d is not possible: those are %s." % (int(cpu), list_of(library.cpus))
            )
        variable = variable_of(value)
        copy = library.copy(variable, int(cpu))
        if copy is None:
            if not is_static(address_of(variable)):
                raise gdb.GdbError("CPU %d's unit is not open: its copy is zero." % int(cpu))
            return plain(variable)
        return copy


class PerCpuSum(gdb.Function):
    """$per_cpu_sum(VARIABLE): all copies of a number, added up."""

    def __init__(self):
        super().__init__("per_cpu_sum")

    def invoke(self, value):
        variable = variable_of(value)
        type_ = variable.type.strip_typedefs()
        if type_.code not in NUMBERS:
            raise gdb.GdbError("This is no number: percpu EXPRESSION adds up its fields.")
        copies = Library().addends(variable)
        if type_.code == gdb.TYPE_CODE_FLT:
            return sum((float(copy) for copy in copies), 0.0)
        return gdb.Value(wrapped(sum(int(copy) for copy in copies), type_)).cast(type_)


class PerCpuCommand(gdb.Command):
    """percpu EXPRESSION: the copies of a per-CPU variable and their sum.

    EXPRESSION is a static variable, a field of one, or a pointer (percpu pool->hits)."""

    def __init__(self):
        super().__init__("percpu", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        if not argument.strip():
            raise gdb.GdbError("percpu EXPRESSION, for example percpu requests")
        try:
            variable = variable_of(gdb.parse_and_eval(argument))
        except gdb.error as error:
            raise gdb.GdbError(str(error))
        library = Library()
        copies = library.copies(variable)
        for cpu, copy in copies:
            print("CPU %d: %s" % (cpu, copy.format_string()))
        closed = [cpu for cpu in library.cpus if cpu not in dict(copies)]
        if closed:
            static = is_static(address_of(variable))
            begin = plain(variable).format_string() if static else "zeros"
            print("CPUs %s: not open, each would begin with %s" % (list_of(closed), begin))
        addends = library.addends(variable)
        added = total(addends) if addends else None
        if added is not None:
            print("sum: %s" % added)


def text(name):
    """A string of the library's."""
    at = symbol(name)
    if at is None:
        return "not known: the library's symbols have been stripped"
    return gdb.Value(at).cast(gdb.lookup_type("char").pointer()).string()


def thread_name(tid):
    for thread in gdb.selected_inferior().threads():
        if thread.ptid[1] == tid or thread.ptid[2] == tid:
            return "thread %d (gdb's %d)" % (tid, thread.num)
    return "thread %d, which is none of this process" % tid


def chunks():
    try:
        chunk = gdb.parse_and_eval("'chunk.c'::all_chunks.first")
        while int(chunk):
            area_map = chunk["map"]
            yield (
                "chunk at %#x: %d bytes a unit, %d free, %d areas"
                % (
                    int(chunk["base"]) + int(chunk["start"]),
                    int(chunk["end"]) - int(chunk["start"]),
                    int(area_map["free_size"]),
                    int(area_map["nr_areas"]),
                )
            )
            chunk = chunk["all_next"]
    except gdb.error:
        yield "chunks: the library's debugging information is not there"


class InfoPerCpu(gdb.Command):
    """info percpu: libpercpu in this process: its tier, CPUs, who holds them, and chunks."""

    def __init__(self):
        super().__init__("info percpu", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        library = Library()
        print("backend: %s" % text("pcpu_tier_text"))
        closed = []
        for cpu in library.cpus:
            window = library.window(cpu)
            if window is None:
                closed.append(cpu)
                continue
            print("CPU %d: window %#x%s" % (cpu, window, self.state(library, cpu)))
        if closed:
            print("CPUs %s: possible, not open" % list_of(closed))
        for line in chunks():
            print(line)

    @staticmethod
    def state(library, cpu):
        word = library.entry(cpu, ENTRY_WINDOW)
        waiting = library.entry(cpu, ENTRY_ATTENTION, 4, False) & ~ATTENTION_ALWAYS
        pinned = library.entry(cpu, ENTRY_PINNED, 4, False)
        state = ""
        if word < 0 and word & WORD_HELD:
            state += ", held by " + thread_name((word & 0xFFFFFFFF) >> 1)
        if waiting:
            state += ", %d waiting" % waiting
        if pinned:
            state += ", %d pinned" % pinned
        return state


gdb.printing.register_pretty_printer(None, Printer("percpu"), replace=True)
PerCpu()
PerCpuSum()
PerCpuCommand()
InfoPerCpu()
