#!/bin/sh
# symbols.sh OUTPUT PREFIX OBJECT...: which room defines and which uses which global symbol of the
# library: "ROOM D NAME" and "ROOM U NAME", a line each, in OUTPUT. A room is an object's path behind PREFIX, without its
# endings. Public names are left out: the public headers stand between them and their users.
set -eu
output=$1 prefix=$2
shift 2
for object; do
	room=${object#*"$prefix"}
	room=${room#./}
	room=${room%.o}
	room=${room%.*}
	nm "$object" | awk -v room="$room" '
		$NF ~ /^(__)?percpu_/ || $NF == "__per_cpu_offset" { next }
		$(NF - 1) ~ /^[TDBRVWC]$/ { print room, "D", $NF }
		$(NF - 1) ~ /^[Uwv]$/ { print room, "U", $NF }'
done >"$output"
