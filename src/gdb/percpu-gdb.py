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


# --- memory and symbols ---


def read(address, size, signed=False):
    data = gdb.selected_inferior().read_memory(address, size)
    return int.from_bytes(bytes(data), "little", signed=signed)


def read_pointer(address):
    return read(address, 8)


def read_string(address, most=300):
    data = bytes(gdb.selected_inferior().read_memory(address, most))
    return data.split(b"\0")[0].decode("utf-8", "replace")


def symbol(name):
    """The address of a symbol, with or without a type; None where there is none."""
    try:
        language = gdb.parameter("language")
        gdb.execute("set language c", to_string=True)
        try:
            return int(gdb.parse_and_eval("(unsigned long)&" + name))
        finally:
            gdb.execute("set language " + language, to_string=True)
    except gdb.error:
        return None


class Described:
    """What the library says of itself (src/calls/debugger.c)."""

    def __init__(self):
        self.addresses = {}
        self.numbers = {}
        at = symbol("__percpu_debugger_info")
        if at is None:
            return
        try:
            data = bytes(gdb.selected_inferior().read_memory(at, 48))
        except gdb.error:
            return
        words = struct.unpack("<8s5I4xQQ", data)
        if words[0] != b"percpu\0\0" or words[1] != 1:
            raise gdb.GdbError(
                "The file of libpercpu that gdb has is not the one of this process: of a core from"
                " elsewhere gdb wants the libraries of that machine (set sysroot)."
            )
        self.addresses = dict(self.table(words[6], words[2], words[4], 24, "Q"))
        self.numbers = dict(self.table(words[7], words[3], words[5], 28, "I"))

    @staticmethod
    def table(at, size, count, name_size, kind):
        data = bytes(gdb.selected_inferior().read_memory(at, size * count))
        for i in range(count):
            name, value = struct.unpack_from("<%ds%s" % (name_size, kind), data, i * size)
            yield name.split(b"\0")[0].decode(), value


class Untold(Exception):
    """The library does not say."""


class Record:
    """A structure of the library's in memory: fields by name, as it describes them."""

    def __init__(self, library, kind, address):
        self.library, self.kind, self.address = library, kind, address

    def at(self, field):
        return self.address + self.library.number("%s.%s" % (self.kind, field))

    def __call__(self, field, size=8, signed=False):
        return read(self.at(field), size, signed)

    def inner(self, field, kind):
        return Record(self.library, kind, self.at(field))


