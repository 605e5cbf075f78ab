# SPDX-License-Identifier: MIT
# library.py - the library in the program that is looked at: its CPUs, copies and spans.


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
