# SPDX-License-Identifier: MIT
# backtraces.py - the way out of the library for backtraces of sections that end.


class FrameOf:
    """What gdb wants to know of a frame, to tell it from others."""

    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class ExitUnwinder(gdb.unwinder.Unwinder):
    """From where an operation has left its sequence for the library, on x86-64 (__PCPU_SEQ_SLOW of
    percpu/impl/arch/x86_64/sequence.h): that is in no function, and no debugging information tells
    of it. What follows the call there is known: results are loaded, operands taken off the stack,
    and a jump leads back to the operation, in its function.

    Nothing but memory is looked at: a command that is executed here, in the middle of another one,
    is the end of gdb 16."""

    BACK = re.compile(
        rb"(?:[\x48\x4c]\x8b(?:[\x04-\x3c]\x24|[\x44-\x7c]\x24.))*"  # mov N(%rsp), result
        rb"\x48\x8d\xa4\x24(....)"  # lea 128+N(%rsp), %rsp
        rb"\x0f\x84(....)\xe9",  # jz back, jmp to the beginning
        re.DOTALL,
    )

    def __init__(self):
        super().__init__("percpu")

    def __call__(self, pending):
        try:
            at = pending.read_register("rip")
            pc = int(at) & ALL_BITS
            found = self.BACK.match(bytes(gdb.selected_inferior().read_memory(pc, 40)))
        except (ValueError, gdb.error):
            return None  # another processor, or no code
        if not found:
            return None
        moved, = struct.unpack("<i", found[1])
        distance, = struct.unpack("<i", found[2])
        sp = pending.read_register("rsp")
        info = pending.create_unwind_info(FrameOf(sp, at))
        info.add_saved_register("rip", gdb.Value(pc + found.end(2) + distance).cast(at.type))
        info.add_saved_register("rsp", sp + moved)
        for name in ("rbp", "rbx", "r12", "r13", "r14", "r15"):
            info.add_saved_register(name, pending.read_register(name))
        return info
