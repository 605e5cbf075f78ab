#!/bin/sh
# What gdb says of a program's per-CPU variables. It has to be what a session in docs/debugging.md shows, but for
# addresses, numbers of processes, and what depends on the machine.
# Usage: gdb.sh SESSION WAY PROGRAM DOCUMENT GDB_ARGUMENT...; exit status 77: that is not to be had here.
#	live, core, gcore	the program at stop_here(): itself, the kernel's core, gcore's core
#	attached, namespace	the same in a process that gdb comes to later; where it has other numbers
#	stripped		the program, without symbols, but with a separate debug file
#	hidden, filtered	a core without one CPU's copies; one without shared memory
#	file			the program's file: the session starts it
#	quiet			the program at all_is_quiet()
#	elsewhere_core, _gcore	a core of a child, with all files where another machine's would be
# With SHOW in the environment the session is printed as it is, to be put in the document.
# shellcheck disable=SC3045 # dash and bash know ulimit -c
set -eu
session=$1 way=$2 program=$3 document=$4
shift 4
export LC_ALL=C
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || :; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# The commands of the transcript in @document, and what is said there.
awk -v head="^\`\`\`gdb-session $session\$" '/^```/ { inside = !inside && $0 ~ head; next } inside' \
	"$document" >"$work/shown"
sed -n 's/^(gdb) //p' "$work/shown" >"$work/commands"
[ -s "$work/commands" ] || { echo "$document has no session $session" && exit 1; }
case $session${PERCPU_CONF-} in
prefork* | *shared*)
	# then all CPUs are open that are online, and the sessions have two
	[ "$(cat /sys/devices/system/cpu/online)" = 0-1 ] || { echo "needs a machine of two CPUs" && exit 77; }
	;;
esac
taskset -c 0,1 true 2>/dev/null || { echo "CPUs 0 and 1 are not to be had" && exit 77; }
cd "$work"

# Each command is printed before what it says. An error ends a batch of gdb's, unless python catches it.
commands() {
	printf 'echo ready\\n\npython print("-- begin")\n'
	while read -r command; do
		cat <<END
python
print("(gdb) $command")
try:
    gdb.execute("""$command""")
except gdb.error as error:
    print(error)
end
END
	done <commands
}

may_dump() {
	case $(cat /proc/sys/kernel/core_pattern) in
	core*) ;;
	*) echo "the kernel's cores go elsewhere" && exit 77 ;;
	esac
	ulimit -c 200000 || exit 77
}

filter=0x33
dump() { # ARGUMENT
	(
		may_dump
		echo "$filter" >/proc/self/coredump_filter
		exec "$program" "$1"
	) >ended 2>&1 || [ $? -ne 77 ] || exit 77
	[ -n "$(find . -name 'core*')" ] || { cat ended && exit 1; }
}

# The files of a program, with those of the system, below a folder; and then no more where they were.
move_to_another_machine() { # FOLDER PROGRAM FOLDER_THAT_GOES
	ldd "$2" | sed -nE 's,^[^/]*(/[^ ]*).*,\1,p' >files
	for file in "$2" $(cat files); do
		mkdir -p "$1/$(dirname "$file")"
		cp "$file" "$1/$file"
	done
	rm -r "$3"
}

elsewhere() { # core|gcore
	mkdir -p here
	cp "$program" here/
	cp "$(ldd "$program" | sed -nE 's,.*=> (/.*libpercpu[^ ]*).*,\1,p')" here/libpercpu.so.1
	program=$work/here/$(basename "$program")
	export LD_LIBRARY_PATH="$work/here"
	if [ "$1" = core ]; then
		(may_dump && exec "$program") >ended 2>&1 || exit $?
	else
		"$program" waits >worker &
		pid=$!
		until [ -s worker ]; do sleep 0.1; done
		timeout 100 gdb -batch -nx -p "$(cat worker)" -ex 'gcore core.gdb' </dev/null >ended 2>&1 || :
		kill -KILL "$(cat worker)" && wait "$pid" && pid=
	fi
	[ -n "$(find . -maxdepth 1 -name 'core*')" ] || { cat ended && echo "no core can be had" && exit 77; }
	move_to_another_machine machine "$program" here
	unset LD_LIBRARY_PATH
	program=machine/$program
	set -- core*
	core=$1
}

