#!/bin/sh
# The order of the house. A file of src/ uses what is in its own folder and in folders below it, which
# src/CMakeLists.txt lists from the lowest to the highest; and nothing goes in a circle. The programs in
# src/tools/ stand outside: they have an order of their own (bench_order.sh).
# Usage: house.sh SOURCE SYMBOLS; SYMBOLS is what symbols.sh prints of the library's objects. Says what
# is wrong, a line each, and exits with 1 if there is anything.
set -eu
source=$1 symbols=$2
src=$source/src
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C

# The ways in from outside, which nothing in the library calls: they stand where their language or
# their processor puts them, and call upwards.
entries='arch/[a-z0-9_]*/slow boot/runtime'

wrong() {
	echo "$*" >>"$work/wrong"
}

# The folder of a file or a room, for awk: all processors' folders are one.
folder='function folder(path) { sub(/\/[^\/]*$/, "", path); sub(/^arch\/.*/, "arch", path); return path }'

# A line each: the number of a folder, and its name.
sed -n 's|^[[:space:]]*\([a-z0-9_/]*\)/[^ ]*\.[cS])*$|\1|p' "$src/CMakeLists.txt" |
	awk '!seen[$0]++ { print ++nr, $0 }' >"$work/folders"

# above WHAT: of lines "FOLDER OTHER TEXT" those whose OTHER is above FOLDER, or no folder, as TEXT.
above() {
	awk 'NR == FNR { number[$2] = $1; next }
	     { from = $1; to = $2; sub(/^[^ ]* [^ ]* /, "")
	       if (!(from in number)) print from " is no folder of src/CMakeLists.txt"
	       else if (!(to in number) || number[to] > number[from])
			print $0 ": " to " is above " from }' "$work/folders" - >>"$work/wrong"
}

# --- the list has every file, once, and no other ---
(cd "$src" && find . -path ./tools -prune -o -name '*.[cS]' -print | sed 's|^\./||' | sort) >"$work/there"
grep -oE '[a-z0-9_]+/[][a-z0-9_/${}A-Z]*\.[cS]' "$src/CMakeLists.txt" | sort -u >"$work/listed"
for arch in "$src"/arch/*/; do
	sed "s|\${PERCPU_ARCH}|$(basename "$arch")|" "$work/listed"
done | sort -u >"$work/expanded"
comm -3 "$work/there" "$work/expanded" | while read -r file; do
	wrong "$file is in src/ or in src/CMakeLists.txt, but not in both"
done

# --- no folder has more files than a reader takes in at once ---
(cd "$src" && find . -name '*.[chS]' | sed 's|/[^/]*$||' | sort | uniq -c) |
	awk '$1 > 20 { print $2 " has " $1 " files" }' | sed 's|^\./|src/|' >>"$work/wrong"

# --- every processor's folder has the same files ---
for arch in "$src"/arch/*/; do
	ls "$arch"
done | sort | uniq -c | awk -v all="$(find "$src/arch" -mindepth 1 -type d | wc -l)" \
	'$1 != all { print $2 }' | while read -r file; do
	wrong "arch/*/$file is missing for some processor"
done

# --- includes go downwards ---
# A line each: the room that includes, its folder, the room that is included, its folder. A room is
# a file without its ending. What has no folder is the processor's.
(cd "$src" && grep -rn '^#include "' --include='*.[chS]' --exclude-dir=tools . | sed 's|^\./||') |
	sed 's|^\([^:]*\)\.[chS]:[0-9]*:#include "\([^"]*\)\.h".*|\1 \2|' |
	awk "$folder"'{ to = $2; if (to !~ /\//) to = "arch/*/" to
	       print $1, folder($1), to, folder(to) }' >"$work/includes"
awk '{ print $2, $4, $1 " includes " $3 ".h" }' "$work/includes" | above
awk '$4 != "arch" || $3 == "arch/processor" { print $3 ".h" }' "$work/includes" | sort -u |
	while read -r header; do
		[ -f "$src/$header" ] || wrong "$header, which is not there, is included"
	done
sed -n 's|.* arch/\*/\([^ ]*\) arch$|\1.h|p' "$work/includes" | sort -u | while read -r header; do
	ls "$src"/arch/*/"$header" >/dev/null 2>&1 ||
		wrong "$header, which no processor has, is included without a folder"
done

# --- calls go downwards, and what a folder's header declares is defined in that folder ---
# symbols.sh: ROOM D|U NAME. Calls: USER NAME DEFINER.
awk '$2 == "D" { definer[$3] = $1 } $2 == "U" { uses[$1 " " $3] = 1 }
     END { for (use in uses) { split(use, part, " ")
	   if (part[2] in definer && definer[part[2]] != part[1])
		print part[1], part[2], definer[part[2]] } }' "$symbols" | sort >"$work/calls"
for entry in $entries; do
	grep -v "^$entry " "$work/calls" >"$work/rest" || true
	mv "$work/rest" "$work/calls"
done
awk "$folder"'{ print folder($1), folder($3), $1 " uses " $2 " of " $3 }' "$work/calls" | above
(cd "$src" && grep -rnE '^[a-z].*[ *]pcpu_[a-z0-9_]+\(' --include='*.h' --exclude-dir=tools .) |
	grep -vE ':(static|return|typedef|#)' |
	sed -n 's|^\./\([^:]*\)\.h:.*[ *]\(pcpu_[a-z0-9_]*\)(.*|\1 \2|p' >"$work/declared"
awk "$folder"'NR == FNR { if ($2 == "D") definer[$3] = $1; next }
     ($2 in definer) {
	if (folder($1) != folder(definer[$2])) print $1 ".h declares " $2 ", which " definer[$2] " defines" }' \
	"$symbols" "$work/declared" >>"$work/wrong"

# --- what a header says of locks is asserted ---
(cd "$src" && find . -path ./tools -prune -o -name '*.[ch]' -print | sed 's|^\./||' | sort -t. -k2,2 |
	xargs awk -f "$here/asserts.awk") >"$work/asserts"
grep ' says that ' "$work/asserts" >>"$work/wrong" || true

# --- no circles ---
{
	awk '$3 !~ /^arch\// || $3 == "arch/processor" { if ($1 != $3) print $1, $3 }' "$work/includes"
	awk '{ print $1, $3 }' "$work/calls"
} | sort -u >"$work/edges"
if ! tsort "$work/edges" >"$work/order" 2>"$work/circles"; then
	sed 's/^tsort: *//' "$work/circles" | grep -v 'input contains a loop' |
		while read -r room; do wrong "in a circle: $room"; done
fi

# --- the page that describes the house ---
documented=$(sed -n 's/^| `\([a-z_/]*\)\/` |.*/\1/p' "$source/docs/design.md" | sed '1!G;h;$!d')
[ "$documented" = "$(awk '{ print $2 }' "$work/folders")" ] ||
	wrong "the folders of docs/design.md, section 9, are not those of src/CMakeLists.txt, the highest first"

echo "$(wc -l <"$work/there") files, $(wc -l <"$work/includes") includes, $(wc -l <"$work/calls") uses of symbols"
tail -1 "$work/asserts"
if [ ! -s "$work/calls" ] || [ ! -s "$work/includes" ] || grep -q '^0 asserted' "$work/asserts"; then
	wrong "nothing was checked"
fi
[ ! -s "$work/wrong" ] || { cat "$work/wrong"; exit 1; }
