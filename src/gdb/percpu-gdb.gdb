# SPDX-License-Identifier: MIT
# percpu-gdb.gdb - for a gdb that was built without Python, which cannot have percpu-gdb.py: it says so, where it
# would show the template of a per-CPU variable without a word. gdb loads both; $_streq is one of its functions in
# Python.
if $_isvoid($_streq)
	printf "libpercpu: this gdb has no Python. print shows a per-CPU variable's template, and not the copies.\n"
end
define percpu
	printf "This gdb has no Python, and cannot show the copies of per-CPU variables.\n"
end
document percpu
Show the copies of a per-CPU variable, in a gdb that has Python.
end
define info percpu
	printf "This gdb has no Python, and cannot show what libpercpu does.\n"
end
document info percpu
Show libpercpu in this process, in a gdb that has Python.
end
