# SPDX-License-Identifier: MIT
# sums.py - numbers of all copies added up, as per_cpu_sum() does.


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
