#!/bin/sh
# SPDX-License-Identifier: MIT
# names.sh - cmake/linux-names.sh finds the names that files use, and which of them are there.
#
# Usage: names.sh SOURCE_FOLDER WORK_FOLDER
set -eu
source=$1 work=$2
rm -rf "$work"
mkdir -p "$work/files/deeper" "$work/kernel/include/linux"
cd "$work"

failed() {
	echo "FAILED: $*"
	[ ! -f said ] || sed 's/^/  | /' said
	exit 1
}

count() { # ARGUMENT...
	sh "$source/cmake/linux-names.sh" -i "$source/include/percpu/linux" -i "$source/include" "$@" >said 2>&1
}

says() { # LINE
	grep -qxF "$1" said || failed "it does not say: $1"
}

cat >files/has_all.c <<'EOF'
static DEFINE_PER_CPU(long, x);
void add(void) { unsigned long flags; local_irq_save(flags); this_cpu_inc(x); local_irq_restore(flags); }
struct cpumask *mask; call_single_data_t csd; int state = CPUHP_IRQ_POLL_DEAD;
EOF
cat >files/lacks_two.c <<'EOF'
void add(long __percpu *x) { this_cpu_inc(*x); NODE_DATA(0); struct irqaction *a; }
EOF
cat >files/deeper/lacks_one.c <<'EOF'
void *p = alloc_percpu(long);
int i = NODE_DATA(1);
EOF
cat >files/means_others.c <<'EOF'
/* NODE_DATA in a comment */
#define irqaction 3
static const char *s = "NODE_DATA \"irqaction";
long get(long __percpu *x) { return raw_cpu_read(*x) + p->NODE_DATA + q.irqaction + irqaction; }
EOF
cat >files/defines_it.c <<'EOF'
int NODE_DATA(int node)
{
	return this_cpu_read(x);
}
EOF
cat >files/has_a_parameter.c <<'EOF'
int get(int node, unsigned int numa_node) { return this_cpu_read(x) + numa_node; }
EOF
cat >files/no_per_cpu.c <<'EOF'
int i = NODE_DATA(1);
EOF
cat >files/physical.c <<'EOF'
long a = per_cpu_ptr_to_phys(per_cpu_ptr(x, 1));
EOF

count files || failed "it does not count"
says 'files/has_all.c: nothing'
says 'files/lacks_two.c: NODE_DATA irqaction'
says 'files/deeper/lacks_one.c: NODE_DATA'
says 'files/means_others.c: nothing'
says 'files/defines_it.c: nothing'
says 'files/has_a_parameter.c: nothing'
says 'files/physical.c: per_cpu_ptr_to_phys'
says '2 1 NODE_DATA'
says '1 0 irqaction'
says '4 of 7 files need no name that is not there'
count -a files || failed "it does not count all"
says 'files/no_per_cpu.c: NODE_DATA'
says '4 of 8 files need no name that is not there'
! count files/no_per_cpu.c || failed "it counts where there is nothing"
! count -c false files || failed "it counts without a compiler"

# --- the names of a kernel's headers ---
cat >kernel/include/linux/percpu.h <<'EOF'
#ifndef _LINUX_PERCPU_H
#define _LINUX_PERCPU_H
struct task;
struct made_up { int member; };
enum kind { ONE, TWO = 7, };
typedef struct { int x; } made_t;
typedef void (*made_func_t)(int a);
extern int variable[3];
DECLARE_PER_CPU(struct task *, of_cpu);
#define made_macro(x) \
	another_word(x)
static inline int made_inline(int parameter)
{
	return parameter;
}
extern void made_function(struct task *t, int (*callback)(void));
#endif
EOF
sh "$source/cmake/linux-names.sh" -k kernel | sed '/^#/d' | grep -v -w -e cond_resched -e need_resched \
	-e set_cpus_allowed_ptr -e task_cpu -e is_percpu_thread -e is_migration_disabled \
	-e wake_up_if_idle >said
cat >expected <<'EOF'
thing ONE
thing TWO
enum kind
type made_func_t
thing made_function
thing made_inline
macro made_macro
type made_t
struct made_up
thing of_cpu
thing variable
EOF
LC_ALL=C sort -k2 said >sorted
LC_ALL=C sort -k2 expected | cmp -s - sorted || failed "other names than those of the header"
