#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# weak.sh - the weak form of static variables: it counts as the usual one does, and what breaks one of
# its two rules does not compile, or does not link.
. "$(dirname "$0")/common.sh"

file() { # NAME: of standard input
	{
		echo '#define CONFIG_DEBUG_FORCE_WEAK_PER_CPU'
		echo '#include <percpu/percpu.h>'
		cat
	} >"$1"
}

file main.c <<'EOF'
#include <stdio.h>
DECLARE_PER_CPU(long, declared);
DEFINE_PER_CPU(long, declared) = 3;
static DEFINE_PER_CPU_ALIGNED(long[2], hidden) = {1, 2};
DECLARE_PER_CPU(long, of_other);
int main(void)
{
	this_cpu_inc(declared);
	this_cpu_add(hidden[1], 5);
	this_cpu_add(of_other, 7);
	printf("weak: %ld %ld %ld\n", per_cpu_sum(declared) - 3L * num_possible_cpus(),
	       per_cpu_sum(hidden[1]) - 2L * num_possible_cpus(), per_cpu_sum(of_other));
	return 0;
}
EOF
file other.c <<'EOF'
DEFINE_PER_CPU(long, of_other);
EXPORT_PER_CPU_SYMBOL(of_other);
EOF
file static_after_declaration.c <<'EOF'
DECLARE_PER_CPU(long, declared);
static DEFINE_PER_CPU(long, declared);
long f(void);
long f(void) { return this_cpu_read(declared); }
EOF
file in_function.c <<'EOF'
long f(void);
long f(void)
{
	static DEFINE_PER_CPU(long, local);
	return this_cpu_read(local);
}
EOF
file hidden_again.c <<'EOF'
static DEFINE_PER_CPU(long, hidden);
long f(void);
long f(void) { return this_cpu_read(hidden); }
EOF

for compiler in gcc clang; do
	command -v $compiler >/dev/null || {
		skip_case "there is no $compiler"
		continue
	}
	flags="-O1 $warnings $include"
	begin "$compiler: it counts"
	step $compiler $flags main.c other.c $shared -o program &&
		step_prints 'weak: 1 5 7' ./program || :
	begin "$compiler: one name is for one variable, static or not"
	step_refused '(multiple definition of|duplicate symbol).*__pcpu_unique_hidden' \
		$compiler $flags main.c other.c hidden_again.c $shared -o program || :
	sed 1d hidden_again.c >usual.c
	step $compiler $flags main.c other.c usual.c $shared -o program || :
	for name in static_after_declaration:__pcpu_scope_declared in_function:__pcpu_unique_local; do
		begin "$compiler: ${name%:*}"
		step_refused "${name#*:}" $compiler $flags -c "${name%:*}.c" -o refused.o || :
	done
	# what is a function's own may be static in the usual form
	begin "$compiler: in_function, usual"
	sed 1d in_function.c >usual.c && step $compiler $flags -c usual.c -o usual.o || :
done
finish
