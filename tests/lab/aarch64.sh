#!/bin/sh
# Builds libpercpu and its tests for aarch64, and runs them on an aarch64 kernel, in guests of QEMU:
# once as they are on a processor that has everything, and once, the operations and what uses
# sequences, on one that has neither single-instruction atomics nor scalable vectors, and with a
# look at interrupts after every single instruction. (Otherwise QEMU looks between blocks of them,
# and no sequence is ever left in its middle.)
# With "user" instead of "guests" it runs the operations' tests without a kernel, in QEMU's user mode,
# which knows no rseq: a look at the fallback tier.
# Exit status 0: all tests passed; 77: the compilers, QEMU or a kernel cannot be had here.
# Usage: aarch64.sh guests|user SOURCE BUILD
#
# QEMU, a kernel and a sysroot are Debian packages, taken from where this machine's apt takes its own,
# and unpacked in a folder of their own (PERCPU_LAB); nothing is installed. The compilers are the
# packages gcc-aarch64-linux-gnu and g++-aarch64-linux-gnu.
set -eu
way=$1 source=$2 build=$3
lab=${PERCPU_LAB:+$PERCPU_LAB/aarch64}
lab=${lab:-${XDG_CACHE_HOME:-$HOME/.cache}/percpu-lab-aarch64}
triplet=aarch64-linux-gnu
cpus=4 memory=2048
attempts=3
return=$(printf '\r')
factor=4 # how much longer than on a machine a test may take

skip() {
	echo "aarch64.sh: $1"
	exit 77
}

# --- the lab ---

# This machine's busybox, for cpio; and QEMU, and what of its libraries is missing here.
unpack_tools() {
	packages=
	if ! command -v qemu-system-aarch64 >/dev/null; then
		packages=$(apt-get install -s --no-install-recommends qemu-system-arm |
			sed -n 's/^Inst \([^ ]*\) .*/\1/p') || packages=
		[ -n "$packages" ] || skip "apt knows no qemu-system-arm"
	fi
	packages="busybox-static $packages"
	mkdir -p "$lab/debs" "$lab/root"
	# shellcheck disable=SC2086 # a list of words
	(cd "$lab/debs" && apt-get -qq download $packages) >"$lab/apt.log" 2>&1 || {
		cat "$lab/apt.log"
		skip "apt cannot download $packages"
	}
	for deb in "$lab/debs"/*.deb; do
		dpkg -x "$deb" "$lab/root"
	done
	rm -rf "$lab/debs"
}

fill_lab() {
	mkdir -p "$lab"
	rm -rf "$lab/debs" "$lab/root" "$lab/sysroot"
	sh "$source/cmake/aarch64-sysroot.sh" "$lab/sysroot" linux-image-cloud-arm64 busybox-static
	unpack_tools
	cp "$lab"/sysroot/boot/vmlinuz-* "$lab/vmlinuz"
	rm -rf "$lab/sysroot/boot" "$lab/sysroot/lib/modules"
	: >"$lab/filled"
}

# --- the tests ---

build_tests() { # emulator, target...
	emulator=$1
	shift
	cmake -S "$source" -B "$build" -G Ninja -DCMAKE_TOOLCHAIN_FILE=cmake/aarch64.cmake \
		-DPERCPU_SYSROOT="$lab/sysroot" -DPERCPU_QEMU_AARCH64="$emulator" \
		-DPERCPU_BENCH=OFF -DPERCPU_EXAMPLES=OFF >"$work/log" 2>&1 &&
		cmake --build "$build" --target "$@" >"$work/log" 2>&1 && return
	cat "$work/log"
	exit 1
}

# The tests of the build's folders: one line each in the guest's /tests. The torture test does fewer
# operations than on a machine: $operations.
list_tests() { # folder...
	for folder; do
		ctest --test-dir "$build/tests/$folder" --show-only=json-v1 -LE 'torture|lab|host' \
			>"$work/list"
		cmake -DLIST="$work/list" -DBUILD="$build" -DSCRIPT="$work/script" \
			-P "$source/tests/lab/guest_tests.cmake"
		sed "s/PERCPU_TORTURE_OPERATIONS=[0-9e]*/PERCPU_TORTURE_OPERATIONS=$operations/
			s/\/torture' '[0-9e]*'\$/\/torture' '$operations'/" \
			"$work/script" >>"$work/root/tests"
	done
}

# --- the guest's files ---

copy_in() { # file: to the same path in the guest, without what only debuggers need
	mkdir -p "$work/root${1%/*}"
	[ -e "$work/root$1" ] || $triplet-strip --strip-debug -o "$work/root$1" "$1"
}

find_library() { # name
	for folder in "$build" "$lab/sysroot/lib/$triplet" "$lab/sysroot/usr/lib/$triplet" \
		"$lab/sysroot/lib"; do
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
		[ ! -e "$work/root/lib/$name" ] || continue
		cp "$(find_library "$name")" "$work/root/lib/$name"
		copy_libraries_of "$work/root/lib/$name"
	done
}

is_program() { # file
	[ "$(head -c 4 "$1" | tail -c 3)" = ELF ] && [ -x "$1" ]
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
	cp "$(find_library libgcc_s.so.1)" "$work/root/lib/libgcc_s.so.1"
}

