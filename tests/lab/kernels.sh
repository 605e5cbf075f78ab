#!/bin/sh
# Runs the tests of a build, those that are about the library's work and not about compilers and tools, in
# a guest of QEMU: with the kernel of one Debian release, the C library of another, and as many CPUs as
# one likes. Exit status 0: all passed; 77: QEMU, the kernel or the C library cannot be had here.
#
# Usage: kernels.sh [-k SUITE] [-l SUITE] [-c CPUS] [-m MIB] [-o OPERATIONS] [-t REGEX] BUILD [musl]
#
#	-k	bookworm: 6.1; trixie: 6.12; forky, trixie-backports, sid: 7.x
#	-l	the C library: this machine's, unless a release is named
#	-c	CPUs: 4
#	-m	memory: 3072
#	-o	operations of the torture tests: 1e5
#	-t	those tests alone whose names match
#
# With musl it is the build that tests/musl.sh has made in BUILD, most of whose programs are static.
set -eu
me=kernels.sh
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
suite=bookworm libc_suite='' cpus=4 memory=3072 operations=1e5 wanted=.
while getopts k:l:c:m:o:t: option; do
	case $option in
	k) suite=$OPTARG ;;
	l) libc_suite=$OPTARG ;;
	c) cpus=$OPTARG ;;
	m) memory=$OPTARG ;;
	o) operations=$OPTARG ;;
	t) wanted=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
build=$(cd "$1" && pwd) kind=${2:-}
seconds=7000
factor=8 # how much longer than on a machine a test may take

# Those of the list that are wanted; of programs that are there for several languages and levels of
# optimisation, one.
choose_tests() {
	mv "$root/tests" "$work/all"
	grep -v -E '^guest_test [a-z_]*_(c_O[03]|cxx(_O[0-9])?)(_|$| )' "$work/all" |
		grep -E "^guest_test [^ ]*($wanted)" >"$root/tests" || skip "no test's name matches"
}

# The programs of the build's folders, but for tests that are not on the list: what the list runs, and
# what is run by that. And their libraries.
copy_programs() { # folder...
	wanted_words=$(cat "$root/tests") all_words=$(cat "$work/all")
	for folder; do
		for file in "$build/$folder"/*; do
			if [ ! -f "$file" ] || ! is_program "$file"; then
				continue
			fi
			case $wanted_words in *"'$file'"*) echo "$file" && continue ;; esac
			case $all_words in *"'$file'"*) ;; *) echo "$file" ;; esac
		done
	done >"$work/programs"
	# shellcheck disable=SC2046 # paths of a build, without blanks
	copy_with_libraries $(cat "$work/programs")
	# glibc opens it when a thread ends
	mkdir -p "$root/lib/x86_64-linux-gnu"
	cp -L "$(gcc -print-file-name=libgcc_s.so.1)" "$root/lib/x86_64-linux-gnu/"
}

# Some of musl's programs are not static. Its C library is their loader, and lists what ldd would.
copy_musl() {
	loader=/lib/ld-musl-x86_64.so.1
	copy_in $loader
	while read -r program; do
		$loader --list "$program" 2>/dev/null || :
	done <"$work/programs" | copy_listed
}

# What is installed as programs, beside what the kernel says.
add_tools_test() {
	tools="$build/src/tools/percpu-info $build/src/tools/percpu-stat $build/tests/tools/stat_watched"
	script=$(cd "$(dirname "$0")" && pwd)/tools.sh
	echo "guest_test tools 60 77 '' sh '$script' $tools" >>"$root/tests"
	copy_in "$script"
	# shellcheck disable=SC2086 # paths of a build, without blanks
	copy_with_libraries $tools
}

fill_lab amd64
kernel_of amd64 "$suite"
[ -z "$libc_suite" ] || libc_of amd64 "$libc_suite"
leave_lab_alone
begin_root
if [ "$kind" = musl ]; then
	build=$build/musl folders=.
	[ -d "$build" ] || skip "there is no $build: sh tests/musl.sh makes it"
else
	folders='tests/ops tests/rooms tests/masks tests/linux tests/cxx tests/survive'
fi
# shellcheck disable=SC2086 # a list of words
list_tests "$build" $folders
[ "$kind" = musl ] || add_tools_test
choose_tests
# shellcheck disable=SC2086
copy_programs $folders
[ "$kind" != musl ] || copy_musl
# a test compares its keys with the library's
copy_in "$(cd "$(dirname "$0")/../.." && pwd)/README.md"
[ -z "$libc_suite" ] || replace_libc "$libc"
make_tests_init off | make_initramfs amd64
boot_until_done amd64 max -smp "$cpus" -m "$memory"
all_passed
