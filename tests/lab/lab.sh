# shellcheck shell=sh disable=SC2154 # the script has set more
# lab.sh - what the lab's scripts share: Debian's kernels, C libraries and QEMU, unpacked in a folder of
# their own, and guests that run programs of this machine. Sourced; the script has set "me", its name,
# and "set -eu".
#
# Packages are taken from where this machine's apt takes its own, of any release that is there, and
# with a state of apt of their own: nothing is installed, and this machine's lists stay as they are.
# They lie in $PERCPU_LAB, or in ~/.cache/libpercpu-lab, until somebody removes them.
lab=${PERCPU_LAB:-${XDG_CACHE_HOME:-$HOME/.cache}/libpercpu-lab}
attempts=3
return=$(printf '\r')

skip() {
	echo "$me: $1"
	exit 77
}

# --- packages ---

find_archive() {
	for tool in apt-get dpkg-deb; do
		command -v $tool >/dev/null || skip "this is no Debian system"
	done
	mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
		awk '$2 !~ /-/ { print $1; exit }')
	[ -n "$mirror" ] || skip "apt knows no archive"
}

# apt_of ARCH "SUITE..." STATUS TOOL ARGUMENT...: TOOL is get or cache. A mirror may be a frozen copy,
# with a date that is long past; its signature is checked all the same.
apt_of() {
	state=$lab/apt/$1-$(echo "$2" | tr ' ' -)
	mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
	for suite in $2; do
		echo "deb [arch=$1 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
			"$mirror $suite main"
	done >"$state/sources.list"
	cat "$3" >"$state/status"
	cat >"$state/apt.conf" <<EOF2
APT::Architecture "$1";
APT::Architectures { "$1"; };
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Check-Valid-Until "false";
Dir::State "$state";
Dir::State::status "$state/status";
Dir::Cache "$state/cache";
Dir::Etc::SourceList "$state/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
EOF2
	if [ ! -e "$state/updated" ]; then
		APT_CONFIG=$state/apt.conf apt-get -qq update >"$lab/apt.log" 2>&1 || return 1
		: >"$state/updated"
	fi
	tool=$4
	shift 4
	APT_CONFIG=$state/apt.conf "apt-$tool" "$@"
}

# unpack_into FOLDER ARCH "SUITE..." PACKAGE...
unpack_into() {
	folder=$1 arch=$2 suites=$3
	shift 3
	rm -rf "$lab/debs"
	mkdir -p "$lab/debs" "$folder"
	(cd "$lab/debs" && apt_of "$arch" "$suites" /dev/null get -qq download "$@") \
		>"$lab/apt.log" 2>&1 || {
		cat "$lab/apt.log"
		skip "apt cannot download $* of $suites"
	}
	for deb in "$lab/debs"/*.deb; do
		dpkg-deb -x "$deb" "$folder"
	done
	rm -rf "$lab/debs"
}

# first_dependency ARCH SUITE PACKAGE PREFIX: the first package that PACKAGE needs whose name so begins
first_dependency() {
	apt_of "$1" "$2" /dev/null cache depends "$3" 2>/dev/null |
		awk -v prefix="^$4" '$1 == "Depends:" && $2 ~ prefix { print $2; exit }'
}

# kernel_of ARCH SUITE: sets kernel. The package of the newest only names it; and from 7.x on the one
# that is named so holds dependencies only, and another one the kernel, under usr/lib/modules.
kernel_of() {
	kernel=$lab/kernel-$2-$1
	[ ! -s "$kernel" ] || return 0
	image=$(first_dependency "$1" "$2" "linux-image-cloud-$1" linux-image-)
	[ -n "$image" ] || skip "$2 has no linux-image-cloud-$1"
	binary=$(first_dependency "$1" "$2" "$image" linux-binary-)
	unpack_into "$lab/unpacked" "$1" "$2" "${binary:-$image}"
	find "$lab/unpacked" -type f -name 'vmlinuz*' -exec cp {} "$kernel.new" \;
	rm -rf "$lab/unpacked"
	mv "$kernel.new" "$kernel"
}

# libc_of ARCH SUITE: sets libc, a folder with that release's C library in it
libc_of() {
	libc=$lab/libc-$2-$1
	[ ! -d "$libc" ] || return 0
	unpack_into "$libc.new" "$1" "$2" libc6
	mv "$libc.new" "$libc"
}

# QEMU, and what of its libraries is missing here. The one of Debian 12 loses about one boot in nine of
# a kernel of 6.12.
unpack_qemu() {
	# shellcheck disable=SC1091 # the system's
	release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	suites=$release target=
	[ "$release" != bookworm ] || suites="$release $release-backports" target=-tbookworm-backports
	packages=$(apt_of "$(dpkg --print-architecture)" "$suites" /var/lib/dpkg/status get install -s \
		--no-install-recommends $target qemu-system-x86 qemu-system-arm |
		sed -n 's/^Inst \([^ ]*\) .*/\1/p' | grep -v -e ^qemu-user -e ^ipxe) || packages=
	[ -n "$packages" ] || skip "apt knows no QEMU"
	mkdir -p "$lab/debs"
	# shellcheck disable=SC2086 # lists of words
	(cd "$lab/debs" && apt_of "$(dpkg --print-architecture)" "$suites" /var/lib/dpkg/status \
		get -qq $target download $packages) >"$lab/apt.log" 2>&1 || {
		cat "$lab/apt.log"
		skip "apt cannot download QEMU"
	}
	for deb in "$lab/debs"/*.deb; do
		dpkg-deb -x "$deb" "$lab/qemu.new"
	done
	rm -rf "$lab/debs"
	mv "$lab/qemu.new" "$lab/qemu"
}

# fill_lab ARCH: QEMU, and busybox for this machine's work and for guests. One script at a time.
fill_lab() {
	mkdir -p "$lab"
	exec 9>"$lab/lock"
	flock 9
	find_archive
	command -v qemu-system-x86_64 >/dev/null && command -v qemu-system-aarch64 >/dev/null ||
		[ -d "$lab/qemu" ] || unpack_qemu
	for arch in "$(dpkg --print-architecture)" "$1"; do
		[ ! -x "$lab/busybox-$arch" ] || continue
		unpack_into "$lab/unpacked" "$arch" bookworm busybox-static
		find "$lab/unpacked" -type f -path '*/bin/busybox' -exec mv {} "$lab/busybox-$arch" \;
		rm -rf "$lab/unpacked"
	done
}

