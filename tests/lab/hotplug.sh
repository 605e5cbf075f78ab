#!/bin/sh
# Boots a guest of QEMU, without help by the processor, in which threads count while CPUs go offline, come
# back and are plugged in, and has the library's watcher tell of it (hotplug_watch.c). Exit status 0: nothing was
# lost, and everything was told; 77: QEMU, a kernel or a compiler cannot be had here.
#
# Usage: hotplug.sh [-k SUITE] nodes|many BUILD
#        hotplug.sh [-k SUITE] aarch64 SOURCE BUILD
#
#	-k	the Debian release whose kernel it is: trixie (6.12), unless another is named
#	nodes	8 CPUs on 4 nodes at different distances, of which the last has no memory, and a fifth node without
#		CPUs; a ninth CPU is plugged in and out. numa_local says where copies lie
#	many	64 CPUs on 8 nodes
#	aarch64	4 CPUs, of which any may go; the library is built in BUILD
#
# A guest has less than a gigabyte of memory, and takes one to four minutes.
set -eu
me=hotplug.sh
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/lab.sh"
suite=trixie seconds=400
while getopts k: option; do
	case $option in
	k) suite=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
shape=$1 arch=amd64
[ "$shape" != aarch64 ] || arch=arm64

# --- machines ---

# node NODE MEMORY SOCKET...: a node with the CPUs of these sockets; MEMORY in MiB, 0: none
node() {
	node=$1 memory=
	if [ "$2" != 0 ]; then
		echo "-object memory-backend-ram,id=m$1,size=${2}M"
		memory=,memdev=m$1
	fi
	echo "-numa node,nodeid=$1$memory"
	shift 2
	for socket; do
		echo "-numa cpu,node-id=$node,socket-id=$socket"
	done
}

# distances NODES: 10 + 10 for each step from one to the other, when all nodes are known
distances() {
	for node in $(seq 0 $(($1 - 1))); do
		for other in $(seq $((node + 1)) $(($1 - 1))); do
			echo "-numa dist,src=$node,dst=$other,val=$((10 + 10 * (other - node)))"
		done
	done
}

machine() {
	case $shape in
	nodes)
		echo "-smp 8,sockets=6,cores=2,maxcpus=12 -m 640"
		# of a hypervisor that is known a kernel takes CPUs that come later
		echo "-smbios type=1,serial=VMware-lab"
		node 0 256 0 4 5
		node 1 128 1
		node 2 128 2
		node 3 0 3
		node 4 128
		distances 5
		;;
	many)
		echo "-smp 64,sockets=8,cores=8 -m 960"
		for nr in $(seq 0 7); do
			node "$nr" 120 "$nr"
		done
		distances 8
		;;
	aarch64) echo "-smp 4 -m 512" ;;
	esac
}

# --- what runs there ---

hot_added=max-x86_64-cpu,socket-id=4,core-id=0,thread-id=0,hypervisor=off

commands() {
	case $shape in
	nodes)
		echo "$build/tests/lab/numa_local 1"
		echo "$build/tests/lab/hotplug_watch 100 3 7 $hot_added"
		;;
	many) echo "$build/tests/lab/hotplug_watch 20 1 8" ;;
	aarch64) echo "$build/tests/lab/hotplug_watch_static 100 3 3" ;;
	esac
}

make_init() {
	begin_init
	echo "mkdir -p /sys/fs/cgroup; export PERCPU_TEST_PATIENCE=2"
	echo "echo \"lab: runs, \$(uname -r), CPUs \$(cat /sys/devices/system/cpu/online)\""
	commands | while read -r line; do
		echo "$line 2>&1; echo \"lab: status \$?\""
	done
	# no more than that is wanted of the guest
	echo "echo 'lab: done'; echo 'lab: monitor quit'; sleep 5; poweroff -f"
}

build_for_aarch64() {
	for tool in aarch64-linux-gnu-gcc aarch64-linux-gnu-g++ aarch64-linux-gnu-strip cmake ninja; do
		command -v $tool >/dev/null || skip "there is no $tool"
	done
	sysroot=$lab/sysroot-arm64
	if [ ! -d "$sysroot" ]; then
		sh "$source/cmake/aarch64-sysroot.sh" "$sysroot.new"
		mv "$sysroot.new" "$sysroot"
	fi
	leave_lab_alone
	strip=aarch64-linux-gnu-strip
	cmake -S "$source" -B "$build" -G Ninja -DCMAKE_TOOLCHAIN_FILE=cmake/aarch64.cmake \
		-DPERCPU_SYSROOT="$sysroot" -DPERCPU_TESTS=ON -DPERCPU_BENCH=OFF \
		-DPERCPU_EXAMPLES=OFF >"$work/log" 2>&1 &&
		cmake --build "$build" --target hotplug_watch_static >"$work/log" 2>&1 && return
	cat "$work/log"
	exit 1
}

fill_lab "$arch"
kernel_of "$arch" "$suite"
begin_root
if [ "$shape" = aarch64 ]; then
	source=$2 build=$3
	build_for_aarch64
else
	build=$2
	mkdir -p "$root/lib/x86_64-linux-gnu"
	# glibc opens it when a thread ends
	cp -L "$(gcc -print-file-name=libgcc_s.so.1)" "$root/lib/x86_64-linux-gnu/"
	# it has libnuma, which the library asks how far nodes are
	copy_with_libraries "$build/tests/lab/numa_local"
fi
leave_lab_alone
# shellcheck disable=SC2013 # paths of a build, without blanks
for file in $(commands | cut -d' ' -f1); do
	copy_with_libraries "$file"
done
make_init | make_initramfs "$arch"
case $shape in
nodes) processor=max,-hypervisor ;;
many) processor=max accel=tcg,thread=single ;;
aarch64) processor=max,pauth-impdef=on ;;
esac
# shellcheck disable=SC2046 # a list of arguments
boot_until_done "$arch" "$processor" $(machine)
[ "$(grep -c '^lab: status 0$' "$work/log")" = "$(commands | wc -l)" ] &&
	grep -q '^lab: done$' "$work/log"