make_init() { # "on" or "off": one instruction at a time
	cat <<EOF
#!/bin/busybox sh
/bin/busybox --install -s /bin
mkdir -p /dev /proc /sys /tmp
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
dmesg -n 1
cd /tmp
export PERCPU_TORTURE_OPERATIONS=$operations PERCPU_TEST_PATIENCE=$factor
guest_test() { # name timeout skip_code word...
	name=\$1 limit=\$(($factor * \$2)) skip=\$3
	shift 3
	timeout \$limit env "\$@" >/tmp/log 2>&1
	status=\$?
	if [ \$status = 0 ]; then
		echo "lab: passed \$name"
	elif [ \$status = \$skip ]; then
		echo "lab: skipped \$name"
	else
		tail -n 40 /tmp/log
		echo "lab: FAILED \$name, status \$status"
	fi
}
echo "lab: one instruction at a time: $1"
. /tests
echo "lab: done"
poweroff -f
EOF
}

make_initramfs() { # "on" or "off"
	mkdir -p "$work/root/bin"
	cp "$lab/sysroot/bin/busybox" "$work/root/bin/busybox"
	make_init "$1" >"$work/root/init"
	chmod +x "$work/root/init"
	(cd "$work/root" && find . | "$lab/root/bin/busybox" cpio -o -H newc 2>/dev/null) | gzip -1 >"$work/initramfs"
}

# --- the guest ---

qemu() {
	if [ -x "$lab/root/usr/bin/qemu-system-aarch64" ]; then
		LD_LIBRARY_PATH="$lab/root/usr/lib/x86_64-linux-gnu:$lab/root/lib/x86_64-linux-gnu" \
			timeout "$seconds" "$lab/root/usr/bin/qemu-system-aarch64" \
			-L "$lab/root/usr/share/qemu" "$@"
	else
		timeout "$seconds" qemu-system-aarch64 "$@"
	fi
}

# Reads what the guest writes. The monitor's command has another name in later releases; the one that
# does not exist does nothing.
watch() {
	while IFS= read -r line; do
		line=${line%"$return"}
		case $line in
		"lab: one instruction at a time: on")
			printf 'singlestep on\none-insn-per-tb on\n' >&5
			;;
		esac
		printf '%s\n' "$line"
	done
}

boot() { # processor: what the guest writes
	rm -f "$work"/monitor.*
	mkfifo "$work/monitor.in" "$work/monitor.out"
	exec 5<>"$work/monitor.in" 6<>"$work/monitor.out"
	qemu -M virt,gic-version=3 -cpu "$1" -accel tcg -smp "$cpus" -m "$memory" \
		-nodefaults -no-user-config -no-reboot -display none -serial stdio \
		-chardev pipe,id=monitor,path="$work/monitor" -mon chardev=monitor,mode=readline \
		-kernel "$lab/vmlinuz" -initrd "$work/initramfs" \
		-append "console=ttyAMA0 loglevel=4 panic=-1 nowatchdog" </dev/null 2>&1 | watch
	exec 5>&- 6>&-
}

# Some releases of QEMU lose a boot now and then; a test that fails is not tried again.
boot_until_done() { # processor
	left=$attempts
	while [ "$left" -gt 0 ]; do
		boot "$1" | tee "$work/log"
		grep -q '^lab: done$' "$work/log" && break
		grep -q '^lab: passed' "$work/log" && break
		echo "aarch64.sh: the guest did not come to its end"
		left=$((left - 1))
	done
	nr=$(wc -l <"$work/root/tests")
	passed=$(grep -c '^lab: passed ' "$work/log") || passed=0
	skipped=$(grep -c '^lab: skipped ' "$work/log") || skipped=0
	echo "aarch64.sh: $passed of $nr tests passed, $skipped skipped"
	[ "$passed" -gt 0 ] && [ $((passed + skipped)) = "$nr" ] && return
	exit 1
}

# --- all of it ---

for tool in gcc g++ strip readelf; do
	command -v $triplet-$tool >/dev/null || skip "there is no $triplet-$tool"
done
for tool in cmake ninja; do
	command -v $tool >/dev/null || skip "there is no $tool"
done
[ -e "$lab/filled" ] || fill_lab
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/root/lib"

if [ "$way" = user ]; then
	emulator=$(command -v qemu-aarch64) || skip "there is no qemu-aarch64"
	build_tests "$emulator" ops_c_O2 registers counter_fork nest_c
	PERCPU_TEST_PATIENCE=20 ctest --test-dir "$build/tests/ops" --output-on-failure \
		-R '^(ops_c_O2|ops_c_O2_fallback|registers|registers_fallback|counter_fork|nest_c)$'
	exit
fi

build_tests "" all
copy_programs ops rooms

seconds=3600 operations=1e6
list_tests ops rooms
make_initramfs off
boot_until_done max,pauth-impdef=on

# Twenty times slower.
seconds=3600 operations=1e4
: >"$work/root/tests"
list_tests ops
grep -E '^guest_test (ops_c_O2|torture|registers)(_own|_fallback)? ' "$work/root/tests" >"$work/few"
mv "$work/few" "$work/root/tests"
make_initramfs on
boot_until_done cortex-a57
