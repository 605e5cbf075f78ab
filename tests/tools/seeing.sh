#!/bin/sh
# SPDX-License-Identifier: MIT
# The transcripts of docs/seeing.md, and what its table says of memory.
# Usage: seeing.sh DOCUMENT SEEN PERCPU_INFO; exit status 77: this machine is another one.
# shellcheck disable=SC3045 # dash and bash know ulimit -v
set -eu
document=$1 seen=$2 info=$3
export LC_ALL=C
unset PERCPU_CONF
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
taskset -c 0,1 true 2>/dev/null || { echo "CPUs 0 and 1 are not to be had" && exit 77; }
[ "$(nproc --all)" -le 4 ] || { echo "the transcripts are of a machine with few CPUs" && exit 77; }
mkdir "$work/bin"
ln -s "$info" "$work/bin/percpu-info"
ln -s "$seen" "$work/bin/seen"
cd "$work/bin"
PATH=$work/bin:$PATH

# Each command, and after it what it says. Which CPUs are online is the machine's.
awk '/^```/ { inside = !inside && /console/; next } inside' "$document" | sed 's/[()]//g; s/ *|/|/g' >"$work/want"
awk '/^```/ { inside = !inside && /console/; next } inside && sub(/^\$ /, "")' "$document" >"$work/commands"
[ -s "$work/commands" ] || { echo "$document has no transcripts" && exit 1; }
while read -r command; do
	echo "\$ $command"
	sh -c "$command" 2>&1
done <"$work/commands" | sed 's/[()]//g; s/ *|/|/g' >"$work/have"
diff "$work/want" "$work/have" || { echo "$document (<) is not what is said (>)" && exit 1; }

status=0
# between WHAT LEAST NUMBER MOST
between() {
	[ "$2" -le "$3" ] && [ "$3" -le "$4" ] && return
	echo "FAILED: $1 is $3, and not $2 to $4" >&2
	status=1
}
field() { # CONF FIELD: of /proc/self/status, in kB
	PERCPU_CONF=$1 ./seen /proc/self/status | awk -v field="$2:" '$1 == field { print $2 }'
}
window=4194304
for nr in 4 64 256; do
	between "VIRT with $nr CPUs" $((nr * window)) "$(field possible:$nr VmSize)" $(((nr + 2) * window))
done
few=$(field possible:4 VmRSS) many=$(field possible:256 VmRSS) shared=$(field possible:256,shared:yes VmRSS)
between "RSS with 4 CPUs" 500 "$few" 16000
between "RSS with 256 CPUs" 500 "$many" $((few + 1000))
between "RSS with 256 CPUs that are shared" 500 "$shared" $((few + 1000))
between "VIRT page by page" 1000 "$(field possible:256,alloc:page VmSize)" 1000000
between "page tables with 256 CPUs" 20 "$(field possible:256 VmPTE)" 400
exit $status
