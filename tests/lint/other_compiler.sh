#!/bin/sh
# other_compiler.sh SOURCE BUILD: whether the other compiler, clang where BUILD is gcc's and gcc where it is
# clang's, has warnings for what BUILD compiles. Each file once, with its first command's options, and to the
# end, because some warnings, and what the assembler says, come late; but of the operations' long files,
# which would take minutes, the syntax.
set -eu
source=$1 build=$2
# shellcheck source=tests/lint/common.sh
. "$(dirname "$0")/common.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The last word before the first option: there may be a launcher before it.
built_with=$(sed -n 's/^ *"command": "\([^"-][^" ]* \)*\([^" -][^" ]*\) -.*/\2/p' \
	"$build/compile_commands.json" | head -n 1)
[ -n "$built_with" ] || { echo "no file in $build/compile_commands.json"; exit 1; }
c=clang cxx=clang++
# gcc has options that are none of clang's
options="-Wno-unknown-warning-option -Wno-ignored-optimization-argument -Wno-unused-command-line-argument"
if "$built_with" --version | grep -q clang; then c=gcc cxx=g++ options=; fi
for compiler in $c $cxx; do
	command -v "$compiler" >/dev/null || { echo "skipped: $compiler is not installed"; exit 77; }
done

awk -v source="$source/" -v build="$build/" -v c="$c" -v cxx="$cxx" -v options="$options" '
	/^ *"command": / {
		command = $0
		sub(/^ *"command": "[^ ]*( [^- ][^ ]*)* -/, "-", command)
		sub(/ -o [^ ]* -c .*/, "", command)
		gsub(/ -fno-ipa-[a-z-]*/, "", command) # a pass of gcc
		gsub(/\\"/, "\"", command)
		gsub(/\\\\/, "\\", command)
	}
	/^ *"directory": / { directory = $2; gsub(/[",]/, "", directory) }
	/^ *"file": / {
		file = $2
		gsub(/[",]/, "", file)
		if ((index(file, source) != 1 && index(file, build) != 1) || file !~ /\.(c|cc)$/ || seen[file]++) next
		print "cd " directory " && " (file ~ /\.cc$/ ? cxx : c) " " command " -Werror " options \
			(file ~ /\/ops_[a-z]*\.(c|cc)$/ ? " -fsyntax-only " : " -c -o /dev/null ") file
	}' "$build/compile_commands.json" >"$work/commands"
[ -s "$work/commands" ] || { echo "none of the files in $build/compile_commands.json is here"; exit 1; }
xargs -d '\n' -P 2 -n 1 sh -c <"$work/commands"
echo "$(wc -l <"$work/commands") files with $($c --version | head -n 1)"
