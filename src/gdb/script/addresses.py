# SPDX-License-Identifier: MIT
# addresses.py - what an address is of.


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
