# SPDX-License-Identifier: MIT
# printer.py - "print": a variable as its copies.


class PrintParameter(gdb.Parameter):
    """Whether print shows a per-CPU variable as its copies.

    When off, it shows what is at the variable's own address, as gdb does without libpercpu: the
    template, which the copies began with and where nobody counts."""

    set_doc = "Set whether per-CPU variables are printed as their copies."
    show_doc = "Show whether per-CPU variables are printed as their copies."

    def __init__(self):
        super().__init__("print percpu", gdb.COMMAND_DATA, gdb.PARAM_BOOLEAN)
        self.value = True

    def get_set_string(self):
        return ""

    def get_show_string(self, value):
        return "Printing of per-CPU variables as their copies is %s." % value


class CopiesPrinter:
    """A static per-CPU variable, as its copies. What lies at its own address is the template."""

    def __init__(self, variable):
        self.variable = variable
        self.began = written(variable)
        try:
            self.library = Library()
            self.copies = self.library.copies(variable)
        except gdb.GdbError:
            self.copies = None

    def to_string(self):
        if not self.copies:
            text = "per-CPU template"
        else:
            added = total(self.library.addends(self.variable))
            text = "per-CPU" if added is None else "per-CPU, sum %s" % added
        if self.copies is not None:
            text += without(self.library.lost(self.variable))
        if self.began is not None:
            text += " (its template has been written to, and was %s)" % self.began.format_string()
        return text

    def children(self):
        if not self.copies:
            return [("template", plain(self.variable))]
        copies = [("CPU %d" % cpu, copy) for cpu, copy in self.copies]
        if self.began is not None:
            copies.append(("template", plain(self.variable)))
        return copies


class Printer(gdb.printing.PrettyPrinter):
    def __call__(self, value):
        try:
            if parameter.value:
                address = address_of(value)
                if address is not None and is_static(address):
                    return CopiesPrinter(value)
        except gdb.error:
            pass
        return None
