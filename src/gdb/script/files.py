# SPDX-License-Identifier: MIT
# files.py - the objects of the program, which of their sections have templates, and what a core has.


class Moment:
    """What is found out once, and again when something may have changed."""

    now = 0

    def __init__(self, find):
        self.find, self.known = find, {}

    @classmethod
    def changed(cls, event=None):
        cls.now += 1

    def __call__(self):
        inferior = gdb.selected_inferior()
        program = (gdb.current_progspace(), inferior.pid, str(inferior.connection))
        when, found = self.known.get(program, (None, None))
        if when != self.now:
            found = self.find()
            self.known[program] = (self.now, found)
        return found


for _event in ("new_objfile", "clear_objfiles", "free_objfile", "stop", "cont", "exited"):
    if hasattr(gdb.events, _event):
        getattr(gdb.events, _event).connect(Moment.changed)


class Files:
    """The sections of all objects that matter here, as gdb lists them."""

    def __init__(self):
        text = gdb.execute("info files", to_string=True)
        own = gdb.current_progspace().filename
        self.templates = [
            (int(found[1], 16), int(found[2], 16), found[3], found[4] or own)
            for found in SECTION.finditer(text)
        ]

    def section(self, address):
        """The section of templates that has an address: start, end, name, file."""
        return next((s for s in self.templates if s[0] <= address < s[1]), None)


files = Moment(Files)


def find_copied():
    """What an executable has of shared objects' variables, which is in no section of its own."""
    try:
        images = [image for span in Library().spans() for image in span[4]]
    except (gdb.error, gdb.GdbError, Untold):
        return []
    return [(at, at + size) for at, size, _ in images if not files().section(at)]


copied = Moment(find_copied)


class Core:
    """What a core has, by its program headers; of a process all that can be read."""

    NAME = re.compile(r"Local core dump file:\s+`([^']*)'")
    PT_LOAD = 1

    def __init__(self):
        self.parts = None
        found = self.NAME.search(gdb.execute("info files", to_string=True))
        if found:
            try:
                with open(found[1], "rb") as file:
                    self.parts = sorted(self.parse(file))
            except (OSError, struct.error):
                pass

    @classmethod
    def parse(cls, file):
        header = file.read(64)
        at, each, count = struct.unpack_from("<Q14xHH", header, 32)
        if count == 0xFFFF:  # more than that: the first section's sh_info says how many
            file.seek(struct.unpack_from("<Q", header, 40)[0] + 44)
            count = struct.unpack("<I", file.read(4))[0]
        file.seek(at)
        table = file.read(each * count)
        for i in range(count):
            kind, _, _, address, _, size = struct.unpack_from("<IIQQQQ", table, i * each)
            if kind == cls.PT_LOAD and size:
                yield address, address + size

    def has(self, address, size):
        if self.parts is None:
            return True
        i = bisect.bisect_right(self.parts, (address, 1 << 64)) - 1
        while size > 0:
            if i < 0 or i >= len(self.parts) or not self.parts[i][0] <= address < self.parts[i][1]:
                return False
            size -= self.parts[i][1] - address
            address = self.parts[i][1]
            i += 1
        return True


core = Moment(Core)
