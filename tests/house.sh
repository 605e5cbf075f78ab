#!/bin/sh
# A file of src/ includes only headers of its own floor or of one below (docs/design.md, section 9).
# What is in arch/ is on the ground floor.
# Usage: house.sh SOURCE_FOLDER
set -eu
cd "$1/src"
floors='
1 affinity bitmap copy_op fault fence futex layout lock log mem mem_libc pause pointer signals small_file symbol
2 alloc_info area_block area_map coord mark max_tree preempt_test rseq_area self slot topology topology_hwloc topology_numa vm vm_resident
3 chunk cpu_lock embed first_chunk hold local_lock operation page pin section slow tier unit
4 alloc cache conf debug debug_record find misuse module redzone setup share
5 counter leak percpu stats'

floor_of() { # name
	echo "$floors" | awk -v name="$1" '{ for (i = 2; i <= NF; i++) if ($i == name) print $1 }'
}

status=0
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
