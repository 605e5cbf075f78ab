#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2012,SC2013 # names of headers are words
# man.sh SOURCE OUTPUT VERSION TIME: the manual pages of the public headers in OUTPUT/man3, a page a header, and for
# everything that one describes a page that leads there; percpu.hpp's; and in OUTPUT/man7 percpu.7, with a list of them,
# and what is in percpu/kernel/ and percpu/linux/. TIME is in seconds since 1970.
set -eu
source=$1 output=$2 version=$3
export LC_ALL=C
date=$(date -u -d "@$4" +%Y-%m-%d)
rm -rf "$output/man3" "$output/man7"
mkdir -p "$output/man3" "$output/man7"
source=$(cd "$source" && pwd)
output=$(cd "$output" && pwd)
cd "$source/include/percpu"
: >"$output/pages"
: >"$output/parts"
headers=$(ls ./*.h | sed 's|^\./||; s|\.h$||; /^percpu$/d' | tr '\n' ' ')
for header in *.h; do
	name=$(basename "$header" .h)
	[ "$name" != percpu ] || continue # percpu.7
	page=percpu-$(echo "$name" | tr _ -)
	examples=$(cd "$source" && grep -l "#include <percpu/$name.h>" examples/*.c examples/*/*.c | tr '\n' ' ')
	: >"$output/names"
	# what it includes of impl/ that has something to say, if no other page has it
	parts=
	for part in $(sed -n 's|^#include <percpu/impl/\([a-z_]*\)\.h>.*|\1|p' "$header"); do
		part=impl/$part.h
		grep -q '^/\*\*' "$part" || continue
		grep -qx "$part" "$output/parts" || parts="$parts $part"
		echo "$part" >>"$output/parts"
	done
	# shellcheck disable=SC2086 # a list of files
	awk -v page="$page" -v header="percpu/$name.h" -v version="$version" -v date="$date" \
		-v headers="$headers" -v examples="$examples" -v names="$output/names" -f "$source/cmake/man.awk" "$header" $parts >"$output/man3/$page.3"
	while read -r described; do
		[ -e "$output/man3/$described.3" ] || echo ".so man3/$page.3" >"$output/man3/$described.3"
	done <"$output/names"
	sed -n "/^\.SH NAME/ { n; s/^[^ ]* \\\\- /$page\\t/p; q }" "$output/man3/$page.3" >>"$output/pages"
done
awk -v version="$version" -v date="$date" -f "$source/cmake/man-cxx.awk" percpu.hpp >"$output/man3/percpu.hpp.3"

# The pages of folders: their beginning, and what the headers say.
for folder in kernel linux; do
	{
		sed "s/@VERSION@/$version/; s/@DATE@/$date/" "$source/docs/man/percpu-$folder.7"
		cd $folder
		prefix=
		[ $folder = linux ] || prefix=percpu/$folder/
		# linux/ has files for machinery too
		find . -name '*.h' ! -path './impl/*' | sort | xargs awk -v prefix="$prefix" -v folder=. -f "$source/cmake/man-lists.awk"
		cd ..
		printf '.SH SEE ALSO\n.BR percpu (7)\n'
	} >"$output/man7/percpu-$folder.7"
done
awk -F '\t' -v version="$version" -v date="$date" '
	NR == FNR { page[++nr] = $1; summary[nr] = $2; next }
	/^@PAGES@$/ { for (i = 1; i <= nr; i++) { name = page[i]; gsub(/-/, "\\-", name)
			print ".TP\n.BR " name " (3)\n" summary[i] }
		next }
	{ gsub(/@VERSION@/, version); gsub(/@DATE@/, date); print }' \
	"$output/pages" "$source/docs/man/percpu.7" >"$output/man7/percpu.7"
rm -f "$output/pages" "$output/names" "$output/parts"
