# SPDX-License-Identifier: MIT
"""
lines.py - in gdb: which cache lines two threads write to on two CPUs, by the stores that they do.

Between lines_begin() and lines_end() of lines.c the thread is stepped, instruction by instruction,
and the address of each operand that is written to is worked out from its text and the registers.
The kernel aborts a restartable sequence that is interrupted, so these run to their ends: the
addresses of their stores are worked out there, from registers that they no longer change.

What is not known to only read is taken to write. What the kernel writes in a system call is not
seen; calls are counted.

Usage: gdb -batch -nx -x lines.py --args lines CASE TIMES. Among what gdb says, what is found
begins with "lines: "; the last of that is "N shared, M stores", of those that both threads have
written to.
"""
import re
import gdb

LINE = 64
READ_ONLY = re.compile(
    r"^(cmp|test|bt |lea|nop|prefetch|jmp|call|push|ucomis|comis|ptest|vptest|fld|fild|mul|imul|"
    r"div|idiv|endbr|verr|verw|ret|hlt|pause|cpuid|rdtsc|xgetbv|lfence|mfence|sfence|syscall)")
WIDTHS = {"BYTE": 1, "WORD": 2, "DWORD": 4, "QWORD": 8, "XMMWORD": 16, "YMMWORD": 32, "ZMMWORD": 64}
OPERAND = re.compile(r"(?:(\w+) PTR )?(?:([c-gs]s):)?(?:\[([^\]]*)\]|(0x[0-9a-f]+))")

texts = {}


def text_at(pc):
    if pc not in texts:
        found = gdb.selected_frame().architecture().disassemble(pc)[0]
        words = re.sub(r"<[^>]*>|#.*", "", found["asm"]).strip()
        texts[pc] = (words, found["length"])
    return texts[pc]


def number(what):
    return int(gdb.parse_and_eval(what)) & (1 << 64) - 1


def address_of(match, pc, length):
    _, segment, inner, absolute = match.groups()
    total = number("(unsigned long)$%s_base" % segment) if segment in ("fs", "gs") else 0
    if absolute:
        return total + int(absolute, 16)
    for sign, term in re.findall(r"([+-]?)([^+-]+)", inner.replace(" ", "")):
        value = 1
        for factor in term.split("*"):
            if re.match(r"^(0x[0-9a-f]+|\d+)$", factor):
                value *= int(factor, 0)
            elif factor == "rip":
                value *= pc + length
            else:
                value *= number("(unsigned long)$%s" % factor)
        total += -value if sign == "-" else value
    return total & (1 << 64) - 1


def stores_of(pc):
    """The operands that the instruction at pc writes to: matches of OPERAND."""
    words, _ = text_at(pc)
    words = re.sub(r"^((lock|rep\w*|bnd|cs|data16) +)+", "", words)
    if "PTR" not in words or READ_ONLY.match(words):
        return []
    parts = words.split(None, 1)
    operands = parts[1].split(",") if len(parts) > 1 else []
    if not parts[0].startswith("xchg"):
        operands = operands[:1]
    found = [OPERAND.search(o) for o in operands if "PTR" in o]
    if None in found:
        raise gdb.GdbError("what does this write to? " + words)
    return found


class Thread:
    def __init__(self, cs_address):
        self.cs_address = cs_address
        self.lines = {}
        self.calls = 0
        self.instructions = 0

    def note(self, pc, match, length):
        address = address_of(match, pc, length)
        width = WIDTHS.get(match.group(1), 8)
        name = gdb.execute("info symbol 0x%x" % pc, to_string=True).split(" ")[0]
        for line in range(address // LINE, (address + width - 1) // LINE + 1):
            self.lines.setdefault(line, {}).setdefault(name, 0)
            self.lines[line][name] += 1
        return address

    def step(self):
        pc = number("(unsigned long)$pc")
        words, length = text_at(pc)
        self.instructions += 1
        self.calls += words.startswith("syscall")
        begun = False
        for match in stores_of(pc):
            begun |= self.note(pc, match, length) == self.cs_address
        descriptor = begun and number("(unsigned long)$" + words.split(",")[-1].strip())
        if not descriptor:
            gdb.execute("stepi", to_string=True)
            return
        self.run_sequence(descriptor)

    def run_sequence(self, descriptor):
        start, length, abort = (
            number("*(unsigned long *)(0x%x + %d)" % (descriptor, at)) for at in (8, 16, 24))
        stops, inside, at = {start + length, abort}, [], start
        while at < start + length:
            words, size = text_at(at)
            inside.append(at)
            target = re.match(r"^j\w+ +(0x[0-9a-f]+)", words)
            if target and not start <= int(target.group(1), 16) < start + length:
                stops.add(int(target.group(1), 16))
            at += size
        for stop in stops:
            gdb.execute("tbreak *0x%x" % stop, to_string=True)
        gdb.execute("continue", to_string=True)
        gdb.execute("delete breakpoints", to_string=True)
        if number("(unsigned long)$pc") == start + length:
            self.instructions += len(inside)
            for at in inside:
                for match in stores_of(at):
                    self.note(at, match, text_at(at)[1])


def trace():
    end = number("(unsigned long)&lines_end")
    offset = int(gdb.parse_and_eval("(long)__percpu_rt.rseq_offset"))
    thread = Thread(number("(unsigned long)$fs_base") + offset + 8)
    gdb.execute("set scheduler-locking on")
    while number("(unsigned long)$pc") != end:
        thread.step()
    gdb.execute("set scheduler-locking off")
    return thread


def main():
    for setting in ("disassembly-flavor intel", "pagination off", "confirm off",
                    "print thread-events off", "startup-with-shell off"):
        gdb.execute("set " + setting)
    threads = []
    for _ in range(2):
        gdb.execute("break lines_begin", to_string=True)
        gdb.execute("continue" if threads else "run", to_string=True)
        gdb.execute("delete breakpoints", to_string=True)
        threads.append(trace())
    both = set(threads[0].lines) & set(threads[1].lines)
    for i, thread in enumerate(threads):
        print("lines: thread %d: %d instructions, %d system calls, %d lines written" %
              (i, thread.instructions, thread.calls, len(thread.lines)))
    stores = 0
    for line in sorted(both):
        where = gdb.execute("info symbol 0x%x" % (line * LINE), to_string=True).strip()
        names = {}
        for thread in threads:
            for name, times in thread.lines[line].items():
                names[name] = names.get(name, 0) + times
        stores += sum(names.values())
        print("lines: %#x (%s): %s" % (line * LINE, where.split(" in section")[0],
                                ", ".join("%s %d" % one for one in sorted(names.items()))))
    print("lines: %d shared, %d stores" % (len(both), stores))
    gdb.execute("kill")


main()
