#!/bin/sh
# SPDX-License-Identifier: MIT
# symbols.sh OUTPUT OBJECT...: which room defines and which uses which global symbol: "ROOM D NAME" and
# "ROOM U NAME", a line each, in OUTPUT. A room is an object's folder and its name without endings.
set -eu
output=$1
shift
for object; do
	room=$(echo "$object" | sed 's|.*/\([a-z]*\)/CMakeFiles/[^/]*/\([a-z0-9_]*\)\.c\.o$|\1/\2|')
	nm "$object" | awk -v room="$room" '
		$(NF - 1) ~ /^[TDBRC]$/ { print room, "D", $NF }
		$(NF - 1) ~ /^[Uwv]$/ { print room, "U", $NF }'
done >"$output"
