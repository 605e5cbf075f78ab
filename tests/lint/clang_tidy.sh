#!/bin/sh
# clang_tidy.sh SOURCE BUILD: whether clang-tidy has anything to say of src/, as BUILD compiles it, by
# the checks of .clang-tidy.
set -eu
source=$1 build=$2
# shellcheck source=tests/lint/common.sh
. "$(dirname "$0")/common.sh"
need clang-tidy 14
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Of several ways to compile a file the first, which is the library's own. (A second one in the same run
# would also find the analyzer's list of va_lists as the first has left it.)
awk -v folder="$source/src/" '
	BEGIN { print "[" }
	/^ *\{/ { entry = ""; file = "" }
	/^ *"file": / { file = $0; sub(/^ *"file": "/, "", file); sub(/",*$/, "", file) }
	{ gsub(/ -fno-ipa-[a-z-]*/, "") } # a pass of gcc
	{ entry = entry $0 "\n" }
	/^ *\}/ && index(file, folder) == 1 && file ~ /\.c$/ && !seen[file]++ {
		sub(/,?\n$/, "", entry)
		printf "%s%s", comma, entry
		comma = ",\n"
		print file >files
	}
	END { print "\n]" }' files="$work/files" "$build/compile_commands.json" >"$work/compile_commands.json"
[ -s "$work/files" ] || { echo "src/ has no files in $build/compile_commands.json"; exit 1; }
# What is said of the files that are listed; the programs have one thread.
# That some of gcc's options are none of clang's is no matter.
look() { # CHECKS
	xargs -r -P2 -n1 "$tool" --quiet -p "$work" --config-file="$source/.clang-tidy" --checks="$1" \
		--extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-ignored-optimization-argument \
		--extra-arg=-Wno-unused-command-line-argument
}
status=0
grep -v "^$source/src/tools/" "$work/files" | look '' >"$work/said" 2>"$work/errors" || status=1
grep "^$source/src/tools/" "$work/files" | look -concurrency-mt-unsafe >>"$work/said" 2>>"$work/errors" || status=1
[ $status = 0 ] || {
	awk '!said[$0]++' "$work/said" # a header's once
	grep -v 'warnings\{0,1\} generated' "$work/errors" || true
	exit 1
}
echo "$(wc -l <"$work/files") files"
