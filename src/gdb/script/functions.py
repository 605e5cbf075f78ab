# SPDX-License-Identifier: MIT
# functions.py - $per_cpu() and $per_cpu_sum().


class PerCpu(gdb.Function):
    """$per_cpu(VARIABLE, CPU): one CPU's copy of a per-CPU variable.

VARIABLE is a static variable, a field of one, or a per-CPU pointer, which is followed.
The copy can be assigned to:

    print $per_cpu(requests, 1)
    print $per_cpu(stats, 0).hits + 1
    set var $per_cpu(requests, 0) = 100
    watch -l $per_cpu(requests, 1)

Of a CPU that has not been used there is no copy: then it is what the copy would begin with."""

    def __init__(self):
        super().__init__("per_cpu")

    def invoke(self, value, cpu):
        library = Library()
        if int(cpu) not in library.cpus:
            raise gdb.GdbError(
                "CPU %d is not possible: those are %s." % (int(cpu), list_of(library.cpus))
            )
        variable = variable_of(value)
        copy = library.copy(variable, int(cpu))
        if copy is not None and not is_readable(copy):
            raise gdb.GdbError("CPU %d's copy is not in this core." % int(cpu))
        if copy is not None:
            return copy
        if is_static(address_of(variable)):
            gdb.write("(CPU %d has not been used: this is what its copy begins with.)\n" % int(cpu))
            return plain(variable)
        gdb.write("(CPU %d has not been used: its copy begins with zeros.)\n" % int(cpu))
        return gdb.Value(bytes(variable.type.sizeof), variable.type)


class PerCpuSum(gdb.Function):
    """$per_cpu_sum(VARIABLE): all copies of a number, added up as per_cpu_sum() does.

It is for expressions and conditions, where the variable alone is its template:

    break accept if $per_cpu_sum(requests) > 1000

`percpu EXPRESSION' adds up the fields of structs and the elements of arrays."""

    def __init__(self):
        super().__init__("per_cpu_sum")

    def invoke(self, value):
        variable = variable_of(value)
        type_ = variable.type.strip_typedefs()
        if type_.code not in NUMBERS:
            raise gdb.GdbError("This is no number: percpu EXPRESSION adds up its fields.")
        library = Library()
        if library.lost(variable):
            lost = name_of_cpus(library.lost(variable))
            raise gdb.GdbError("There is no sum: this core is without the copies of %s." % lost)
        copies = library.addends(variable)
        if type_.code == gdb.TYPE_CODE_FLT:
            return sum((float(copy) for copy in copies), 0.0)
        return gdb.Value(wrapped(sum(int(copy) for copy in copies), type_)).cast(type_)
