#!/bin/sh
# Builds the library for musl, without what Debian has for glibc only, and runs tests there: with the
# static library, and one program with the shared one. Areas for restartable sequences are the
# library's own there.
# Usage: musl.sh SOURCE BUILD; everything is made in BUILD/musl, once, and later brought up to date.
set -eu
source=$1 folder=$2/musl
command -v musl-gcc >/dev/null || { echo "musl-gcc is not installed (Debian: musl-tools)"; exit 77; }

# musl brings no kernel headers; those of the machine, and nothing else beside them.
mkdir -p "$folder/kernel"
for headers in linux asm-generic "$(gcc -print-multiarch)/asm"; do
	ln -sfn "/usr/include/$headers" "$folder/kernel/${headers##*/}"
done

log=$folder.log
{
	cmake -S "$source/tests/musl" -B "$folder" -G Ninja -DCMAKE_C_COMPILER=musl-gcc \
		-DCMAKE_ASM_COMPILER=musl-gcc -DCMAKE_C_FLAGS="-idirafter $folder/kernel" &&
		cmake --build "$folder"
} >"$log" 2>&1 || { tail -50 "$log"; exit 1; }
ctest --test-dir "$folder" --output-on-failure -j "$(nproc)"