class Library:
    """libpercpu in the program that is looked at."""

    def __init__(self):
        self.runtime = symbol("__percpu_rt")
        nr_cpu_ids = symbol("__percpu_nr_cpu_ids")
        if not gdb.selected_inferior().pid:
            raise gdb.GdbError(NOT_RUNNING)
        if self.runtime is None or nr_cpu_ids is None:
            raise gdb.GdbError(NO_FILE if files().templates else NO_LIBRARY)
        try:
            self.entries = read(self.runtime + RT_ENTRIES, 8)
            possible = read(self.runtime + RT_CPU_POSSIBLE, 8)
            self.nr_cpu_ids = read(nr_cpu_ids, 4)
        except gdb.error:
            self.nr_cpu_ids = 0
        if not self.nr_cpu_ids:
            raise gdb.GdbError(NOT_STARTED)
        try:
            words = [read(possible + 8 * i, 8) for i in range((self.nr_cpu_ids + 63) // 64)]
            size = ENTRY["sizeof"] * self.nr_cpu_ids
            self.table = bytes(gdb.selected_inferior().read_memory(self.entries, size))
            is_there = core().has(self.entries, size)
        except gdb.error:
            is_there = False
        if not is_there:
            raise gdb.GdbError(NO_TABLE)
        self.cpus = [c for c in range(self.nr_cpu_ids) if words[c // 64] >> c % 64 & 1]
        self.described = Described()
        self.displaced = self.find_displaced()

    # what it says of itself

    def number(self, name):
        try:
            return self.described.numbers[name]
        except KeyError:
            raise Untold(name) from None

    def address(self, name):
        try:
            return self.described.addresses[name]
        except KeyError:
            raise Untold(name) from None

    def record(self, kind, address):
        return Record(self, kind, address)

    # CPUs and their windows

    def entry_address(self, cpu):
        return self.entries + cpu * ENTRY["sizeof"]

    def entry(self, cpu, field, size=8, signed=True):
        at = cpu * ENTRY["sizeof"] + ENTRY[field]
        return int.from_bytes(self.table[at : at + size], "little", signed=signed)

    def window(self, cpu):
        """Where the CPU's copies are; None: its unit is not open."""
        base = self.entry(cpu, "base")
        return None if base == NO_BASE else base & (LOOK_UP - 1)

    def window_of(self, address):
        """The CPU in whose window an address is, and its window; None: in no window."""
        for cpu in self.cpus:
            window = self.window(cpu)
            if window is not None and 0 <= address - window < WINDOW_SIZE:
                return cpu, window
        return None

    def open_cpus(self):
        return [cpu for cpu in self.cpus if self.window(cpu) is not None]

    # pointers

    def find_displaced(self):
        """The templates whose coordinates are not the low halves of their addresses."""
        if not any(self.entry(c, "base") < NO_BASE for c in self.cpus):
            return []
        try:
            found = []
            at = read_pointer(self.address("pcpu_displaced_first"))
            while at:
                record = self.record("pcpu_displaced", at)
                found.append((record("start"), record("size"), record("coord", 4)))
                at = record("next")
            return found
        except Untold:
            raise gdb.GdbError(
                "Pointers are looked up in this process, and where is " + NOT_TOLD + "."
            ) from None

    def coordinate(self, address):
        """Its low half, but in a module that the loader has put where another one's copies are."""
        for start, size, coordinate in self.displaced:
            if 0 <= address - start < size:
                return coordinate + address - start
        return address & 0xFFFFFFFF

    def copy(self, variable, cpu):
        """Its copy, as a value that can be assigned to; None: the unit is not open."""
        window = self.window(cpu)
        if window is None:
            return None
        address = window + self.coordinate(address_of(variable))
        return gdb.Value(address).cast(variable.type.pointer()).dereference()

    def copies(self, variable):
        """A pair for each CPU that has one: its number, and the copy."""
        found = ((cpu, self.copy(variable, cpu)) for cpu in self.open_cpus())
        return [(cpu, copy) for cpu, copy in found if is_readable(copy)]

    def lost(self, variable):
        """The CPUs whose copies are in memory that a core does not have."""
        found = ((cpu, self.copy(variable, cpu)) for cpu in self.open_cpus())
        return [cpu for cpu, copy in found if not is_readable(copy)]

    def closed_cpus(self):
        return [cpu for cpu in self.cpus if self.window(cpu) is None]

    def addends(self, variable):
        """What per_cpu_sum() adds up: a copy whose unit is not open would begin as the template."""
        copies = [copy for _, copy in self.copies(variable)]
        if is_static(address_of(variable)):
            copies += [plain(variable)] * len(self.closed_cpus())
        return copies

    # modules

    def spans(self):
        """What is in the windows: coordinate, size, whether committed, parked, and its images."""
        table = self.record("pcpu_span_table", self.address("pcpu_spans"))
        first, size = table("records"), self.number("sizeof pcpu_span_record")
        for i in range(table("nr", 4)):
            span = self.record("pcpu_span_record", first + i * size)
            images = list(self.images(span("images")))
            yield span("start", 4), span("size"), span("committed", 1), span("parked", 1), images

    def images(self, at):
        """The runs of bytes that copies begin with: address, size, coordinate."""
        size = self.number("sizeof pcpu_image")
        for i in range(self.number("PCPU_SPAN_IMAGES") if at else 0):
            image = self.record("pcpu_image", at + i * size)
            if image("size"):
                yield image("start"), image("size"), image("coord", 4)


# --- which values are per-CPU ---


class Moment:
    """What is found out once, and again when something may have changed."""

    now = 0

    def __init__(self, find):
        self.find, self.known = find, {}

    @classmethod
    def changed(cls, event=None):
        cls.now += 1

    def __call__(self):
        inferior = gdb.selected_inferior()
        program = (gdb.current_progspace(), inferior.pid, str(inferior.connection))
        when, found = self.known.get(program, (None, None))
        if when != self.now:
            found = self.find()
            self.known[program] = (self.now, found)
        return found


for _event in ("new_objfile", "clear_objfiles", "free_objfile", "stop", "cont", "exited"):
    if hasattr(gdb.events, _event):
        getattr(gdb.events, _event).connect(Moment.changed)


class Files:
    """The sections of all objects that matter here, as gdb lists them."""

    def __init__(self):
        text = gdb.execute("info files", to_string=True)
        own = gdb.current_progspace().filename
        self.templates = [
            (int(found[1], 16), int(found[2], 16), found[3], found[4] or own)
            for found in SECTION.finditer(text)
        ]

    def section(self, address):
        """The section of templates that has an address: start, end, name, file."""
        return next((s for s in self.templates if s[0] <= address < s[1]), None)


files = Moment(Files)


def find_copied():
    """What an executable has of shared objects' variables, which is in no section of its own."""
    try:
        images = [image for span in Library().spans() for image in span[4]]
    except (gdb.error, gdb.GdbError, Untold):
        return []
    return [(at, at + size) for at, size, _ in images if not files().section(at)]


copied = Moment(find_copied)


class Core:
    """What a core has, by its program headers; of a process all that can be read."""

    NAME = re.compile(r"Local core dump file:\s+`([^']*)'")
    PT_LOAD = 1

    def __init__(self):
        self.parts = None
        found = self.NAME.search(gdb.execute("info files", to_string=True))
        if found:
            try:
                with open(found[1], "rb") as file:
                    self.parts = sorted(self.parse(file))
            except (OSError, struct.error):
                pass

    @classmethod
    def parse(cls, file):
        header = file.read(64)
        at, each, count = struct.unpack_from("<Q14xHH", header, 32)
        if count == 0xFFFF:  # more than that: the first section's sh_info says how many
            file.seek(struct.unpack_from("<Q", header, 40)[0] + 44)
            count = struct.unpack("<I", file.read(4))[0]
        file.seek(at)
        table = file.read(each * count)
        for i in range(count):
            kind, _, _, address, _, size = struct.unpack_from("<IIQQQQ", table, i * each)
            if kind == cls.PT_LOAD and size:
                yield address, address + size

    def has(self, address, size):
        if self.parts is None:
            return True
        i = bisect.bisect_right(self.parts, (address, 1 << 64)) - 1
        while size > 0:
            if i < 0 or i >= len(self.parts) or not self.parts[i][0] <= address < self.parts[i][1]:
                return False
            size -= self.parts[i][1] - address
            address = self.parts[i][1]
            i += 1
        return True


core = Moment(Core)


class InitialValues:
    """The sections of per-CPU variables as an ELF file has them, and what the loader changes."""

    files = {}
    SHT_RELA, SHT_RELR = 4, 19

    @classmethod
    def of_file(cls, name):
        try:
            stamp = os.stat(name).st_mtime_ns
        except (OSError, TypeError):
            return cls(None)
        if cls.files.get(name, (None,))[0] != stamp:
            cls.files[name] = (stamp, cls(name))
        return cls.files[name][1]

    def __init__(self, name):
        self.sections, self.relocated = {}, set()
        try:
            with open(name, "rb") as file:
                self.parse(file)
        except (OSError, TypeError, struct.error, IndexError):
            self.sections = {}
        self.relocated = sorted(self.relocated)

    def parse(self, file):
        header = file.read(64)
        if header[:6] != b"\x7fELF\x02\x01":
            return
        at, each, count, names = struct.unpack_from("<Q10xHHH", header, 40)
        file.seek(at)
        table = file.read(each * count)
        sections = [struct.unpack_from("<IIQQQQ", table, i * each) for i in range(count)]
        text = self.contents(file, sections[names])
        for section in sections:
            name = text[section[0] :].split(b"\0")[0].decode("ascii", "replace")
            if name.startswith("percpu_static"):
                self.sections[name] = (section[3], self.contents(file, section))
            elif section[1] == self.SHT_RELA:
                data = self.contents(file, section)
                self.relocated |= {offset for offset, _, _ in struct.iter_unpack("<QQq", data)}
            elif section[1] == self.SHT_RELR:
                self.relocated |= self.relative(self.contents(file, section))

    @staticmethod
    def contents(file, section):
        file.seek(section[4])
        return file.read(section[5])

    @staticmethod
    def relative(data):
        """The places in a packed table: an even word is one, an odd word a bitmap of the next 63."""
        found, at = set(), 0
        for (word,) in struct.iter_unpack("<Q", data):
            if word & 1:
                found |= {at + 8 * i for i in range(63) if word >> (i + 1) & 1}
                at += 8 * 63
            else:
                found.add(word)
                at = word + 8
        return found

    def before(self, name, offset, now):
        """The bytes at an offset of a section, where @now is now; what the loader has written
        there stays. None: they are not known."""
        start, data = self.sections.get(name, (0, b""))
        before = bytearray(data[offset : offset + len(now)])
        if len(before) != len(now):
            return None
        first = bisect.bisect_left(self.relocated, start + offset - 7)
        last = bisect.bisect_left(self.relocated, start + offset + len(now))
        for place in self.relocated[first:last]:
            at = place - start - offset
            before[max(at, 0) : at + 8] = now[max(at, 0) : at + 8]
        return bytes(before)


def is_static(address):
    return bool(files().section(address)) or any(a <= address < b for a, b in copied())


def is_dynamic(address):
    return address >> 32 in POINTER_TAGS


def address_of(value):
    return None if value.address is None else int(value.address) & ALL_BITS


def variable_of(value):
    """The per-CPU variable that @value is, or that it points to."""
    address = address_of(value)
    if address is not None and (is_static(address) or is_dynamic(address)):
        return value
    type_ = value.type.strip_typedefs()
    if type_.code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF):
        return variable_of(value.referenced_value())
    if type_.code == gdb.TYPE_CODE_PTR:
        to = int(value) & ALL_BITS
        if is_static(to) or is_dynamic(to):
            if not sizeof(type_.target()):
                raise gdb.GdbError(
                    "This points to void: say to what, for example percpu *(long *)POINTER."
                )
            return value.dereference()
    raise gdb.GdbError("This is neither a per-CPU variable nor a pointer to one.")


def is_readable(value):
    """Whether gdb has what the value is in. Of what the kernel has left out of a core (MADV_DONTDUMP,
    coredump_filter) gdb says that it is zero."""
    address, size = address_of(value), value.type.sizeof
    try:
        gdb.selected_inferior().read_memory(address, max(size, 1))
    except gdb.error:
        return False
    return core().has(address, size)


def sizeof(type_):
    type_ = type_.strip_typedefs()
    return 0 if type_.code in (gdb.TYPE_CODE_VOID, gdb.TYPE_CODE_FUNC) else type_.sizeof


def bytes_of(value):
    """What a value has: of a number as gdb has it, which may be an old one (of a watchpoint)."""
    if hasattr(value, "bytes"):  # from gdb 15 on
        return bytes(value.bytes)
    code, size = value.type.strip_typedefs().code, value.type.sizeof
    if code == gdb.TYPE_CODE_INT and size <= 8:
        return (int(value) & ((1 << 8 * size) - 1)).to_bytes(size, "little")
    if code == gdb.TYPE_CODE_FLT and size in (4, 8):
        return struct.pack("<f" if size == 4 else "<d", float(value))
    return bytes(gdb.selected_inferior().read_memory(address_of(value), size))


def plain(value):
    """The same bytes, which the printer does not take for a variable."""
    return gdb.Value(bytes_of(value), value.type)


def written(variable):
    """What the template began with, if it is something else by now; else None."""
    try:
        address, now = address_of(variable), bytes_of(variable)
        section = files().section(address)
        if section is None:
            return None
        values = InitialValues.of_file(section[3])
        before = values.before(section[2], address - section[0], now)
        return None if before in (None, now) else gdb.Value(before, variable.type)
    except (gdb.error, ValueError):
        return None


# --- sums ---

NUMBERS = (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_FLT)


def total(values):
    """Added up, field by field, as text; None: nothing in it is a number."""
    type_ = values[0].type.strip_typedefs()
    try:
        if type_.code == gdb.TYPE_CODE_FLT:
            return "%g" % sum(float(v) for v in values)
        if type_.code == gdb.TYPE_CODE_INT:
            return str(wrapped(sum(int(v) for v in values), type_))
        if type_.code == gdb.TYPE_CODE_BOOL:
            return "%d times true" % sum(1 for v in values if v)
    except gdb.error:  # an integer that is too large for this gdb
        return None
    if type_.code == gdb.TYPE_CODE_ARRAY and type_.target().strip_typedefs().sizeof > 1:
        first, last = type_.range()
        parts = [total([v[i] for v in values]) for i in range(first, last + 1)]
        return None if None in parts or not parts else "{" + ", ".join(parts) + "}"
    if type_.code == gdb.TYPE_CODE_STRUCT:
        parts = [part for field in type_.fields() for part in total_of_field(values, field)]
        return "{" + ", ".join(parts) + "}" if parts else None
    return None


def total_of_field(values, field):
    """Of a field; none where there is nothing to add up, or one object for all (static)."""
    if not hasattr(field, "bitpos"):
        return []
    part = total([v[field] for v in values])
    if part is None:
        return []
    if field.is_base_class:
        return ["<%s> = %s" % (field.name, part)]
    return ["%s = %s" % (field.name, part) if field.name else part]


def wrapped(number, type_):
    """As the program would have it."""
    bits = 8 * type_.sizeof
    number &= (1 << bits) - 1
    if gdb.Value(-1).cast(type_) < 0 and number >> (bits - 1):
        number -= 1 << bits
    return number


# --- texts ---


def list_of(cpus):
    """As the kernel writes it: 0-3,8."""
    ranges = []
    for cpu in cpus:
        if ranges and ranges[-1][1] == cpu - 1:
            ranges[-1][1] = cpu
        else:
            ranges.append([cpu, cpu])
    return ",".join(str(a) if a == b else "%d-%d" % (a, b) for a, b in ranges)


def number_of(count, what):
    return "%d %s%s" % (count, what, "" if count == 1 else "s")


def name_of_cpus(cpus):
    return "%s %s" % ("CPU" if len(cpus) == 1 else "CPUs", list_of(cpus))


def without(cpus):
    return " without %s (not in this core)" % name_of_cpus(cpus) if cpus else ""


def place_of_call(address):
    """Where a call is that returns to an address: a function, and a line if that is known."""
    if not address:
        return "a caller that is not known"
    line = gdb.find_pc_line(address - 1)
    block = gdb.block_for_pc(address - 1)
    while block and not block.function:
        block = block.superblock
    if block and line.symtab:
        return "%s (%s:%d)" % (block.function.print_name, line.symtab.filename, line.line)
    found = gdb.execute("info symbol %#x" % (address - 1), to_string=True)
    if found.startswith("No symbol"):
        return "%#x" % address
    return found.strip().replace(" in section .text", "")


# --- the printer ---


class PrintParameter(gdb.Parameter):
    """Whether print shows a per-CPU variable as its copies.

    When off, it shows what is at the variable's own address, as gdb does without libpercpu: the
    template, which the copies began with and where nobody counts."""

    set_doc = "Set whether per-CPU variables are printed as their copies."
    show_doc = "Show whether per-CPU variables are printed as their copies."

    def __init__(self):
        super().__init__("print percpu", gdb.COMMAND_DATA, gdb.PARAM_BOOLEAN)
        self.value = True

    def get_set_string(self):
        return ""

    def get_show_string(self, value):
        return "Printing of per-CPU variables as their copies is %s." % value


class CopiesPrinter:
    """A static per-CPU variable, as its copies. What lies at its own address is the template."""

    def __init__(self, variable):
        self.variable = variable
        self.began = written(variable)
        try:
            self.library = Library()
            self.copies = self.library.copies(variable)
        except gdb.GdbError:
            self.copies = None

    def to_string(self):
        if not self.copies:
            text = "per-CPU template"
        else:
            added = total(self.library.addends(self.variable))
            text = "per-CPU" if added is None else "per-CPU, sum %s" % added
        if self.copies is not None:
            text += without(self.library.lost(self.variable))
        if self.began is not None:
            text += " (its template has been written to, and was %s)" % self.began.format_string()
        return text

    def children(self):
        if not self.copies:
            return [("template", plain(self.variable))]
        copies = [("CPU %d" % cpu, copy) for cpu, copy in self.copies]
        if self.began is not None:
            copies.append(("template", plain(self.variable)))
        return copies


class Printer(gdb.printing.PrettyPrinter):
    def __call__(self, value):
        try:
            if parameter.value:
                address = address_of(value)
                if address is not None and is_static(address):
                    return CopiesPrinter(value)
        except gdb.error:
            pass
        return None


# --- threads ---


class Thread:
    """A thread of the process, and what the library keeps for it."""

    SYSCALL_FUTEX = {"x86_64": ("orig_rax", 202, "rdi"), "aarch64": ("x8", 98, "x0")}

    def __init__(self, library, thread):
        self.thread, self.number = thread, thread.num
        self.lwp = thread.ptid[1] or thread.ptid[2]
        self.word = self.nested = self.cpu = self.pinned = None
        frame = gdb.newest_frame()
        self.read_self(library, frame)
        self.sleeps_at = self.word_slept_on(frame)

    def where(self):
        """The function in which it is: the innermost that has lines, and is the program's own."""
        with selection_kept():
            self.thread.switch()
            frame = gdb.newest_frame()
            while frame is not None:
                line = frame.find_sal()
                if line.symtab and frame.name() and not is_of_system(frame, line.symtab):
                    file = os.path.basename(line.symtab.filename)
                    return " in %s() at %s:%d" % (frame.name(), file, line.line)
                frame = frame.older()
        return ""

    def read_self(self, library, frame):
        try:
            arch = frame.architecture().name()
            base = frame.read_register("tpidr" if "aarch64" in arch else "fs_base")
            at = (int(base) + read(library.runtime + RT_SELF_OFFSET, 8)) & ALL_BITS
            own = library.record("percpu_self", at)
            self.word = own("word")
            self.nested = own("nested", 4)
            self.cpu = own("cpu", 4, True)
            self.pinned = own("pinned", 4)
        except (gdb.error, ValueError, Untold):
            self.word = None

    def word_slept_on(self, frame):
        """The address of the word that it sleeps on, if it is in a futex call."""
        arch = "aarch64" if "aarch64" in frame.architecture().name() else "x86_64"
        which, number, argument = self.SYSCALL_FUTEX[arch]
        try:
            if int(frame.read_register(which)) == number:
                return int(frame.read_register(argument)) & ALL_BITS
        except (gdb.error, ValueError):
            pass
        return None

    def waits_for(self, entry):
        """Whether it waits for the CPU of an entry. (It is up now and then, to look who has it.)"""
        if self.sleeps_at == entry:
            return True
        with selection_kept():
            self.thread.switch()
            frame, depth = gdb.newest_frame(), 0
            while frame is not None and depth < 20:
                if frame.name() == "pcpu_hold_wait" and self.variable(frame, "entry") == entry:
                    return True
                frame, depth = frame.older(), depth + 1
        return False

    @staticmethod
    def variable(frame, name):
        try:
            return int(frame.read_var(name))
        except (gdb.error, ValueError):
            return None

    def name(self):
        text = "thread %d (LWP %d" % (self.number, self.lwp)
        if self.thread.name:
            text += ' "%s"' % self.thread.name
        return text + ")"


def is_of_system(frame, symtab):
    objfile = symtab.objfile.owner or symtab.objfile  # of a separate debug file
    file = os.path.basename(objfile.filename or "")
    return SYSTEM_OBJECT.match(file) or OWN_NAME.match(frame.name())


@contextmanager
def selection_kept():
    thread, frame = gdb.selected_thread(), None
    try:
        frame = gdb.selected_frame()
    except gdb.error:
        pass
    try:
        yield
    finally:
        if thread is not None and thread.is_valid():
            thread.switch()
        if frame is not None and frame.is_valid():
            frame.select()


def threads_of(library):
    """The threads that stand still, as Thread."""
    found = []
    with selection_kept():
        for thread in sorted(gdb.selected_inferior().threads(), key=lambda t: t.num):
            if not thread.is_valid() or thread.is_running():
                continue
            try:
                thread.switch()
                found.append(Thread(library, thread))
            except gdb.error:
                continue
    return found


def holder_of(word, threads):
    """The thread whose word it is; None: none of this process that stands still."""
    word &= ALL_BITS
    for thread in threads:
        if thread.word is not None and thread.word & ALL_BITS == word:
            return thread
    lwp = (word & 0xFFFFFFFF) >> 1
    return next((t for t in threads if t.word is None and t.lwp == lwp), None)


def describe_holder(word, threads):
    holder = holder_of(word, threads)
    if holder is None:
        return "thread %d, which is none of this process" % ((word & 0xFFFFFFFF) >> 1)
    return holder.name() + holder.where()


def describe_cpu(library, cpu, threads):
    """Lines: who holds the CPU, who waits for it, and who is pinned to it."""
    word = library.entry(cpu, "window")
    waiting = library.entry(cpu, "attention", 4, False) & ~ATTENTION_ALWAYS
    pinned = library.entry(cpu, "pinned", 4, False)
    successor = library.entry(cpu, "successor")
    if word < 0 and word & WORD_HELD:
        yield "    held by " + describe_holder(word, threads)
    if waiting:
        found = [t for t in threads if t.waits_for(library.entry_address(cpu))]
        yield from describe_all("%d waiting" % waiting, found)
    if successor:
        yield "    next is " + describe_holder(successor, threads)
    if pinned:
        found = [t for t in threads if t.pinned == cpu + 1]
        yield from describe_all("%d pinned" % pinned, found)


def describe_all(what, threads):
    if not threads:
        yield "    %s, of other processes, or not known" % what
    for thread in threads:
        yield "    %s: %s%s" % (what, thread.name(), thread.where())


def local_locks(library, threads):
    """A line for each thread that has local locks."""
    try:
        unit = library.number("local_lock")
    except Untold:
        return
    for thread in threads:
        if thread.nested and thread.nested >= unit:
            locks = number_of(thread.nested // unit, "local lock")
            yield "%s%s has %s of CPU %d" % (thread.name(), thread.where(), locks, thread.cpu)


# --- backtraces ---


class FrameOf:
    """What gdb wants to know of a frame, to tell it from others."""

    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class ExitUnwinder(gdb.unwinder.Unwinder):
    """From where an operation has left its sequence for the library, on x86-64 (__PCPU_SEQ_SLOW of
    percpu/impl/arch/x86_64/sequence.h): that is in no function, and no debugging information tells
    of it. What follows the call there is known: results are loaded, operands taken off the stack,
    and a jump leads back to the operation, in its function.

    Nothing but memory is looked at: a command that is executed here, in the middle of another one,
    is the end of gdb 16."""

    BACK = re.compile(
        rb"(?:[\x48\x4c]\x8b(?:[\x04-\x3c]\x24|[\x44-\x7c]\x24.))*"  # mov N(%rsp), result
        rb"\x48\x8d\xa4\x24(....)"  # lea 128+N(%rsp), %rsp
        rb"\x0f\x84(....)\xe9",  # jz back, jmp to the beginning
        re.DOTALL,
    )

    def __init__(self):
        super().__init__("percpu")

    def __call__(self, pending):
        try:
            at = pending.read_register("rip")
            pc = int(at) & ALL_BITS
            found = self.BACK.match(bytes(gdb.selected_inferior().read_memory(pc, 40)))
        except (ValueError, gdb.error):
            return None  # another processor, or no code
        if not found:
            return None
        moved, = struct.unpack("<i", found[1])
        distance, = struct.unpack("<i", found[2])
        sp = pending.read_register("rsp")
        info = pending.create_unwind_info(FrameOf(sp, at))
        info.add_saved_register("rip", gdb.Value(pc + found.end(2) + distance).cast(at.type))
        info.add_saved_register("rsp", sp + moved)
        for name in ("rbp", "rbx", "r12", "r13", "r14", "r15"):
            info.add_saved_register(name, pending.read_register(name))
        return info


# --- memory of the units ---


class Resident:
    """Bytes that are resident, of a process that runs on this machine: as /proc has it."""

    LINE = re.compile(r"([0-9a-f]+)-([0-9a-f]+) ")

    def __init__(self):
        self.parts = None
        inferior = gdb.selected_inferior()
        connection = getattr(inferior, "connection", None)
        if connection is None or connection.type != "native":
            return
        try:
            with open("/proc/%d/smaps" % inferior.pid, encoding="ascii", errors="replace") as file:
                self.parts = list(self.parse(file))
        except OSError:
            pass

    @classmethod
    def parse(cls, file):
        start = 0
        for line in file:
            found = cls.LINE.match(line)
            if found:
                start = int(found[1], 16)
            elif line.startswith("Rss:"):
                yield start, int(line.split()[1]) << 10

    def of_window(self, window):
        if self.parts is None:
            return ""
        size = sum(size for at, size in self.parts if 0 <= at - window < WINDOW_SIZE)
        return ", %d KiB resident" % (size >> 10)


# --- groups, modules, chunks, areas ---


def describe_layout(library):
    """Lines about units and groups."""
    at = read_pointer(library.address("pcpu_first_layout"))
    layout = library.record("percpu_layout", at)
    committed = sum(span[1] for span in library.spans() if span[2])
    yield "units: %d, %d open; in each %d KiB are mapped now" % (
        layout("nr_units", 4),
        len(library.open_cpus()),
        committed >> 10,
    )
    yield "a unit of the first chunk: %d bytes static, %d reserved, %d dynamic; %d in all" % tuple(
        layout(field) for field in ("static_size", "reserved_size", "dyn_size", "unit_size")
    )
    units = {}
    for cpu in library.cpus:
        units[read(layout("unit_map") + 4 * cpu, 4)] = cpu
    first = 0
    for group in range(layout("nr_groups", 4)):
        start = read(layout("group_offsets") + 8 * group, 8)
        count = read(layout("group_sizes") + 8 * group, 8) // layout("stride")
        cpus = sorted(units[u] for u in range(first, first + count) if u in units)
        yield "group %d: %s of %s, windows from %#x" % (
            group,
            number_of(count, "unit"),
            name_of_cpus(cpus),
            (layout("base") + start) & ALL_BITS,
        )
        first += count


def name_of_object(address):
    return gdb.solib_name(address) or gdb.current_progspace().filename or "the program"


def describe_modules(library):
    modules = [span for span in library.spans() if span[4]]
    # the program, then the others in the order of their templates
    for start, _, committed, _, images in sorted(modules, key=lambda span: span[4][0][0]):
        lowest = min(image[0] for image in images)
        displaced = library.coordinate(lowest) != lowest & 0xFFFFFFFF
        yield "module %s: %d bytes of variables, templates at %#x, coordinates from %#x%s%s" % (
            os.path.basename(name_of_object(lowest)),
            sum(image[1] for image in images),
            lowest,
            start,
            ", displaced" if displaced else "",
            "" if committed else ", not in the windows yet",
        )


class Chunk:
    """A chunk, and its map of areas."""

    def __init__(self, library, address):
        self.library, self.address = library, address
        record = library.record("pcpu_chunk", address)
        self.map = record.inner("map", "pcpu_area_map")
        self.base, self.next = record("base", 4), record("all_next")
        self.start, self.end = record("start", 4, True), record("end", 4, True)

    @classmethod
    def all(cls, library):
        at = read_pointer(library.address("pcpu_all_chunks"))
        while at:
            chunk = cls(library, at)
            yield chunk
            at = chunk.next

    def kind(self):
        for name in ("first", "reserved"):
            if read_pointer(self.library.address("pcpu_%s_chunk" % name)) == self.address:
                return name + " "
        return ""

    def coordinate(self, offset):
        return (self.base + offset) & 0xFFFFFFFF

    def codes(self, block):
        """The codes of a page: pairs of where an area starts, and of what kind it is."""
        size = self.library.number("sizeof pcpu_block")
        record = self.library.record("pcpu_block", self.map("blocks") + block * size)
        codes = record("codes")
        words, shift = codes & ~7, codes & 7
        block_shift = self.library.number("PCPU_BLOCK_SHIFT")
        count = (1 << block_shift) >> shift
        data = read(words, count // 4)
        for i in range(count):
            code = data >> 2 * i & 3
            if code:
                yield (block << block_shift) + (i << shift), code

    def areas(self):
        """All areas that are handed out or wait in caches: coordinate, size, code."""
        starts = []
        for block in range(self.map("first", 4, True), self.map("end", 4, True)):
            starts += self.codes(block)
        starts.append((self.map("total", 4, True), None))
        free = self.library.number("PCPU_FREE")
        for (at, code), (end, _) in zip(starts, starts[1:]):
            if code != free:
                yield self.coordinate(at), end - at, code


def lent(library):
    """Coordinates of areas that somebody has, though their codes say that they are in a cache."""
    found = set()
    for cpu in library.cpus:
        lock = library.entry(cpu, "lock", 8, False)
        if lock:
            loans = library.record("pcpu_cache", lock).inner("loans", "pcpu_loans")
            for i in range(loans("nr", 2)):
                found.add(read(loans.at("coords") + 4 * i, 4))
    return found


def live_areas(library):
    """Areas that somebody has: coordinate and size. And how many wait in caches."""
    live, cached = [], 0
    somebodys = lent(library)
    code_of_cached = library.number("PCPU_CACHED")
    for chunk in Chunk.all(library):
        for at, size, code in chunk.areas():
            if code == code_of_cached and at not in somebodys:
                cached += 1
            else:
                live.append((at, size))
    return live, cached


def describe_chunks(library):
    for chunk in Chunk.all(library):
        yield "%schunk at %#x: %d bytes a unit, %d free, %s" % (
            chunk.kind(),
            chunk.coordinate(chunk.start),
            chunk.end - chunk.start,
            chunk.map("free_size", 4),
            number_of(chunk.map("nr_areas", 4), "area"),
        )


class AreaRecord:
    """What the debug levels keep of an area."""

    def __init__(self, library, address):
        record = library.record("pcpu_record", address)
        zoned = record.inner("zoned", "pcpu_zoned")
        start, front = zoned("start", 4), zoned("front", 4)
        self.start, self.object, self.size = start, start + front, zoned("size", 4)
        self.end = self.object + self.size + zoned("back", 4)
        self.sequence = record("sequence")
        self.allocated, self.freed = record("allocated"), record("freed")
        self.next = record("next")

    @classmethod
    def live(cls, library):
        table = library.record("pcpu_record_table", library.address("pcpu_records"))
        buckets = table("buckets")
        for i in range(1 << table("bits", 4)):
            at = read_pointer(buckets + 8 * i)
            while at:
                record = cls(library, at)
                yield record
                at = record.next

    @classmethod
    def dead(cls, library):
        """The last ones that were freed, the latest first."""
        history = library.record("pcpu_record_history", library.address("pcpu_history"))
        size, most = library.number("sizeof pcpu_record"), library.number("PCPU_HISTORY")
        last = history("nr")
        for i in range(last, max(last - most, 0), -1):
            yield cls(library, history.at("records") + (i - 1) % most * size)

    def has(self, coordinate):
        return self.start <= coordinate < self.end


def debug_level(library):
    return read(library.address("pcpu_debug_level"), 4)


def grouped(areas):
    """[(key, bytes)] as [(key, count, bytes)], the most bytes first."""
    groups = {}
    for key, size in areas:
        count, total_size = groups.get(key, (0, 0))
        groups[key] = (count + 1, total_size + size)
    found = [(key, count, size) for key, (count, size) in groups.items()]
    return sorted(found, key=lambda group: (-group[2], str(group[0])))


def describe_areas(library):
    if debug_level(library) >= 2:
        areas = [(record.allocated, record.size) for record in AreaRecord.live(library)]
        yield "%s live, %d bytes a CPU, by who allocated them:" % (
            number_of(len(areas), "area"),
            sum(size for _, size in areas),
        )
        for caller, count, size in grouped(areas):
            yield "%8d bytes in %s by %s" % (size, number_of(count, "area"), place_of_call(caller))
        return
    live, cached = live_areas(library)
    yield "%s live, %d bytes a CPU, by size; %d more in caches:" % (
        number_of(len(live), "area"),
        sum(size for _, size in live),
        cached,
    )
    for size, count, _ in sorted(grouped((size, size) for _, size in live)):
        yield "%8d bytes each in %s" % (size, number_of(count, "area"))
    yield "(Who allocated them is kept with PERCPU_CONF=debug:2.)"


# --- what an address is of ---


def describe_variable(library, coordinate):
    """The static variable that has a coordinate, as text; None: there is none."""
    for _, _, _, _, images in library.spans():
        for start, size, at in images:
            if 0 <= coordinate - at < size:
                address = start + coordinate - at
                found = gdb.execute("info symbol %#x" % address, to_string=True).strip()
                found = re.sub(r" in section .*", "", found)
                if found.startswith("No symbol"):
                    found = "%#x" % address
                return "the static variable %s of %s" % (
                    found,
                    os.path.basename(name_of_object(address)),
                )
    return None


def offset_in(offset):
    return "byte %d of " % offset if offset else ""


def describe_record(record, coordinate, is_live):
    text = "%san area of %d bytes" % (offset_in(coordinate - record.object), record.size)
    if not is_live:
        text += " that has been freed"
    if record.allocated:
        text += ", allocated by " + place_of_call(record.allocated)
    if not is_live and record.freed:
        text += ", freed by " + place_of_call(record.freed)
    return text


def describe_area(library, coordinate):
    """The area that has a coordinate, as text; None: nothing that is known."""
    if debug_level(library):
        for records, is_live in ((AreaRecord.live, True), (AreaRecord.dead, False)):
            for record in records(library):
                if record.has(coordinate):
                    return describe_record(record, coordinate, is_live)
    somebodys = lent(library)
    for chunk in Chunk.all(library):
        if not 0 <= coordinate - chunk.coordinate(chunk.start) < chunk.end - chunk.start:
            continue
        for at, size, code in chunk.areas():
            if 0 <= coordinate - at < size:
                is_live = code != library.number("PCPU_CACHED") or at in somebodys
                text = "%san area of %d bytes" % (offset_in(coordinate - at), size)
                return text + ("" if is_live else ", which nobody has: it waits in a CPU's cache")
        return "free memory of the chunk at %#x" % chunk.coordinate(chunk.start)
    return None


def describe_address(library, address):
    """Of what an address is: of a copy, of a template, or of nothing that is per-CPU."""
    found = library.window_of(address)
    if found:
        cpu, window = found
        coordinate, of = address - window, "CPU %d's copy of " % cpu
    elif is_dynamic(address):
        coordinate, of = address & 0xFFFFFFFF, "a per-CPU pointer to "
    elif is_static(address):
        coordinate, of = library.coordinate(address), "the template of "
    else:
        return "%#x is not per-CPU: in no CPU's window, and no per-CPU pointer." % address
    what = describe_variable(library, coordinate) or describe_area(library, coordinate)
    return "%#x is %s%s" % (address, of, what or "nothing that has an owner")


# --- commands and functions ---


class PerCpu(gdb.Function):
    """$per_cpu(VARIABLE, CPU): one CPU's copy of a per-CPU variable.

VARIABLE is a static variable, a field of one, or a per-CPU pointer, which is followed.
The copy can be assigned to:

    print $per_cpu(requests, 1)
    print $per_cpu(stats, 0).hits + 1
    set var $per_cpu(requests, 0) = 100
    watch -l $per_cpu(requests, 1)

Of a CPU that has not been used there is no copy: then it is what the copy would begin with."""

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
        if copy is not None and not is_readable(copy):
            raise gdb.GdbError("CPU %d's copy is not in this core." % int(cpu))
        if copy is not None:
            return copy
        if is_static(address_of(variable)):
            gdb.write("(CPU %d has not been used: this is what its copy begins with.)\n" % int(cpu))
            return plain(variable)
        gdb.write("(CPU %d has not been used: its copy begins with zeros.)\n" % int(cpu))
        return gdb.Value(bytes(variable.type.sizeof), variable.type)


class PerCpuSum(gdb.Function):
    """$per_cpu_sum(VARIABLE): all copies of a number, added up as per_cpu_sum() does.

It is for expressions and conditions, where the variable alone is its template:

    break accept if $per_cpu_sum(requests) > 1000

`percpu EXPRESSION' adds up the fields of structs and the elements of arrays."""

    def __init__(self):
        super().__init__("per_cpu_sum")

    def invoke(self, value):
        variable = variable_of(value)
        type_ = variable.type.strip_typedefs()
        if type_.code not in NUMBERS:
            raise gdb.GdbError("This is no number: percpu EXPRESSION adds up its fields.")
        library = Library()
        if library.lost(variable):
            lost = name_of_cpus(library.lost(variable))
            raise gdb.GdbError("There is no sum: this core is without the copies of %s." % lost)
        copies = library.addends(variable)
        if type_.code == gdb.TYPE_CODE_FLT:
            return sum((float(copy) for copy in copies), 0.0)
        return gdb.Value(wrapped(sum(int(copy) for copy in copies), type_)).cast(type_)


class Command(gdb.Command):
    """A command whose errors are one line each."""

    def invoke(self, argument, from_tty):
        try:
            self.run(argument.strip())
        except (gdb.error, ValueError) as error:
            text = str(error).replace("Error occurred in Python: ", "")
            raise gdb.GdbError(text) from None


class PerCpuCommand(Command):
    """Show the copies of a per-CPU variable, and their sum.

Usage: percpu [/FMT] EXPRESSION

EXPRESSION is a static variable, a field of one, or a per-CPU pointer, which is followed.
FMT is a letter as for print: x, d, u, o, t, c, a.

    percpu requests
    percpu stats.hits
    percpu pool->hits
    percpu/x flags

Sums are those of per_cpu_sum(): they wrap as the type does, and a CPU that has not been used
counts as what its copy would begin with. Of structs and arrays all numbers in them are added up.

See also: info percpu, $per_cpu(VARIABLE, CPU), $per_cpu_sum(VARIABLE), set print percpu."""

    def __init__(self):
        super().__init__("percpu", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)

    @staticmethod
    def parse(argument):
        """The expression, and how values are to be formatted."""
        found = re.match(r"/(\w)\s+(.*)", argument)
        if found:
            return found[2], {"format": found[1]}
        if argument.startswith("/"):
            raise gdb.GdbError("The format is one letter, as in percpu/x flags.")
        return argument, {}

    def run(self, argument):
        expression, how = self.parse(argument)
        if not expression:
            raise gdb.GdbError("Of what? For example: percpu requests (help percpu).")
        self.show(variable_of(gdb.parse_and_eval(expression)), how)

    @staticmethod
    def show(variable, how):
        library = Library()
        copies = library.copies(variable)
        for cpu, copy in copies:
            print("CPU %d: %s" % (cpu, copy.format_string(**how)))
        lost, closed = library.lost(variable), library.closed_cpus()
        if lost:
            print("%s: not in this core" % name_of_cpus(lost))
        static = is_static(address_of(variable))
        if closed:
            begin = plain(variable).format_string(**how) if static else "zeros"
            print("%s: not used, each would begin with %s" % (name_of_cpus(closed), begin))
        addends = library.addends(variable)
        added = total(addends) if addends else None
        if added is not None:
            print("sum: %s%s" % (added, without(lost)))
        began = written(variable) if static else None
        if began is not None:
            print(
                "The template has been written to: it is %s, and was %s."
                % (plain(variable).format_string(**how), began.format_string(**how))
            )


def tell(lines, what):
    """Prints lines; what the library does not tell, or memory does not have, is said instead."""
    try:
        for line in lines:
            print(line)
    except Untold:
        print("%s: %s" % (what, NOT_TOLD))
    except gdb.error as error:
        print("%s: %s" % (what, error))


def describe_backend(library):
    yield "backend: %s" % read_string(library.address("pcpu_tier_text"))
    if read(library.record("pcpu_tier", library.address("pcpu_tier")).at("shared"), 1):
        yield "copies are shared with other processes (percpu_share)"


def describe_cpus(library):
    resident = Resident()
    threads = threads_of(library)
    closed = []
    for cpu in library.cpus:
        window = library.window(cpu)
        if window is None:
            closed.append(cpu)
            continue
        yield "CPU %d: window %#x%s" % (cpu, window, resident.of_window(window))
        yield from describe_cpu(library, cpu, threads)
    if closed:
        yield "%s: possible, not used yet" % name_of_cpus(closed)
    yield from local_locks(library, threads)


class InfoPerCpu(Command):
    """Show libpercpu in this process.

Usage: info percpu

The backend and why, the units and groups, the CPUs and where their copies are, who holds a CPU
and who waits for it, the modules that have variables, and the chunks of the allocator.

See also: info percpu areas, info percpu at ADDRESS, help percpu."""

    def __init__(self):
        super().__init__("info percpu", gdb.COMMAND_STATUS, gdb.COMPLETE_NONE, True)

    def run(self, argument):
        if argument:
            raise gdb.GdbError(
                '"%s" is not one of: areas, at (help info percpu).' % argument.split()[0]
            )
        library = Library()
        tell(describe_backend(library), "backend")
        tell(describe_layout(library), "units")
        tell(describe_cpus(library), "CPUs")
        tell(describe_modules(library), "modules")
        tell(describe_chunks(library), "chunks")


class InfoPerCpuAreas(Command):
    """Show what alloc_percpu() has given out and nobody has freed.

Usage: info percpu areas

By who allocated it, the most bytes first, of a program that runs with PERCPU_CONF=debug:2 (its
environment); otherwise by size. Bytes are those of one CPU's copy."""

    def __init__(self):
        super().__init__("info percpu areas", gdb.COMMAND_STATUS, gdb.COMPLETE_NONE)

    def run(self, argument):
        tell(describe_areas(Library()), "areas")


class InfoPerCpuAt(Command):
    """Show what an address is of: which CPU's copy of which variable or area.

Usage: info percpu at EXPRESSION

EXPRESSION is an address, a pointer to a copy, or a per-CPU pointer."""

    def __init__(self):
        super().__init__("info percpu at", gdb.COMMAND_STATUS, gdb.COMPLETE_EXPRESSION)

    def run(self, argument):
        if not argument:
            raise gdb.GdbError("Which address? For example: info percpu at pool->hits")
        address = int(gdb.parse_and_eval("(unsigned long)(%s)" % argument)) & ALL_BITS
        library = Library()
        tell((describe_address(library, address) for _ in range(1)), "the address")


parameter = PrintParameter()
gdb.unwinder.register_unwinder(None, ExitUnwinder(), replace=True)
gdb.printing.register_pretty_printer(None, Printer("percpu"), replace=True)
PerCpu()
PerCpuSum()
PerCpuCommand()
InfoPerCpu()
InfoPerCpuAreas()
InfoPerCpuAt()
