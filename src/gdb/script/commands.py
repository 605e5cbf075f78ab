# SPDX-License-Identifier: MIT
# commands.py - "percpu" and "info percpu".


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
        if static:
            print("template: %s" % PerCpuCommand.template(variable, how))

    @staticmethod
    def template(variable, how):
        if not is_readable(variable):
            return "not in this core"
        text, began = plain(variable).format_string(**how), written(variable)
        if began is None:
            return text
        return "%s. It has been written to: it was %s." % (text, began.format_string(**how))


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
