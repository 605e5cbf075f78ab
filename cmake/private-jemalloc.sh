#!/bin/sh
# private-jemalloc.sh ARCHIVE FOLDER: FOLDER/pcpu_jemalloc.o, see PrivateJemalloc.cmake.
# Environment: AR, LD, NM, OBJCOPY.
set -eu
archive=$1 dir=$2
rm -rf "$dir"
mkdir -p "$dir/objects"
(cd "$dir/objects" && "$AR" x "$archive" && rm -f jemalloc_cpp*)
"$LD" -r -o "$dir/all.o" "$dir"/objects/*.o

# What src/mem.c uses, what it sets, and the one function of the C library that it stands in for.
for name in mallocx sdallocx mallctl malloc_conf dlsym; do
	echo "$name pcpu_je_$name"
done >"$dir/renames"
"$OBJCOPY" --redefine-syms="$dir/renames" "$dir/all.o" "$dir/renamed.o"

# malloc_conf is defined in jemalloc, weakly or commonly; src/mem.c defines it for good.
"$NM" "$dir/renamed.o" | awk '$2 ~ /[A-TV-Z]/ && $3 !~ /^pcpu_je_/ { print $3 }' | sort -u >"$dir/locals"
"$OBJCOPY" --localize-symbols="$dir/locals" "$dir/renamed.o" "$dir/pcpu_jemalloc.o"
rm -rf "$dir/objects" "$dir/all.o" "$dir/renamed.o"
