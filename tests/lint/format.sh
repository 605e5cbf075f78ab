#!/bin/sh
# format.sh SOURCE [fix]: whether all C and C++ files are as clang-format would have them, and no line
# of theirs has more than 100 columns (it leaves comments and strings as they are). With "fix" it
# formats them.
set -eu
source=$1 mode=${2:-check}
# shellcheck source=tests/lint/common.sh
. "$(dirname "$0")/common.sh"
need clang-format 14
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
files_of '*.c' '*.h' '*.cc' '*.hpp' >"$work/files"
cd "$source"
[ -s "$work/files" ] || { echo "there are no files"; exit 1; }
if [ "$mode" = fix ]; then
	xargs "$tool" --style=file -i <"$work/files"
	exit
fi

status=0
xargs -P2 -n40 "$tool" --style=file --dry-run -Werror <"$work/files" >"$work/said" 2>&1 || status=1
grep 'error:' "$work/said" | cut -d: -f1 | sort | uniq -c | while read -r nr file; do
	echo "$file: clang-format would change $nr places"
done
[ $status = 0 ] || grep -q 'error:' "$work/said" || cat "$work/said"

# What clang-format is kept from is laid out by hand, and may be wider.
# shellcheck disable=SC2046 # names without blanks
awk 'FNR == 1 || /clang-format on/ { kept = 0 }
     /clang-format off/ { kept = 1 }
     kept { next }
     { width = 0
       nr = split($0, part, "\t")
       for (i = 1; i <= nr; i++) width = (i > 1 ? width - width % 8 + 8 : 0) + length(part[i])
       if (width > 100) print FILENAME ":" FNR ": " width " columns" }' $(cat "$work/files") >"$work/wide"
cat "$work/wide"
[ ! -s "$work/wide" ] || status=1
[ $status = 0 ] || echo "To format everything: ninja format. Columns: by hand."
echo "$(wc -l <"$work/files") files"
exit $status
