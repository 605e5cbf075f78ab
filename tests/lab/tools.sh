#!/bin/sh
# SPDX-License-Identifier: MIT
# What percpu-info and percpu-stat say on this kernel, beside what it says itself. For guests, which have a
# shell and no python; elsewhere tests/tools asks for more.
# Usage: tools.sh PERCPU_INFO PERCPU_STAT STAT_WATCHED
set -eu
info=$1 stat=$2 watched=$3
export LC_ALL=C
unset PERCPU_CONF
work=$(mktemp -d)
pid='' status=0
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$work"' EXIT

# is WHAT WANTED GOT
is() {
	[ "$2" = "$3" ] || {
		echo "FAILED: $1: $3 instead of $2"
		status=1
	}
}

# value NAME FILE: what the first line with that name has
value() {
	sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}$/\1/p" "$2" | head -n 1
}

# --- percpu-info ---
"$info" --json >"$work/json"
for which in possible present online; do
	is "CPUs that are $which" "$(cat /sys/devices/system/cpu/$which)" \
		"$(sed -n "/\"$which\": {/,/}/p" "$work/json" | sed -n 's/.*"list": "\(.*\)".*/\1/p')"
done
is release "$(uname -r)" "$(value release "$work/json")"
# a kernel that has rseq, and is asked for what it has
is tier rseq "$(value tier "$work/json")"
is "tier that is asked for" fallback \
	"$(PERCPU_CONF=backend:fallback "$info" --json >"$work/fallback" && value tier "$work/fallback")"
"$info" >"$work/text"
is "the text's tier" rseq "$(sed -n 's/^backend \([a-z]*\): .*/\1/p' "$work/text")"

# --- percpu-stat ---
mkfifo "$work/in" "$work/out"
"$watched" <"$work/in" >"$work/out" &
pid=$!
exec 3>"$work/in" 4<"$work/out"

# makes LINE...: the process does that, and has done it
makes() {
	for line; do
		echo "$line" >&3
		read -r answer <&4
		is "$line" ok "$answer"
	done
}
makes "alloc 100 16" "alloc 10 1000" "free 4" "count 1000" visit
"$stat" --json "$pid" >"$work/json"
for pair in pid:$pid tier:rseq child:false allocations:110 frees:4 live_areas:106 live_bytes:7600 holds:1; do
	is "${pair%:*}" "${pair#*:}" "$(value "${pair%:*}" "$work/json")"
done
makes "threads 4"
"$stat" --json "$pid" >"$work/json"
is "allocations, later" 4110 "$(value allocations "$work/json")"
"$stat" --json --all >"$work/all"
is "it among all" 1 "$(grep -c "\"pid\": $pid," "$work/all")"
"$stat" --openmetrics "$pid" >"$work/metrics"
is "the last line" "# EOF" "$(tail -n 1 "$work/metrics")"
"$stat" -c 2 -i 0.1 "$pid" >"$work/lines"
is "lines" 2 "$(grep -c "^ *$pid " "$work/lines")"

echo fork >&3
read -r child <&4
"$stat" --json "$child" >"$work/json"
is "a child" true "$(value child "$work/json")"
is "its areas" 106 "$(value live_areas "$work/json")"
exec 3>&- 4<&-
wait "$pid" || :
pid=''
exit $status
