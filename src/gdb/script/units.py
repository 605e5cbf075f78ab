# SPDX-License-Identifier: MIT
# units.py - which memory of the units is resident.


class Resident:
    """Bytes that are resident, of a process that runs on this machine: as /proc has it."""

    LINE = re.compile(r"([0-9a-f]+)-([0-9a-f]+) ")

    def __init__(self):
        self.parts = None
        inferior = gdb.selected_inferior()
        connection = getattr(inferior, "connection", None)
        if connection is None or connection.type != "native":
            return
        try:
            with open("/proc/%d/smaps" % inferior.pid, encoding="ascii", errors="replace") as file:
                self.parts = list(self.parse(file))
        except OSError:
            pass

    @classmethod
    def parse(cls, file):
        start = 0
        for line in file:
            found = cls.LINE.match(line)
            if found:
                start = int(found[1], 16)
            elif line.startswith("Rss:"):
                yield start, int(line.split()[1]) << 10

    def of_window(self, window):
        if self.parts is None:
            return ""
        size = sum(size for at, size in self.parts if 0 <= at - window < WINDOW_SIZE)
        return ", %d KiB resident" % (size >> 10)
