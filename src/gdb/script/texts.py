# SPDX-License-Identifier: MIT
# texts.py - lists of CPUs and places of calls, in words.


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