# The lab is filled: others may go on.
leave_lab_alone() {
	exec 9>&-
}

# --- the guest's files: below $root ---

begin_root() {
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	root=$work/root
	mkdir -p "$root/bin" "$root/lib" "$root/dev" "$root/proc" "$root/sys" "$root/tmp"
}

# copy_in FILE: to the same path in the guest, links followed, without what only debuggers need
copy_in() {
	mkdir -p "$root${1%/*}"
	[ -e "$root$1" ] || ${strip:-strip} --strip-debug -o "$root$1" "$1" 2>/dev/null ||
		cp -L "$1" "$root$1"
}

# The libraries that ldd lists, from standard input.
copy_listed() {
	sed -n 's/^.*[[:space:]]\(\/[^ ]*\) (0x.*$/\1/p' | sort -u |
		while read -r library; do
			copy_in "$library"
		done
}

# copy_with_libraries FILE...
copy_with_libraries() {
	for file; do
		copy_in "$file"
	done
	ldd "$@" 2>/dev/null | copy_listed
}

# Without another process: folders have hundreds of files.
is_program() { # file
	[ -x "$1" ] && IFS= read -r first_line <"$1" 2>/dev/null && [ -z "${first_line##?ELF*}" ]
}

# replace_libc FOLDER: the guest's C library by that of another release
replace_libc() {
	find "$1" -path '*/gconv' -prune -o -name '*.so*' -print | while read -r file; do
		name=${file##*/}
		for folder in "$root/lib/x86_64-linux-gnu" "$root/lib64"; do
			[ ! -e "$folder/$name" ] || cp -L "$file" "$folder/$name"
		done
	done
}

# list_tests BUILD FOLDER...: the tests of these folders of a build, a line each in the guest's /tests.
# Those labelled host are about no kernel. The torture test does fewer operations than on a machine: $operations.
list_tests() {
	build=$1
	shift
	: >>"$root/tests"
	for folder; do
		ctest --test-dir "$build/$folder" --show-only=json-v1 -LE 'torture|lab|host' >"$work/list"
		cmake -DLIST="$work/list" -DBUILD="$build" -DSCRIPT="$work/script" \
			-P "$(dirname "$0")/guest_tests.cmake"
		sed "s/PERCPU_TORTURE_OPERATIONS=[0-9e]*/PERCPU_TORTURE_OPERATIONS=$operations/
			s/\/torture' '[0-9e]*'\$/\/torture' '$operations'/" \
			"$work/script" >>"$root/tests"
	done
}

begin_init() {
	cat <<'EOF2'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mkdir -p /dev /proc /sys /tmp
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mkdir -p /dev/shm
mount -t tmpfs shm /dev/shm
dmesg -n 1
cd /tmp
export PATH=/bin HOME=/tmp
EOF2
}

# make_tests_init on|off: what runs /tests; one instruction at a time, or as QEMU likes it
make_tests_init() {
	begin_init
	cat <<EOF2
mkdir -p /sys/fs/cgroup
mount -t cgroup2 cgroup /sys/fs/cgroup && echo +memory >/sys/fs/cgroup/cgroup.subtree_control
export PERCPU_TORTURE_OPERATIONS=$operations PERCPU_TOOLKIT_OPERATIONS=$operations
export PERCPU_TEST_PATIENCE=$factor
guest_test() { # name timeout skip_code skip_saying word...
	name=\$1 limit=\$(($factor * (\$2 < 300 ? \$2 : 300))) skip=\$3 saying=\$4
	shift 4
	begin=\$(date +%s)
	timeout \$limit env "\$@" >/tmp/log 2>&1
	status=\$?
	took=\$((\$(date +%s) - begin))
	if [ \$status = \$skip ] || { [ "\$saying" ] && grep -q -e "\$saying" /tmp/log; }; then
		echo "lab: skipped \$name"
	elif [ \$status = 0 ]; then
		echo "lab: passed \$name, \$took s"
	else
		tail -n 40 /tmp/log
		echo "lab: FAILED \$name, status \$status, \$took s of \$limit"
	fi
}
echo "lab: \$(uname -r), \$(nproc) CPUs, one instruction at a time: $1"
[ "$1" = off ] || echo "lab: one instruction at a time"
. /tests
echo "lab: done"
poweroff -f
EOF2
}

# make_initramfs ARCH: of $root, with the init from standard input. Not compressed: an emulated processor
# takes longer to undo that than all the rest of its boot.
make_initramfs() {
	cp "$lab/busybox-$1" "$root/bin/busybox"
	cat >"$root/init"
	chmod +x "$root/init"
	(cd "$root" && find . | "$lab/busybox-$(dpkg --print-architecture)" cpio -o -H newc 2>/dev/null) \
		>"$work/initramfs"
}

# --- the guest ---

qemu() { # processor's name, argument...
	name=qemu-system-$1
	shift
	if [ -d "$lab/qemu" ]; then
		LD_LIBRARY_PATH="$lab/qemu/usr/lib/x86_64-linux-gnu:$lab/qemu/lib/x86_64-linux-gnu" \
			timeout "$seconds" "$lab/qemu/usr/bin/$name" -L "$lab/qemu/usr/share/qemu" \
			-L "$lab/qemu/usr/share/seabios" "$@"
	else
		timeout "$seconds" "$name" "$@"
	fi
}

# Reads what the guest writes. The monitor's command has another name in older releases; the one that
# does not exist does nothing. Commands of the guest's own are for machines that change while they run.
watch() {
	while IFS= read -r line; do
		line=${line%"$return"}
		case $line in
		"lab: one instruction at a time")
			printf 'singlestep on\none-insn-per-tb on\n' >&5
			;;
		"lab: monitor "*)
			printf '%s\n' "${line#lab: monitor }" >&5
			;;
		esac
		printf '%s\n' "$line"
	done
}

