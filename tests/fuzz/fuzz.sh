#!/bin/sh
# fuzz.sh WORK [ARGUMENT...]: builds the fuzzer's target with clang's libFuzzer in the folder WORK,
# and runs it on a copy of the corpus. Arguments go to libFuzzer, -runs=20000 for example. An input
# that fails stays in WORK; "WORK/area_map FILE" runs it again. Exit status 77: there is no libFuzzer.
set -eu
tests=$(cd "$(dirname "$0")/.." && pwd)
source=$(cd "$tests/.." && pwd)
work=$1
shift
mkdir -p "$work/corpus"
cd "$work"

command -v clang >/dev/null || { echo "clang is missing" >&2; exit 77; }
echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' >probe.c
clang -fsanitize=fuzzer,address,undefined probe.c -o probe 2>/dev/null || {
	echo "clang has no libFuzzer (Debian: libclang-rt-dev)" >&2
	exit 77
}
clang -std=gnu11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Wshadow -Werror \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	-I"$source/src" -I"$tests/rooms/alloc/map" -o area_map \
	"$tests/fuzz/area_map.c" "$tests/rooms/alloc/map/map_pair.c" "$tests/rooms/alloc/map/signed_map.c" \
	"$source/src/alloc/map/area_map.c" "$source/src/alloc/map/area_fit.c" "$source/src/alloc/map/area_walk.c" \
	"$source/src/alloc/map/area_block.c" "$source/src/alloc/map/max_tree.c" \
	"$source/src/alloc/map/room.c"
cp "$tests"/fuzz/corpus/* corpus/
exec ./area_map "$@" corpus
