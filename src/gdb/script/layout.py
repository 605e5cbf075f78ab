# SPDX-License-Identifier: MIT
# layout.py - groups of CPUs, and modules with their variables.


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
