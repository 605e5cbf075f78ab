#!/bin/sh
# A file of src/ includes only headers of its own floor or of one below. The floors are here and in
# the table of docs/design.md, section 9, which must name the same rooms. What is in arch/ is on the
# ground floor.
# Usage: house.sh SOURCE_FOLDER
set -eu
cd "$1/src"
floors='
1 affinity arch/ bitmap copy_op fault fence futex layout lock log mem mem_libc pause pointer signals small_file symbol
2 alloc_info area_block area_map coord mark max_tree preempt_test rseq_area self slot topology topology_hwloc topology_numa vm vm_resident
3 chunk cpu_lock embed first_chunk hold local_lock operation page pin section slow tier unit
4 alloc cache conf debug debug_record find misuse module redzone setup share
5 counter leak percpu stats'

floor_of() { # name
	echo "$floors" | awk -v name="$1" '{ for (i = 2; i <= NF; i++) if ($i == name) print $1 }'
}

rooms() { # a line each: floor, name
	awk '{ for (i = 2; i <= NF; i++) print $1, $i }' | LC_ALL=C sort
}

status=0
here=$(echo "$floors" | rooms)
documented=$(sed -n 's/^| \([0-9]\)[^|]*| \(.*\) |$/\1 \2/p' ../docs/design.md | tr -d '`,' | rooms)
if [ "$here" != "$documented" ]; then
	echo "docs/design.md and $0 differ in these (floor and name):" >&2
	printf '%s\n' "$here" "$documented" | LC_ALL=C sort | uniq -u >&2
	status=1
fi

checked=0
for file in *.c *.h; do
	room=${file%.*}
	floor=$(floor_of "$room")
	if [ -z "$floor" ]; then
		echo "$file has no floor: add it here and in docs/design.md" >&2
		status=1
		continue
	fi
	for header in $(sed -n 's/^#include "\([^/]*\)\.h"$/\1/p' "$file"); do
		below=$(floor_of "$header")
		checked=$((checked + 1))
		if [ -z "$below" ] || [ "$below" -gt "$floor" ]; then
			echo "$file (floor $floor) includes $header.h (floor ${below:-none})" >&2
			status=1
		fi
	done
done
echo "$checked includes checked"
[ "$checked" -gt 0 ] || status=1
exit $status
