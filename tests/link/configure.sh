#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# configure.sh - the library finds what a program defines to configure it, however they are linked; and
# what has called before the library's own start.
. "$(dirname "$0")/common.sh"

cat >main.c <<'EOF'
#include <percpu/configure.h>
#include <percpu/percpu.h>
#include <stdio.h>
#ifndef PLAIN
const char *percpu_conf = "max_size:64K";
void percpu_before_start(void)
{
	if (percpu_configure("possible:70"))
		fprintf(stderr, "refused\n");
}
#endif
static DEFINE_PER_CPU(long, count);
int main(void)
{
	void __percpu *large = __alloc_percpu_gfp(40000, 8, GFP_KERNEL | __GFP_NOWARN);
	this_cpu_inc(count);
	printf("%s %s %ld\n", large ? "large" : "small", nr_cpu_ids >= 70 ? "70" : "less",
	       per_cpu_sum(count));
	return 0;
}
EOF
cp main.c main.cc
# before the library's own start
cat >preinit.c <<'EOF'
#include <percpu/configure.h>
static void early(void)
{
	(void)!percpu_configure("max_size:64K,possible:70");
}
__attribute__((__section__(".preinit_array"), __used__)) static void (*const entry)(void) = early;
EOF
cat >plugin.c <<'EOF'
#include <percpu/percpu.h>
#include <stdio.h>
void say(void);
void say(void)
{
	printf("%s %s\n", __alloc_percpu(40000, 8) ? "large" : "small",
	       nr_cpu_ids >= 70 ? "70" : "less");
}
EOF
cat >host.c <<'EOF'
#include <dlfcn.h>
const char *percpu_conf = "max_size:64K,possible:70";
int main(void)
{
	void *plugin = dlopen("./plugin.so", RTLD_NOW);
	void (*say)(void) = plugin ? (void (*)(void))dlsym(plugin, "say") : 0;
	if (!say)
		return 1;
	say();
	return 0;
}
EOF

build_and_run() { # NAME SAYS COMMAND...
	begin "$1"
	says=$2
	shift 2
	step "$@" -o program && step_prints "$says" ./program || :
}

for compiler in gcc clang++; do
	command -v $compiler >/dev/null || {
		skip_case "there is no $compiler"
		continue
	}
	flags="-O1 $warnings $include"
	case $compiler in *++) source=main.cc ;; *) source=main.c ;; esac
	build_and_run "$compiler" 'large 70 1' $compiler $flags $source $shared
	build_and_run "$compiler, hidden by default" 'large 70 1' \
		$compiler $flags -fvisibility=hidden $source $shared
	build_and_run "$compiler, static" 'large 70 1' $compiler $flags -static $source $archive
done
build_and_run "not PIE" 'large 70 1' gcc -O1 $include -fno-pie -no-pie main.c $shared
build_and_run "the archive" 'large 70 1' gcc -O1 $include main.c $archive
build_and_run "without" 'small less 1' gcc -O1 $include -DPLAIN main.c $shared
build_and_run "static, without" 'small less 1' gcc -O1 $include -DPLAIN -static main.c $archive
sections="-ffunction-sections -fdata-sections -Wl,--gc-sections"
build_and_run "what is not used is dropped" 'large 70 1' gcc -O1 $include $sections main.c $shared
build_and_run "static, what is not used is dropped" 'large 70 1' \
	gcc -O1 $include $sections -static main.c $archive
build_and_run "link-time optimisation" 'large 70 1' gcc -O2 -flto $include main.c $archive
if can_link clang -fuse-ld=lld; then
	build_and_run "lld" 'large 70 1' clang -O1 -fuse-ld=lld $include main.c $shared
else
	skip_case "there is no lld"
fi
build_and_run "in .preinit_array" 'large 70 1' gcc -O1 $include -DPLAIN main.c preinit.c $shared
build_and_run "in .preinit_array, static" 'large 70 1' \
	gcc -O1 $include -DPLAIN -static main.c preinit.c $archive
begin "the library comes by dlopen()"
step gcc -O1 $include -shared -fPIC plugin.c $shared -o plugin.so &&
	step gcc -O1 -rdynamic host.c -ldl -o host && step_prints 'large 70' ./host || :
begin "the variable has the last word"
step gcc -O1 $include main.c $shared -o program &&
	step_prints 'small 70 1' env PERCPU_CONF=max_size:32K ./program || :
finish
