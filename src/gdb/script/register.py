# SPDX-License-Identifier: MIT
# register.py - from here on gdb has all of it.


parameter = PrintParameter()
gdb.unwinder.register_unwinder(None, ExitUnwinder(), replace=True)
gdb.printing.register_pretty_printer(None, Printer("percpu"), replace=True)
PerCpu()
PerCpuSum()
PerCpuCommand()
InfoPerCpu()
InfoPerCpuAreas()
InfoPerCpuAt()
