# shellcheck shell=sh
# common.sh - what the scripts of this folder share. They set $source, the top of the tree.
: "${source:?}"

# files_of PATTERN...: what git tracks, and in an unpacked tarball what is there.
files_of() {
	if [ -e "$source/.git" ] && command -v git >/dev/null; then
		git -C "$source" ls-files "$@"
	else
		for pattern; do
			(cd "$source" && find . -path './build*' -prune -o -path ./out -prune -o \
				-type f -name "$pattern" -print)
		done | sed 's|^\./||'
	fi | sort | while read -r file; do
		# git also names those that were just removed
		[ ! -f "$source/$file" ] || echo "$file"
	done
}

# need TOOL VERSION: $tool is that version of it. Others have other opinions, and a test gives one
# answer everywhere: where that version is not there, nothing is checked.
need() {
	for tool in "$1-$2" "$1"; do
		"$tool" --version 2>/dev/null | grep -iqE "(version:?|$1) $2([. ]|$)" && return
	done
	echo "skipped: $1 $2 is not installed"
	exit 77
}
