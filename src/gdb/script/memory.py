# SPDX-License-Identifier: MIT
# memory.py - memory, symbols, and what the library says of its own structures.


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
