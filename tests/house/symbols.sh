#!/bin/sh
# symbols.sh OUTPUT ROOM PUBLIC OBJECT...: which room defines and which uses which global symbol: "ROOM D
# NAME" and "ROOM U NAME", a line each, in OUTPUT. The script ROOM for sed makes a room's name of an
# object's path. Names that match PUBLIC are left out: public headers stand between them and their users.
set -eu
output=$1 rooms=$2 public=$3
shift 3
for object; do
	room=$(echo "$object" | sed "$rooms")
	nm "$object" | awk -v room="$room" -v public="$public" '
		$NF ~ public { next }
		$(NF - 1) ~ /^[TDBRVWC]$/ { print room, "D", $NF }
		$(NF - 1) ~ /^[Uwv]$/ { print room, "U", $NF }'
done >"$output"
