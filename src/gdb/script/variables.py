# SPDX-License-Identifier: MIT
# variables.py - which values are per-CPU, and whether their templates have been written to.


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
