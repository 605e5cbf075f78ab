# SPDX-License-Identifier: MIT
# threads.py - threads, the CPUs that they hold, and their local locks.


class Thread:
    """A thread of the process, and what the library keeps for it."""

    SYSCALL_FUTEX = {"x86_64": ("orig_rax", 202, "rdi"), "aarch64": ("x8", 98, "x0")}

    def __init__(self, library, thread):
        self.thread, self.number = thread, thread.num
        self.lwp = thread.ptid[1] or thread.ptid[2]
        self.word = self.nested = self.cpu = self.pinned = None
        frame = gdb.newest_frame()
        self.read_self(library, frame)
        self.sleeps_at = self.word_slept_on(frame)

    def where(self):
        """The function in which it is: the innermost that has lines, and is the program's own."""
        with selection_kept():
            self.thread.switch()
            frame = gdb.newest_frame()
            while frame is not None:
                line = frame.find_sal()
                if line.symtab and frame.name() and not is_of_system(frame, line.symtab):
                    file = os.path.basename(line.symtab.filename)
                    return " in %s() at %s:%d" % (frame.name(), file, line.line)
                frame = frame.older()
        return ""

    def read_self(self, library, frame):
        try:
            arch = frame.architecture().name()
            base = frame.read_register("tpidr" if "aarch64" in arch else "fs_base")
            at = (int(base) + read(library.runtime + RT_SELF_OFFSET, 8)) & ALL_BITS
            own = library.record("percpu_self", at)
            self.word = own("word")
            self.nested = own("nested", 4)
            self.cpu = own("cpu", 4, True)
            self.pinned = own("pinned", 4)
        except (gdb.error, ValueError, Untold):
            self.word = None

    def word_slept_on(self, frame):
        """The address of the word that it sleeps on, if it is in a futex call."""
        arch = "aarch64" if "aarch64" in frame.architecture().name() else "x86_64"
        which, number, argument = self.SYSCALL_FUTEX[arch]
        try:
            if int(frame.read_register(which)) == number:
                return int(frame.read_register(argument)) & ALL_BITS
        except (gdb.error, ValueError):
            pass
        return None

    def waits_for(self, entry):
        """Whether it waits for the CPU of an entry. (It is up now and then, to look who has it.)"""
        if self.sleeps_at == entry:
            return True
        with selection_kept():
            self.thread.switch()
            frame, depth = gdb.newest_frame(), 0
            while frame is not None and depth < 20:
                if frame.name() == "pcpu_hold_wait" and self.variable(frame, "entry") == entry:
                    return True
                frame, depth = frame.older(), depth + 1
        return False

    @staticmethod
    def variable(frame, name):
        try:
            return int(frame.read_var(name))
        except (gdb.error, ValueError):
            return None

    def name(self):
        text = "thread %d (LWP %d" % (self.number, self.lwp)
        if self.thread.name:
            text += ' "%s"' % self.thread.name
        return text + ")"


def is_of_system(frame, symtab):
    objfile = symtab.objfile.owner or symtab.objfile  # of a separate debug file
    file = os.path.basename(objfile.filename or "")
    return SYSTEM_OBJECT.match(file) or OWN_NAME.match(frame.name())


@contextmanager
def selection_kept():
    thread, frame = gdb.selected_thread(), None
    try:
        frame = gdb.selected_frame()
    except gdb.error:
        pass
    try:
        yield
    finally:
        if thread is not None and thread.is_valid():
            thread.switch()
        if frame is not None and frame.is_valid():
            frame.select()


def threads_of(library):
    """The threads that stand still, as Thread."""
    found = []
    with selection_kept():
        for thread in sorted(gdb.selected_inferior().threads(), key=lambda t: t.num):
            if not thread.is_valid() or thread.is_running():
                continue
            try:
                thread.switch()
                found.append(Thread(library, thread))
            except gdb.error:
                continue
    return found


def holder_of(word, threads):
    """The thread whose word it is; None: none of this process that stands still."""
    word &= ALL_BITS
    for thread in threads:
        if thread.word is not None and thread.word & ALL_BITS == word:
            return thread
    lwp = (word & 0xFFFFFFFF) >> 1
    return next((t for t in threads if t.word is None and t.lwp == lwp), None)


def describe_holder(word, threads):
    holder = holder_of(word, threads)
    if holder is None:
        return "thread %d, which is none of this process" % ((word & 0xFFFFFFFF) >> 1)
    return holder.name() + holder.where()


def describe_cpu(library, cpu, threads):
    """Lines: who holds the CPU, who waits for it, and who is pinned to it."""
    word = library.entry(cpu, "window")
    waiting = library.entry(cpu, "attention", 4, False) & ~ATTENTION_ALWAYS
    pinned = library.entry(cpu, "pinned", 4, False)
    successor = library.entry(cpu, "successor")
    if word < 0 and word & WORD_HELD:
        yield "    held by " + describe_holder(word, threads)
    if waiting:
        found = [t for t in threads if t.waits_for(library.entry_address(cpu))]
        yield from describe_all("%d waiting" % waiting, found)
    if successor:
        yield "    next is " + describe_holder(successor, threads)
    if pinned:
        found = [t for t in threads if t.pinned == cpu + 1]
        yield from describe_all("%d pinned" % pinned, found)


def describe_all(what, threads):
    if not threads:
        yield "    %s, of other processes, or not known" % what
    for thread in threads:
        yield "    %s: %s%s" % (what, thread.name(), thread.where())


def local_locks(library, threads):
    """A line for each thread that has local locks."""
    try:
        unit = library.number("local_lock")
    except Untold:
        return
    for thread in threads:
        if thread.nested and thread.nested >= unit:
            locks = number_of(thread.nested // unit, "local lock")
            yield "%s%s has %s of CPU %d" % (thread.name(), thread.where(), locks, thread.cpu)
