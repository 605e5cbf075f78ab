#!/bin/sh
# Every room of src/ has a test: a program of its own, tests/rooms/FOLDER/test_ROOM.c, which is in the
# table there; or a line in rooms.txt, which says what test covers it.
# Usage: rooms.sh SOURCE. Says what is wrong, a line each, and exits with 1 if there is anything.
set -eu
source=$1
tests=$source/tests
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C

wrong() {
	echo "$*" >>"$work/wrong"
}

(cd "$source/src" && find . -name '*.[chS]') | sed -E 's|^\./||; s|\.[chS]$||; s|^arch/[^/]*/|arch/|' |
	sort -u >"$work/rooms"
sed 's/#.*//' "$tests/house/rooms.txt" | awk 'NF { print $1 }' | sort >"$work/listed"
(cd "$tests/rooms" && find . -name 'test_*.c') | sed 's|^\./||; s|test_||; s|\.c$||' | sort >"$work/own"

comm -12 "$work/listed" "$work/own" | while read -r room; do
	wrong "src/$room has a test of its own, and is in rooms.txt"
done
comm -13 "$work/rooms" "$work/listed" | while read -r room; do
	wrong "src/$room, which is in rooms.txt, is not there"
done
sort -u "$work/listed" "$work/own" | comm -23 "$work/rooms" - | while read -r room; do
	wrong "src/$room has no test: neither a tests/rooms/${room%/*}/test_${room##*/}.c nor a line in rooms.txt"
done
uniq -d "$work/listed" | while read -r room; do
	wrong "src/$room is in rooms.txt twice"
done
sed 's/#.*//' "$tests/house/rooms.txt" | while read -r room covered; do
	for test in $covered; do
		[ -f "$tests/$test" ] || wrong "src/$room is covered by tests/$test, which is not there"
	done
done
while read -r own; do
	grep -Eq "^room(_alone)?\(test_${own##*/} +${own%/*} " "$tests/rooms/table.cmake" ||
		wrong "tests/rooms/${own%/*}/test_${own##*/}.c is not in tests/rooms/table.cmake"
done <"$work/own"

echo "$(wc -l <"$work/rooms") rooms, $(wc -l <"$work/own") programs of their own, $(wc -l <"$work/listed") covered by others"
[ -s "$work/rooms" ] || wrong "nothing was checked"
[ ! -s "$work/wrong" ] || { cat "$work/wrong"; exit 1; }
