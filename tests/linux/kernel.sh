#!/bin/sh
# SPDX-License-Identifier: MIT
# kernel.sh - real files of the Linux kernel compile unchanged over the linux/ headers, and do under
# threads what they promise: each with a test of real/.
#
# Usage: kernel.sh [-t REGEX] SOURCE BUILD COMPILER...
#
#	-t	those rows alone whose names match
#
# The files come from Debian's linux-source package of 6.12, which is fetched with lists of its own and
# unpacked, as far as it is wanted, below $PERCPU_LAB or ~/.cache/libpercpu-lab; nothing is installed.
# $PERCPU_LINUX_SOURCE names another tree, unpacked already. Exit status 77: it cannot be had.
#
# "Unchanged" rests on this. A file is compiled where it lies, and its checksum is the same afterwards.
# Its include path is: the file's own headers, which declare what it defines, copied from the same tree
# (linux/percpu_counter.h for lib/percpu_counter.c; the rows below name them); ours; shim/, for four
# headers whose subject is no matter of ours (kunit, seq_file, bio, tracepoints). What the library has
# by the same name in a header of ours is renamed before, by prelude/NAME.h, which is included first.
set -eu
me=kernel.sh
wanted=.
while getopts t: option; do
	case $option in
	t) wanted=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
source=$1 build=$2
shift 2
here=$source/tests/linux
# shellcheck source=tests/lab/lab.sh
. "$source/tests/lab/lab.sh"
version=6.12 suite=trixie

# Sets tree: the unpacked files.
find_tree() {
	tree=${PERCPU_LINUX_SOURCE:-$lab/linux-source-$version}
	[ ! -e "$tree/lib/percpu_counter.c" ] || return 0
	[ -z "${PERCPU_LINUX_SOURCE:-}" ] || skip "there are no files in $tree"
	command -v xz >/dev/null || skip "xz is not installed"
	mkdir -p "$lab"
	exec 9>"$lab/lock"
	flock 9
	find_archive
	unpack_into "$lab/unpacked" "$(dpkg --print-architecture)" "$suite" "linux-source-$version"
	mkdir -p "$tree.new"
	tar -xJf "$lab/unpacked/usr/src/linux-source-$version.tar.xz" -C "$tree.new" \
		--strip-components=1 "linux-source-$version/lib" "linux-source-$version/kernel" \
		"linux-source-$version/include/linux" "linux-source-$version/Makefile"
	rm -rf "$lab/unpacked" "$tree"
	mv "$tree.new" "$tree"
	exec 9>&-
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
find_tree
echo "Linux $(sed -n 's/^\(VERSION\|PATCHLEVEL\|SUBLEVEL\) = //p' "$tree/Makefile" | paste -s -d .)"
urcu='' libs=''
if pkg-config --exists liburcu-bp 2>/dev/null; then
	urcu=-DPERCPU_LINUX_URCU libs=-lurcu-bp
fi
cases=0 failed=0

# compile KIND OUTPUT INPUT OPTION...: with the warnings that the kernel's build has; a test with more.
compile() {
	case $1 in
	file) warnings="-Wall -Wundef -Wno-pointer-sign -Wno-address-of-packed-member" ;;
	test) warnings="-Wall -Wextra -Wshadow -Wno-sign-compare -Wno-unused-parameter
		-Wno-address-of-packed-member -Wno-pointer-sign" ;;
	esac
	output=$2 input=$3
	shift 3
	# shellcheck disable=SC2086 # lists of options
	"$compiler" -std=gnu11 -O2 -g $warnings -Werror -fno-strict-aliasing -fwrapv $urcu "$@" \
		"-I$work/own" "-I$source/include/percpu/linux" "-I$here/shim" "-I$source/include" \
		"-I$here" -c "$input" -o "$output"
}

# fails WHAT: says it, with what has been said
fails() {
	echo "FAILED: $compiler: $1"
	cat "$work/said"
	failed=$((failed + 1))
}

# real NAME "FILE..." "OWN HEADERS" [OPTION...]: compiles these, and real/NAME.c, and runs that; with
# the options for both. $conf: PERCPU_CONF of each run; $expect: what has to be said.
conf='log:info log:info,backend:fallback'
expect=
real() {
	name=$1 files=$2 headers=$3
	shift 3
	echo "$name" | grep -qE "$wanted" || { expect=''; return 0; }
	cases=$((cases + 1))
	rm -rf "$work/own" "$work/objects"
	mkdir -p "$work/own/linux" "$work/objects"
	for header in $headers; do
		cp "$tree/include/linux/$header.h" "$work/own/linux/"
	done
	[ ! -e "$here/prelude/$name.h" ] || set -- "$@" -include "$here/prelude/$name.h"
	for file in $files; do
		compile file "$work/objects/$(basename "$file" .c).o" "$tree/$file" \
			"-DKBUILD_MODNAME=\"$(basename "$file" .c)\"" "$@" >"$work/said" 2>&1 || {
			fails "$file does not compile"
			return
		}
	done
	if [ -e "$here/real/$name.c" ]; then
		compile test "$work/objects/test.o" "$here/real/$name.c" "-I$tree/kernel/bpf" "$@" \
			>"$work/said" 2>&1 || { fails "real/$name.c does not compile"; return; }
	fi
	# shellcheck disable=SC2086 # a list of words
	"$compiler" "$work"/objects/*.o "$build/libpercpu.so" "-Wl,-rpath,$build" $libs -pthread \
		-o "$work/test" >"$work/said" 2>&1 || { fails "$name does not link"; return; }
	for setting in $conf; do
		PERCPU_CONF=$setting timeout 120 "$work/test" >"$work/said" 2>&1 || {
			fails "$name with $setting: exit status $?"
			return
		}
		if [ -n "$expect" ] && ! grep -q "$expect" "$work/said"; then
			fails "$name with $setting says nothing of $expect"
			return
		fi
	done
	echo "ok: $compiler: $files"
	expect=
}

(cd "$tree" && find lib kernel include -type f -name '*.[ch]' -exec cksum {} + | sort) >"$work/before"
for compiler; do
	command -v "$compiler" >/dev/null || { echo "skipped: $compiler"; continue; }
	# shellcheck source=tests/linux/rows.sh
	. "$here/rows.sh"
done
(cd "$tree" && find lib kernel include -type f -name '*.[ch]' -exec cksum {} + | sort) >"$work/after"
cmp "$work/before" "$work/after"
echo "$cases programs, $failed failed"
[ "$failed" = 0 ] && [ "$cases" -gt 0 ]
