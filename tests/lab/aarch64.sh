#!/bin/sh
# Builds libpercpu and its tests for aarch64, and runs them on an aarch64 kernel, in guests of QEMU:
# once as they are on a processor that has everything, and once, the operations and what uses
# sequences, on one that has neither single-instruction atomics nor scalable vectors, and with a
# look at interrupts after every single instruction. (Otherwise QEMU looks between blocks of them,
# and no sequence is ever left in its middle.)
# With "user" instead of "guests" it runs the operations' tests without a kernel, in QEMU's user mode,
# which knows no rseq: a look at the fallback tier.
# Exit status 0: all tests passed; 77: the compilers, QEMU or a kernel cannot be had here.
# Usage: aarch64.sh [-t REGEX] guests|user SOURCE BUILD [SUITE]
# SUITE is the Debian release whose kernel it is: trixie (6.12), unless another is named. With -t, those
# tests alone are built and run in the guests whose names match.
#
# What the guest is made of: lab.sh. The compilers are the packages gcc-aarch64-linux-gnu and
# g++-aarch64-linux-gnu.
set -eu
me=aarch64.sh
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
wanted=.
while getopts t: option; do
	case $option in
	t) wanted=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
way=$1 source=$2 build=$3
triplet=aarch64-linux-gnu
strip=$triplet-strip
cpus=4 memory=2048
factor=4 # how much longer than on a machine a test may take
suite=${4:-trixie}

# --- the tests ---

configure() { # emulator
	emulator=$1
	cmake -S "$source" -B "$build" -G Ninja -DCMAKE_TOOLCHAIN_FILE=cmake/aarch64.cmake \
		-DPERCPU_SYSROOT="$sysroot" -DPERCPU_QEMU_AARCH64="$emulator" \
		-DPERCPU_BENCH=OFF -DPERCPU_EXAMPLES=OFF >"$work/log" 2>&1 && return
	cat "$work/log"
	exit 1
}

build_tests() { # target...
	cmake --build "$build" --target "$@" >"$work/log" 2>&1 && return
	cat "$work/log"
	exit 1
}

# The programs of the tests that are wanted.
targets() {
	if [ "$wanted" = . ]; then
		echo all
	else
		sed -n "s|^add_test(\[=\[\([^ ]*\)\]=\] \"$build/\([^\"]*\)\".*|\1 \2|p" \
			"$build"/tests/ops/CTestTestfile.cmake "$build"/tests/rooms/CTestTestfile.cmake |
			grep -E "^[^ ]*($wanted)[^ ]* " | cut -d' ' -f2 | sort -u
	fi
}

# What of the list is wanted, and of that what REGEX has.
choose_tests() { # regex
	grep -E "^guest_test $1" "$root/tests" | grep -E "^guest_test [^ ]*($wanted)" >"$work/few" || :
	mv "$work/few" "$root/tests"
}

# --- the guest's files ---

find_library() { # name
	for folder in "$build" "$sysroot/lib/$triplet" "$sysroot/usr/lib/$triplet" "$sysroot/lib"; do
		if [ -e "$folder/$1" ]; then
			readlink -f "$folder/$1"
			return
		fi
	done
	echo "aarch64.sh: no $1" >&2
	exit 1
}

copy_libraries_of() { # file
	for name in $($triplet-readelf -dl "$1" |
		sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p; s/.*interpreter: .*\/\(.*\)\]/\1/p'); do
		[ ! -e "$root/lib/$name" ] || continue
		cp "$(find_library "$name")" "$root/lib/$name"
		copy_libraries_of "$root/lib/$name"
	done
}

copy_programs() { # folder...: what is in the build's folders
	for folder; do
		for file in "$build/tests/$folder"/*; do
			if [ -f "$file" ] && is_program "$file"; then
				copy_in "$file"
				copy_libraries_of "$file"
			fi
		done
	done
	# glibc opens it when a thread ends
	cp "$(find_library libgcc_s.so.1)" "$root/lib/libgcc_s.so.1"
}

# --- all of it ---

for tool in gcc g++ strip readelf; do
	command -v $triplet-$tool >/dev/null || skip "there is no $triplet-$tool"
done
for tool in cmake ninja; do
	command -v $tool >/dev/null || skip "there is no $tool"
done
fill_lab arm64
sysroot=$lab/sysroot-arm64
if [ ! -d "$sysroot" ]; then
	sh "$source/cmake/aarch64-sysroot.sh" "$sysroot.new"
	mv "$sysroot.new" "$sysroot"
fi
[ "$way" = user ] || kernel_of arm64 "$suite"
leave_lab_alone
begin_root

if [ "$way" = user ]; then
	emulator=$(command -v qemu-aarch64) || skip "there is no qemu-aarch64"
	configure "$emulator"
	build_tests ops_c_O2 registers counter_fork nest_c
	PERCPU_TEST_PATIENCE=20 ctest --test-dir "$build/tests/ops" --output-on-failure \
		-R '^(ops_c_O2|ops_c_O2_fallback|registers|registers_fallback|counter_fork|nest_c)$'
	exit
fi

configure ""
# shellcheck disable=SC2046 # a list of words
build_tests $(targets)
copy_programs ops rooms

seconds=3600 operations=1e6
list_tests "$build/tests" ops rooms
choose_tests ""
make_tests_init off | make_initramfs arm64
boot_until_done arm64 max,pauth-impdef=on -smp "$cpus" -m "$memory"
all_passed || exit 1

# Twenty times slower.
operations=1e4
: >"$root/tests"
list_tests "$build/tests" ops
choose_tests '(ops_c_O2|torture|registers)(_own|_fallback)? '
[ -s "$root/tests" ] || exit 0
make_tests_init on | make_initramfs arm64
boot_until_done arm64 cortex-a57 -smp "$cpus" -m "$memory"
all_passed