# Until the program, which is process $pid or below it, waits.
wait_for_word() {
	until [ -s word ] || ! kill -0 "$pid"; do sleep 0.1; done
}

core=
{
	printf 'set pagination off\nset confirm off\nset print inferior-events off\nset print thread-events off\n'
	case $way in
	live | gcore | stripped)
		printf 'break stop_here\nrun\n'
		[ "$way" != gcore ] || printf 'gcore %s/core.gdb\nkill\ncore-file %s/core.gdb\n' "$work" "$work"
		;;
	quiet) printf 'break all_is_quiet\nrun\n' ;;
	esac
	commands
} >script
case $way in
core)
	dump dies
	set -- "$@" -core core*
	;;
hidden)
	dump hides
	set -- "$@" -core core*
	;;
filtered)
	# of memory only the private (core(5))
	filter=0x31
	dump dies
	set -- "$@" -core core*
	;;
attached)
	"$program" waits >word &
	pid=$!
	wait_for_word
	set -- "$@" -p "$pid"
	;;
namespace)
	unshare --pid --fork --kill-child true 2>/dev/null || { echo "no namespaces" && exit 77; }
	unshare --pid --fork --kill-child "$program" waits >word &
	pid=$!
	wait_for_word
	set -- "$@" -p "$(tr -d " " <"/proc/$pid/task/$pid/children")"
	;;
stripped)
	name=$(basename "$program")
	cp "$program" "$name"
	objcopy --only-keep-debug "$name" "$name.debug"
	strip "$name"
	objcopy --add-gnu-debuglink="$name.debug" "$name"
	program=./$name
	;;
elsewhere_*)
	elsewhere "${way#*_}"
	set -- "$@" -iex "set sysroot $work/machine" -core "$core"
	;;
esac
timeout 100 gdb -batch -nx "$@" -x script "$program" </dev/null >out 2>&1 || :
grep -q '^-- begin' out || { cat out && echo "gdb cannot look at processes here" && exit 77; }

# What is said of the machine, and of the way.
normalised() {
	sed -E -e '/^-- begin/d' -e '/^\[(Thread debugging|New Thread|Switching to )/d' \
		-e '/^(Using host libthread_db|warning: |Reading symbols|0x[0-9a-f]+ in _start)/d' \
		-e 's/^(libpercpu has not been started).*/\1/' \
		-e '/^#0 .*fork/d' -e 's/(Breakpoint [0-9]+)\.[0-9]+/\1/' \
		-e 's/^#[0-9]+ +(0x[0-9a-f]+ in )?/# /' -e 's/0x[0-9a-f]+/0x.../g' -e 's/LWP [0-9]+/LWP N/g' \
		-e 's/ "[^"]*"\)/)/g' -e 's/process [0-9]+/process N/g' \
		-e 's,[^ (]*/([a-z]+\.c)\>,\1,g' -e 's,/[^ ]*/([a-z]+)\+,\1+,g' -e 's/( at [a-z]+\.c):[0-9]+/\1:N/g' \
		-e 's/, [0-9]+ KiB resident//' -e 's/in each [0-9]+ KiB/in each N KiB/' \
		-e 's/^backend: .*/backend: .../' -e '/^copies are shared/d' \
		-e '/^module libpercpu/d' -e 's/^module .*/module .../' -e 's/ of counted\w*$/ of counted/' \
		-e 's/^a unit of .*/a unit of .../' \
		-e 's/: [0-9]+ bytes a unit, [0-9]+ free/: some bytes/' "$1"
}
sed '1,/^-- begin/d' out >said
[ -z "${SHOW-}" ] || cat said
normalised shown >want
normalised said >have
diff want have
