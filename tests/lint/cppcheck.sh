#!/bin/sh
# cppcheck.sh SOURCE: whether cppcheck has anything to say of src/, for each processor, and of the
# public headers. The kinds: error, warning (what is probably a bug), performance, portability, and
# style (what has no effect or is never used). What is left out of these: cppcheck.suppress.
set -eu
source=$1
# shellcheck source=tests/lint/common.sh
. "$(dirname "$0")/common.sh"
need cppcheck 2.10
cd "$source"
status=0

# Sequences of assembly are more than cppcheck can read: it takes the way of ThreadSanitizer, which
# has calls instead.
check() {
	"$tool" -q -j2 --std=c11 --language=c --platform=unix64 --library=posix,gnu \
		--enable=warning,style,performance,portability --inline-suppr \
		--suppressions-list=tests/lint/cppcheck.suppress --error-exitcode=1 \
		--template='{file}:{line}: {id}: {message}' -Iinclude \
		-D_GNU_SOURCE -D__linux__ -D__GNUC__=12 -D__SANITIZE_THREAD__ "$@" || status=1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for arch in src/arch/*/; do
	arch=$(basename "$arch")
	find src -name '*.c' ! -path 'src/arch/*' -o -path "src/arch/$arch/*.c" >"$work/files"
	[ -s "$work/files" ] || { echo "src/ has no files"; status=1; }
	# information: which suppressions are not needed
	check --enable=information "-D__${arch}__" "-Isrc/arch/$arch" -Isrc -Isrc/tools \
		--file-list="$work/files" \
		-D'hwloc_bitmap_foreach_begin(cpu, set)=while (hwloc_next(set, &cpu)) {' \
		-D'hwloc_bitmap_foreach_end()=}'
	echo "$(wc -l <"$work/files") files for $arch"
done
check -D__x86_64__ -DPERCPU_UP include/percpu/percpu.h
exit $status
