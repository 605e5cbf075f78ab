# SPDX-License-Identifier: MIT
# initial_values.py - what a template was when the program began: from its file, relocated.


class InitialValues:
    """The sections of per-CPU variables as an ELF file has them, and what the loader changes."""

    files = {}
    SHT_RELA, SHT_RELR = 4, 19

    @classmethod
    def of_file(cls, name):
        try:
            stamp = os.stat(name).st_mtime_ns
        except (OSError, TypeError):
            return cls(None)
        if cls.files.get(name, (None,))[0] != stamp:
            cls.files[name] = (stamp, cls(name))
        return cls.files[name][1]

    def __init__(self, name):
        self.sections, self.relocated = {}, set()
        try:
            with open(name, "rb") as file:
                self.parse(file)
        except (OSError, TypeError, struct.error, IndexError):
            self.sections = {}
        self.relocated = sorted(self.relocated)

    def parse(self, file):
        header = file.read(64)
        if header[:6] != b"\x7fELF\x02\x01":
            return
        at, each, count, names = struct.unpack_from("<Q10xHHH", header, 40)
        file.seek(at)
        table = file.read(each * count)
        sections = [struct.unpack_from("<IIQQQQ", table, i * each) for i in range(count)]
        text = self.contents(file, sections[names])
        for section in sections:
            name = text[section[0] :].split(b"\0")[0].decode("ascii", "replace")
            if name.startswith("percpu_static"):
                self.sections[name] = (section[3], self.contents(file, section))
            elif section[1] == self.SHT_RELA:
                data = self.contents(file, section)
                self.relocated |= {offset for offset, _, _ in struct.iter_unpack("<QQq", data)}
            elif section[1] == self.SHT_RELR:
                self.relocated |= self.relative(self.contents(file, section))

    @staticmethod
    def contents(file, section):
        file.seek(section[4])
        return file.read(section[5])

    @staticmethod
    def relative(data):
        """The places in a packed table: an even word is one, an odd word a bitmap of the next 63."""
        found, at = set(), 0
        for (word,) in struct.iter_unpack("<Q", data):
            if word & 1:
                found |= {at + 8 * i for i in range(63) if word >> (i + 1) & 1}
                at += 8 * 63
            else:
                found.add(word)
                at = word + 8
        return found

    def before(self, name, offset, now):
        """The bytes at an offset of a section, where @now is now; what the loader has written
        there stays. None: they are not known."""
        start, data = self.sections.get(name, (0, b""))
        before = bytearray(data[offset : offset + len(now)])
        if len(before) != len(now):
            return None
        first = bisect.bisect_left(self.relocated, start + offset - 7)
        last = bisect.bisect_left(self.relocated, start + offset + len(now))
        for place in self.relocated[first:last]:
            at = place - start - offset
            before[max(at, 0) : at + 8] = now[max(at, 0) : at + 8]
        return bytes(before)
