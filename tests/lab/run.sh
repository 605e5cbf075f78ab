#!/bin/sh
# Boots a guest with 4 NUMA nodes and 8 CPUs under QEMU, without help by the processor, and runs
# programs in it, one after the other. Exit status 0: each of them ended with 0; 77: QEMU or a kernel
# cannot be had here.
# Usage: run.sh PROGRAM... [-- FILE...]    all by absolute path, which they have in the guest too
#
# QEMU, a kernel and busybox are Debian packages, taken from where this machine's apt takes its own,
# and unpacked in a folder of their own (PERCPU_LAB); nothing is installed.
set -eu
lab=${PERCPU_LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/percpu-lab-numa}
nodes=4 cpus_of_node=2 memory_of_node=384
attempts=3 seconds=400

skip() {
	echo "run.sh: $1"
	exit 77
}

# --- the lab ---

download() { # package...: into $lab/debs
	(cd "$lab/debs" && apt-get -qq download "$@") >"$lab/apt.log" 2>&1 && return
	cat "$lab/apt.log"
	skip "apt cannot download $*"
}

unpack() { # package...: into $lab/root
	download "$@"
	for package; do
		for deb in "$lab/debs/${package%%:*}"_*.deb; do
			dpkg -x "$deb" "$lab/root"
		done
	done
}

# QEMU and what of its libraries is missing on this machine.
packages_of_qemu() {
	apt-get install -s --no-install-recommends qemu-system-x86 | sed -n 's/^Inst \([^ ]*\) .*/\1/p'
}

# The package that is the kernel, behind the one that only names the newest.
package_of_kernel() {
	apt-cache depends linux-image-cloud-amd64 |
		sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1
}

fill_lab() {
	if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
		skip "this is no Debian system"
	fi
	rm -rf "$lab/debs" "$lab/root"
	mkdir -p "$lab/debs" "$lab/root"
	if ! command -v qemu-system-x86_64 >/dev/null; then
		qemu=$(packages_of_qemu) || qemu=
		[ -n "$qemu" ] || skip "apt knows no qemu-system-x86"
		# shellcheck disable=SC2086 # a list of words
		unpack $qemu
	fi
	kernel=$(package_of_kernel) || kernel=
	[ -n "$kernel" ] || skip "apt knows no linux-image-cloud-amd64"
	unpack "$kernel" busybox-static
	cp "$lab"/root/boot/vmlinuz-* "$lab/vmlinuz"
	cp "$lab/root/bin/busybox" "$lab/busybox"
	rm -rf "$lab/debs"
	: >"$lab/filled"
}

# --- the guest's files ---

copy_in() { # file: to the same path in the guest, links followed
	mkdir -p "$work/root${1%/*}"
	[ -e "$work/root$1" ] || cp -L "$1" "$work/root$1"
}

copy_with_libraries() {
	copy_in "$1"
	ldd "$1" | sed -n 's/^.*[[:space:]]\(\/[^ ]*\) (0x.*$/\1/p' | while read -r library; do
		copy_in "$library"
	done
}

make_init() { # program...
	cat <<'EOF'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mkdir -p /tmp
dmesg -n 1
EOF
	for program; do
		echo "echo 'lab: runs $program'; '$program' 2>&1; echo \"lab: status \$?\""
	done
	echo "echo 'lab: done'; poweroff -f"
}

make_initramfs() { # program...
	mkdir -p "$work/root/bin" "$work/root/dev" "$work/root/proc" "$work/root/sys"
	cp "$lab/busybox" "$work/root/bin/busybox"
	make_init "$@" >"$work/root/init"
	chmod +x "$work/root/init"
	(cd "$work/root" && find . | "$lab/busybox" cpio -o -H newc 2>/dev/null) >"$work/initramfs"
}

# --- the guest ---

numa_arguments() {
	for node in $(seq 0 $((nodes - 1))); do
		first=$((node * cpus_of_node))
		echo "-object memory-backend-ram,id=m$node,size=${memory_of_node}M"
		echo "-numa node,nodeid=$node,memdev=m$node,cpus=$first-$((first + cpus_of_node - 1))"
	done
	# only when all nodes are known
	for node in $(seq 0 $((nodes - 1))); do
		for other in $(seq $((node + 1)) $((nodes - 1))); do
			echo "-numa dist,src=$node,dst=$other,val=20"
		done
	done
}

qemu() {
	if [ -x "$lab/root/usr/bin/qemu-system-x86_64" ]; then
		LD_LIBRARY_PATH="$lab/root/usr/lib/x86_64-linux-gnu:$lab/root/lib/x86_64-linux-gnu" \
			timeout "$seconds" "$lab/root/usr/bin/qemu-system-x86_64" \
			-L "$lab/root/usr/share/qemu" -L "$lab/root/usr/share/seabios" "$@"
	else
		timeout "$seconds" qemu-system-x86_64 "$@"
	fi
}

boot() { # what the guest writes
	# shellcheck disable=SC2046 # a list of arguments
	qemu -M q35 -cpu max -accel tcg -smp $((nodes * cpus_of_node)),sockets=$nodes \
		-m $((nodes * memory_of_node)) $(numa_arguments) \
		-nodefaults -no-user-config -no-reboot -display none -serial stdio \
		-kernel "$lab/vmlinuz" -initrd "$work/initramfs" \
		-append "console=ttyS0 loglevel=4 panic=-1 nowatchdog" </dev/null 2>&1 | tr -d '\r'
}

# --- all of it ---

[ -e "$lab/filled" ] || fill_lab
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
programs='' nr=0 run=1
for file; do
	if [ "$file" = -- ]; then
		run=0
		continue
	fi
	copy_with_libraries "$file"
	[ $run = 0 ] || { programs="$programs $file" nr=$((nr + 1)); }
done
# shellcheck disable=SC2086 # none of them has a blank
make_initramfs $programs

# Some releases of QEMU lose a boot now and then; a program that fails is not tried again.
while [ $attempts -gt 0 ]; do
	boot | tee "$work/log"
	grep -q '^lab: done$' "$work/log" && break
	echo "run.sh: the guest did not come to its end"
	attempts=$((attempts - 1))
done
[ "$(grep -c '^lab: status 0$' "$work/log")" = "$nr" ] && grep -q '^lab: done$' "$work/log"
