# shellcheck shell=sh disable=SC2154 # packages.sh and lab.sh have set more
# guest.sh - a kernel of a pinned package under QEMU, for findings about kernels. Sourced, after the
# script has set "me", its name, and "set -eu". Needs what tests/lab needs.
#
# guest SUITE PACKAGE=VERSION PROGRAM ARGUMENT...: boots that kernel with the static PROGRAM as all that
# there is. ARGUMENTs are QEMU's. Prints what it writes behind "fact: ". A line "lab: monitor COMMAND" that it writes to
# its console is one for QEMU.
# shellcheck source=findings/packages.sh
. "$(dirname "$0")/packages.sh"
seconds=120
# shellcheck source=tests/lab/lab.sh
. "$(dirname "$0")/../tests/lab/lab.sh"
begin_guests() {
	fill_lab amd64
	leave_lab_alone
	begin_root
}

guest() {
	name=${2%%=*}
	[ -d "$work/$name" ] || unpack "$work/$name" "$1" "$2" >&2
	kernel=$(find "$work/$name/root" -type f -name 'vmlinuz*')
	cp "$3" "$root/init"
	shift 3
	(cd "$root" && find . | "$lab/busybox-amd64" cpio -o -H newc 2>/dev/null) >"$work/initramfs"
	boot amd64 max,-hypervisor -m 512 -smbios type=1,serial=VMware-lab "$@" | tee "$work/log" |
		sed -n 's/^fact: //p'
	grep -q '^fact: done$' "$work/log" || { cat "$work/log" && exit 2; }
}

# expect SUITE PACKAGE=VERSION PROGRAM ARGUMENT... <TEXT: the same, and whether it is that text.
expect() {
	cat >"$work/expected"
	echo "--- ${2%%=*} ${2#*=}"
	guest "$@" | tee "$work/found" | grep -v '^done$'
	grep -v '^done$' "$work/found" | diff "$work/expected" - || changed=1
}
# shellcheck disable=SC2034 # the script's exit status
changed=0
