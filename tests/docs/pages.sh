#!/bin/sh
# SPDX-License-Identifier: MIT
# pages.sh SOURCE: that the pages' pieces of code are those of the files that they name, and that every link
# within the repository leads somewhere: to a file, and to a heading of it; and that the guide and the manual answer the
# same questions, about messages that there are.
set -eu
source=$1
here=$source/tests/docs
cd "$source"
failures=0 links=0
said=$(mktemp)
trap 'rm -f "$said"' EXIT

for page in README.md docs/*.md; do
	awk -v root="$source" -f "$here/excerpts.awk" "$page" >"$said" || {
		grep -v 'pieces,' "$said" >&2
		failures=$((failures + 1))
	}
done

# A heading as what a link calls it: lower case, no marks, hyphens for blanks.
anchors_of() { # FILE
	awk '/^```/ { code = !code } !code && /^#+ / { sub(/^#+ /, ""); print tolower($0) }' "$1" |
		sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

for page in README.md docs/*.md; do
	folder=$(dirname "$page")
	# shellcheck disable=SC2013 # no link has a blank
	for link in $(awk '/^```/ { code = !code } !code' "$page" | grep -oE '\]\([^)]+\)' | sed 's/^](//; s/)$//'); do
		case $link in http://* | https://* | mailto:*) continue ;; esac
		links=$((links + 1))
		file=${link%%#*} anchor=
		case $link in *'#'*) anchor=${link#*#} ;; esac
		target=$page
		[ -z "$file" ] || target=$folder/$file
		[ -e "$target" ] || {
			echo "$page: ($link) leads nowhere" >&2
			failures=$((failures + 1))
			continue
		}
		[ -z "$anchor" ] || anchors_of "$target" | grep -qxF -- "$anchor" || {
			echo "$page: ($link): $target has no such heading" >&2
			failures=$((failures + 1))
		}
	done
done
# The guide and percpu(7) have the same list of troubles.
troubles=$(mktemp) of_manual=$(mktemp)
trap 'rm -f "$said" "$troubles" "$of_manual"' EXIT
awk '/^## / { there = /Troubleshooting/ } there && sub(/^### /, "") { print ++n ". " $0 }' docs/guide.md >"$troubles"
sed -n '/^\.SH TROUBLESHOOTING/,/^\.SH SEE/s/\\-/-/g; /^[0-9][0-9]*\. /p' docs/man/percpu.7 >"$of_manual"
if [ "$(wc -l <"$troubles")" -lt 10 ] || ! diff "$troubles" "$of_manual" >&2; then
	echo "the guide and percpu(7) have other troubles" >&2
	failures=$((failures + 1))
fi

# The messages that the guide explains are the library's.
cat src/*/*.[ch] src/*/*/*.[ch] | tr '\n\t' '  ' | sed 's/" *"//g' >"$said"
sed -n '/^### The program ends before/,/^### A/p' docs/guide.md | grep '^| `' | grep -v 'of the loader' | cut -d '|' -f 2 |
	grep -o '`[^`]*`' | sed 's/`//g; s/\.\.\./\n/g; s/[0-9][0-9]*/\n/g' | sed 's/^[ :,(]*//; s/[ ,(]*$//' |
	awk 'length > 8' >"$troubles"
[ "$(wc -l <"$troubles")" -ge 6 ] || { echo "the guide explains no messages" >&2 && failures=$((failures + 1)); }
while read -r message; do
	grep -qF -- "$message" "$said" || {
		echo "docs/guide.md: no message says: $message" >&2
		failures=$((failures + 1))
	}
done <"$troubles"

echo "$links links, $failures wrong"
[ "$links" -gt 20 ] && [ $failures -eq 0 ]
