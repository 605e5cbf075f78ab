# SPDX-License-Identifier: MIT
# areas.py - chunks, and the areas in them with what is known of who allocated them.


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
