#!/bin/sh
# finds.sh SOURCE SYMBOLS: house.sh says no to a house that is not in order. Each case spoils a copy in
# one way, and what is said must name it.
set -eu
source=$1 symbols=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/support/spoil.sh
. "$here/../support/spoil.sh"

copy() {
	rm -rf "$work/copy"
	mkdir -p "$work/copy/docs"
	cp -R "$source/src" "$work/copy/src"
	cp "$source/docs/design.md" "$work/copy/docs/"
	cp "$symbols" "$work/symbols"
}

expect() { # what is wrong, what is said
	spoilt "$1" "$2" sh "$here/house.sh" "$work/copy" "$work/symbols"
}

include() { # file, header
	echo "#include \"$2\"" >>"$work/copy/src/$1"
}

copy
good sh "$here/house.sh" "$work/copy" "$work/symbols"
include ground/log.c alloc/alloc.h
expect "an include of a folder above" "ground/log includes alloc/alloc.h: alloc is above ground"

copy
include alloc/map/area_block.h alloc/map/area_map.h
expect "two headers that include each other" "in a circle: alloc/map/area_block"

copy
include memory/pages/vm.c memory/no_such.h
expect "an include of nothing" "memory/no_such.h, which is not there"

copy
include memory/pages/vm.c no_such.h
expect "an include that no processor has" "no_such.h, which no processor has"

copy
printf '%s\n' "ground/log U pcpu_area_free" >>"$work/symbols"
expect "a call of a folder above" "ground/log uses pcpu_area_free of alloc/alloc"

copy
printf '%s\n' "alloc/map/area_block U pcpu_area_map_free" >>"$work/symbols"
expect "a circle of calls" "in a circle: alloc/map/area_block"

copy
sed 's|^ground/log D pcpu_log$|memory/pages/vm D pcpu_log|' "$symbols" >"$work/symbols"
expect "a function that is defined elsewhere" "ground/log.h declares pcpu_log, which memory/pages/vm defines"

copy
sed -i '/^int pcpu_walk(/,/^}/ { /pcpu_assert_held/d }' "$work/copy/src/alloc/chunk/find.c"
expect "a contract in a whole header that is a comment alone" "find.h says that pcpu_walk is called under"

copy
sed -i '/^void pcpu_misuse_find(/,/^}/ { /pcpu_assert_held/d }' "$work/copy/src/alloc/misuse.c"
expect "a contract of one function that is a comment alone" "misuse.h says that pcpu_misuse_find is called under"

copy
: >"$work/copy/src/alloc/extra.c"
expect "a file that is in no list" "alloc/extra.c"

copy
rm "$work/copy/src/alloc/chunk/find.c"
expect "a file that is not there" "alloc/chunk/find.c"

copy
mkdir "$work/copy/src/arch/riscv64"
expect "a processor without files" "arch/\*/processor.c is missing"

copy
sed -i 's/^| `alloc\/`/| `allocator\/`/' "$work/copy/docs/design.md"
expect "a page that names another folder" "docs/design.md"

spoilt_end
