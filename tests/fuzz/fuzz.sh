#!/bin/sh
# fuzz.sh TARGET WORK [ARGUMENT...]: builds a fuzzer's target, area_map or lists, with clang's libFuzzer
# in the folder WORK, and runs it on a copy of its corpus. Arguments go to libFuzzer, -runs=20000 for
# example. An input that fails stays in WORK; "WORK/TARGET FILE" runs it again. Exit status 77: there is
# no libFuzzer.
set -eu
tests=$(cd "$(dirname "$0")/.." && pwd)
source=$(cd "$tests/.." && pwd)
target=$1 work=$2
shift 2
map=$source/src/alloc/map
case $target in
area_map)
	corpus=corpus
	sources="$tests/rooms/alloc/map/map_pair.c $tests/rooms/alloc/map/signed_map.c $map/area_map.c
		$map/area_fit.c $map/area_walk.c $map/area_block.c $map/max_tree.c $map/room.c"
	;;
lists) corpus=corpus_lists sources= ;;
*)
	echo "there is no target $target" >&2
	exit 2
	;;
esac
mkdir -p "$work/corpus"
cd "$work"

command -v clang >/dev/null || { echo "clang is missing" >&2; exit 77; }
echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' >probe.c
clang -fsanitize=fuzzer,address,undefined probe.c -o probe 2>/dev/null || {
	echo "clang has no libFuzzer (Debian: libclang-rt-dev)" >&2
	exit 77
}
# shellcheck disable=SC2086 # a list of files
clang -std=gnu11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Wshadow -Werror \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	-I"$source/src" -I"$source/include" -I"$tests/rooms/alloc/map" -o "$target" \
	"$tests/fuzz/$target.c" $sources
cp "$tests/fuzz/$corpus"/* corpus/
exec "./$target" "$@" corpus
