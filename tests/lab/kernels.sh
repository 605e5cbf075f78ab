#!/bin/sh
# Runs the tests of a build, those that are about the library's work and not about compilers and tools, in
# a guest of QEMU: with the kernel of one Debian release, the C library of another, and as many CPUs as
# one likes. Exit status 0: all passed; 77: QEMU, the kernel or the C library cannot be had here.
#
# Usage: kernels.sh [-k SUITE] [-l SUITE] [-c CPUS] [-o OPERATIONS] [-t REGEX] BUILD [musl]
#
#	-k	bookworm: 6.1; trixie: 6.12; forky, trixie-backports, sid: 7.x
#	-l	the C library: this machine's, unless a release is named
#	-c	CPUs: 4
#	-o	operations of the torture tests: 1e5
#	-t	those tests alone whose names match
#
# With musl it is the build that tests/musl.sh has made in BUILD, whose programs are static.
#
# Of programs that are there for several languages and levels of optimisation, C with -O2 is enough
# here.
set -eu
me=kernels.sh
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
suite=bookworm libc_suite='' cpus=4 operations=1e5 wanted=.
while getopts k:l:c:o:t: option; do
	case $option in
	k) suite=$OPTARG ;;
	l) libc_suite=$OPTARG ;;
	c) cpus=$OPTARG ;;
	o) operations=$OPTARG ;;
	t) wanted=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
build=$1 kind=${2:-}
memory=3072
seconds=7000
factor=8 # how much longer than on a machine a test may take

copy_programs() { # folder...: what is in the build's folders, and the libraries
	for folder; do
		for file in "$build/$folder"/*; do
			if [ -f "$file" ] && is_program "$file"; then
				echo "$file"
			fi
		done
	done >"$work/programs"
	# what the list runs, and what is run by that
	while read -r file; do
		copy_with_libraries "$file"
	done <"$work/programs"
	# glibc opens it when a thread ends
	copy_in "$(gcc -print-file-name=libgcc_s.so.1 | xargs readlink -f)"
	library=$(find "$root" -name 'libgcc_s.so.1' | head -n 1)
	mkdir -p "$root/lib/x86_64-linux-gnu"
	[ "$library" = "$root/lib/x86_64-linux-gnu/libgcc_s.so.1" ] || [ -z "$library" ] ||
		cp "$library" "$root/lib/x86_64-linux-gnu/libgcc_s.so.1"
}

fill_lab amd64
kernel_of amd64 "$suite"
[ -z "$libc_suite" ] || libc_of amd64 "$libc_suite"
leave_lab_alone
begin_root
if [ "$kind" = musl ]; then
	build=$build/musl
	[ -d "$build" ] || skip "there is no $build: sh tests/musl.sh makes it"
	copy_programs .
	list_tests "$build" .
else
	copy_programs tests/ops tests/rooms
	list_tests "$build" tests/ops tests/rooms
fi
[ -z "$libc_suite" ] || replace_libc "$libc"
grep -v -E '^guest_test [a-z_]*_(c_O[03]|cxx(_O[0-9])?)(_|$| )' "$root/tests" |
	grep -E "^guest_test [^ ]*($wanted)" >"$work/few" || skip "no test's name matches"
mv "$work/few" "$root/tests"
make_tests_init off | make_initramfs amd64
boot_until_done amd64 max -smp "$cpus" -m "$memory"
all_passed
