#!/bin/sh
# What gdb says of a program's per-CPU variables: of a live process, of the kernel's core and of gcore's.
# It has to be what docs/debugging.md shows, but for addresses and numbers of threads.
# Usage: gdb.sh live|core|gcore PROGRAM DOCUMENT GDB_ARGUMENT...; exit status 77: that is not to be had here.
# shellcheck disable=SC3045 # dash and bash know ulimit -c
set -eu
way=$1 program=$2 document=$3
shift 3
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# The commands of the transcript in @document, and what is said there.
awk '/^```/ { inside = !inside && /gdb-session/; next } inside' "$document" >"$work/shown"
sed -n 's/^(gdb) //p' "$work/shown" >"$work/commands"
[ -s "$work/commands" ] || { echo "$document has no session" && exit 1; }

# Each command is printed before what it says. An error ends a batch of gdb's, unless python catches it.
{
	echo 'set pagination off'
	[ "$way" != live ] && [ "$way" != gcore ] || printf 'break stop_here\nrun\n'
	[ "$way" != gcore ] || printf 'gcore %s/core.gdb\nkill\ncore-file %s/core.gdb\n' "$work" "$work"
	echo 'python print("-- begin")'
	while read -r command; do
		cat <<END
python
print("(gdb) $command")
try:
    gdb.execute("$command")
except gdb.error as error:
    print(error)
end
END
	done <"$work/commands"
} >"$work/script"

taskset -c 0,1 true 2>/dev/null || { echo "CPUs 0 and 1 are not to be had" && exit 77; }
cd "$work"
case $way in
live | gcore) ;;
core)
	case $(cat /proc/sys/kernel/core_pattern) in
	core*) ;;
	*) echo "the kernel's cores go elsewhere" && exit 77 ;;
	esac
	(ulimit -c 200000 && exec "$program" dies) >ended 2>&1 && exit 1 || [ $? -ne 77 ] || exit 77
	set -- "$@" -core core*
	;;
esac
timeout 100 gdb -batch -nx "$@" -x script "$program" </dev/null >out 2>err || :
grep -q '^-- begin' out || { cat out err && echo "gdb cannot look at processes here" && exit 77; }
grep -v "warning: " err || :

normalised() {
	sed -E -e '/^-- begin/d' -e 's/0x[0-9a-f]+/0x.../g' -e 's/thread [0-9]+/thread N/' \
		-e 's/^backend: .*/backend: .../' -e 's/: [0-9]+ bytes a unit, [0-9]+ free/: some bytes/' "$1"
}
normalised shown >want
sed '1,/^-- begin/d' out >said
normalised said >have
diff want have
