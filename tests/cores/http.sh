#!/bin/sh
# Core dumps of the HTTP example, the kernel's and gdb's, beside those of the same server on atomics
# that is not linked to the library: at most a tenth larger. The time that each took is printed.
# Usage: http.sh SERVER SERVER_ALONE [rounds]. Exit status 77: neither kind of dump is to be had.
# shellcheck disable=SC3045 # dash and bash know ulimit -c
set -eu
server=$1 alone=$2 rounds=${3:-1}
export LC_ALL=C
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

# What a core may have at the most, in blocks of 512 bytes; windows would be 8 GiB for two CPUs.
limit=2000000

start() { # conf, program, argument
	rm -f out core*
	(
		ulimit -S -c "$limit" 2>/dev/null || : # the kernel may dump nothing, then
		PERCPU_CONF=$1 exec "$2" "$3" >out
	) &
	pid=$!
	for _ in $(seq 100); do
		! grep -q 'listening on' out 2>/dev/null || break
		sleep 0.1
	done
	url=http://$(sed -n 's/listening on //p' out)
	for path in / /hello /moved /missing /fail; do
		curl -s -o body "$url$path"
	done
}

now() {
	date +%s%N
}

# Both leave the core's bytes in $bytes and the milliseconds in $time.
by_gdb() {
	before=$(now)
	(
		ulimit -f "$limit"
		timeout 100 gdb -batch -nx -p "$pid" -ex 'gcore core.gdb' >gdb.log 2>&1
	)
	time=$((($(now) - before) / 1000000))
	kill -KILL "$pid"
	wait "$pid" 2>waited || :
	pid=
}

by_kernel() {
	before=$(now)
	kill -ABRT "$pid"
	wait "$pid" 2>waited || :
	time=$((($(now) - before) / 1000000))
	pid=
}

dump() { # way, name, conf, program, argument
	start "$3" "$4" "$5"
	"by_$1"
	set -- "$1" "$2" core*
	[ -s "$3" ] || {
		echo "$1: no core of $2: $(cat gdb.log 2>/dev/null || :)"
		exit 1
	}
	bytes=$(stat -c %s "$3")
	rm -f core*
	printf '%-7s %-32s %11s bytes %6s ms\n' "$1" "$2" "$bytes" "$time"
}

compare() { # way
	dump "$1" 'atomics, without the library' '' "$alone" --counters=atomic
	base=$bytes
	for conf in '' possible:256 shared:yes shared:yes,possible:256; do
		dump "$1" "percpu ${conf:-as it is}" "$conf" "$server" --counters=percpu
		[ $((10 * bytes)) -le $((11 * base)) ] || {
			echo "that is more than a tenth larger"
			exit 1
		}
	done
}

may_dump_by_gdb() {
	sleep 100 &
	pid=$!
	# shellcheck disable=SC2016 # gdb's word
	gdb -batch -nx -p "$pid" -ex 'print $pc != 0' 2>&1 | grep -q '= 1' && status=0 || status=1
	kill -KILL "$pid"
	wait "$pid" 2>waited || :
	pid=
	return "$status"
}

may_dump_by_kernel() {
	case $(cat /proc/sys/kernel/core_pattern) in
	*[/\|]* | '') return 1 ;;
	core*) (ulimit -c "$limit") 2>/dev/null ;;
	*) return 1 ;;
	esac
}

done=
for way in kernel gdb; do
	"may_dump_by_$way" || continue
	done=yes
	for _ in $(seq "$rounds"); do
		compare "$way"
	done
done
[ -n "$done" ] || exit 77