# boot ARCH PROCESSOR ARGUMENT...: what the guest writes. ARGUMENTs are QEMU's: CPUs, memory, nodes.
# $accel, if it is set: of more than 16 CPUs one host thread makes more than many do.
boot() {
	case $1 in
	amd64) system=x86_64 machine=q35 tty=ttyS0 ;;
	arm64) system=aarch64 machine=virt,gic-version=3 tty=ttyAMA0 ;;
	esac
	processor=$2
	shift 2
	rm -f "$work"/monitor.*
	mkfifo "$work/monitor.in" "$work/monitor.out"
	exec 5<>"$work/monitor.in" 6<>"$work/monitor.out"
	qemu "$system" -M "$machine" -cpu "$processor" -accel "${accel:-tcg}" "$@" \
		-nodefaults -no-user-config -no-reboot -display none -serial stdio \
		-chardev pipe,id=monitor,path="$work/monitor" -mon chardev=monitor,mode=readline \
		-kernel "$kernel" -initrd "$work/initramfs" \
		-append "console=$tty loglevel=4 panic=-1 nowatchdog no_timer_check" </dev/null 2>&1 | watch
	exec 5>&- 6>&-
}

# boot_until_done ARCH PROCESSOR ARGUMENT...: the same, into $work/log too. A boot may get lost; what
# has begun is not tried again.
boot_until_done() {
	left=$attempts
	while [ "$left" -gt 0 ]; do
		boot "$@" | tee "$work/log"
		! grep -q -e '^lab: done$' -e '^lab: passed' -e '^lab: runs' "$work/log" || return 0
		echo "$me: the guest did not come to its beginning"
		left=$((left - 1))
	done
}

# Whether every test of the guest's list passed, or was not for it.
all_passed() {
	nr=$(grep -c . "$root/tests") || nr=0
	passed=$(grep -c '^lab: passed ' "$work/log") || passed=0
	skipped=$(grep -c '^lab: skipped ' "$work/log") || skipped=0
	echo "$me: $passed of $nr tests passed, $skipped skipped"
	[ "$passed" -gt 0 ] && [ $((passed + skipped)) = "$nr" ]
}
