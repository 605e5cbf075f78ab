#!/bin/sh
# SPDX-License-Identifier: MIT
# html.sh SOURCE OUTPUT VERSION TIME: all that there is to read as HTML in OUTPUT, whose index.html is README: pages by
# pandoc, the manual by mandoc, the examples. Nothing in it is loaded from elsewhere. TIME is in seconds since 1970.
set -eu
source=$(cd "$1" && pwd) output=$2 version=$3 time=$4
export LC_ALL=C.UTF-8
html=$source/cmake/html
rm -rf "$output"
mkdir -p "$output/man"
output=$(cd "$output" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$source"

# --- which pages there are: PATH ADDRESS TITLE, with tabs ---
address_of() { # PATH
	case $1 in
	README.md) echo index.html ;;
	examples) echo examples.html ;;
	man) echo man/index.html ;;
	man/*) echo "$1.html" ;;
	docs/*.md) basename "$1" .md | sed 's/$/.html/' ;;
	*/README.md) dirname "$1" | sed 's|.*/||; s/$/.html/' ;;
	esac
}

grep -v '^#' "$html/contents" >"$work/contents"
for page in docs/*.md; do
	grep -q "^	$page	" "$work/contents" && continue
	grep -qx More "$work/contents" || echo More >>"$work/contents"
	printf '\t%s\t%s\n' "$page" "$(sed -n 's/^# //p; t q; b; :q q' "$page")" >>"$work/contents"
done
awk -F '\t' 'NF == 3 { print $2 }' "$work/contents" | while read -r page; do
	case $page in
	man | man/* | examples) ;;
	*) [ -e "$page" ] || { echo "html.sh: contents: there is no $page" >&2; exit 1; } ;;
	esac
	echo "$page $(address_of "$page")"
done >"$work/pages"

# The menu, in which one page is the reader's.
menu() { # ADDRESS ROOT
	awk -F '\t' -v here="$1" -v root="$2" -v pages="$work/pages" '
		BEGIN { while ((getline line <pages) > 0) { split(line, part, " "); address[part[1]] = part[2] } }
		NF == 1 { printf "%s<p>%s</p>\n<ul>\n", open, $1; open = "</ul>\n"; next }
		{ printf "<li><a href=\"%s%s\"%s>%s</a></li>\n", root, address[$2],
			address[$2] == here ? " aria-current=\"page\"" : "", $3 }
		END { printf open }' "$work/contents"
}

# --- the manual ---
sh cmake/man.sh "$source" "$work/made" "$version" "$time"
mkdir "$work/man"
cp docs/man/*.1 "$work/made/man7/"*.7 "$work/man/"
# NAME ADDRESS of what only leads to a page
awk '
	FNR > 1 { nextfile }
	{ name = FILENAME; sub(/.*\//, "", name) }
	/^\.so man3\// { sub(/\.3$/, "", name); print name, "man/" substr($2, 6) ".html"; nextfile }
	{ print FILENAME >pages }' pages="$work/manual" "$work/made/man3/"*.3 >"$work/calls"
xargs -I '{}' cp '{}' "$work/man/" <"$work/manual"
{
	cat "$work/pages" "$work/calls"
	for page in "$work/man/"*; do
		page=$(basename "$page")
		echo "${page%.*} man/$page.html"
	done
	# headers are their pages
	echo "percpu/kernel/ man/percpu-kernel.7.html"
	echo "percpu/linux/ man/percpu-linux.7.html"
	for header in include/percpu/*.h include/percpu/*.hpp; do
		header=$(basename "$header")
		case $header in
		percpu.h) name=percpu.7 ;;
		*.hpp) name=$header.3 ;;
		*) name=percpu-$(echo "${header%.h}" | tr _ -).3 ;;
		esac
		[ -e "$work/man/$name" ] || continue
		echo "percpu/$header man/$name.html"
		echo "include/percpu/$header man/$name.html"
	done
	for example in examples/*.c examples/*.cc examples/*/*.[ch]; do
		echo "$example examples.html#$(echo "${example#examples/}" | tr / -)"
	done
	for folder in examples/*/; do
		[ -e "$folder/README.md" ] || echo "$folder examples.html#$(basename "$folder")"
	done
	echo "examples/http_server/ http_server.html"
} | awk '!seen[$1]++' >"$work/names"

# A piece of code that says of which example it is, in a word that pandoc does not keep.
say_where_from() { # FILE
	awk -v names="$work/names" '
		BEGIN { while ((getline line <names) > 0) { split(line, part, " "); address[part[1]] = part[2] } }
		/^```[a-z]+ [^ ]+$/ && ($2 in address) {
			print "<p class=\"from\"><a href=\"" address[$2] "\">" $2 "</a></p>\n"
		}
		{ print }' "$1"
}

convert() { # PAGE ADDRESS FILE
	menu "$2" "" >"$work/menu.$2"
	say_where_from "$3" | pandoc -f gfm -t html5 --wrap=preserve --preserve-tabs --template "$html/page.html" --lua-filter "$html/page.lua" \
		-M page="$1" -M names="$work/names" -M contents="$work/contents" -V version="$version" -V menu="$(cat "$work/menu.$2")" \
		-o "$output/$2"
}

# --- the examples, as a page ---
example() { # FILE HEADING
	echo "$2 ${1#examples/}"
	echo
	echo '````'"$(case $1 in *.cc) echo cpp ;; *) echo c ;; esac)"
	cat "$1"
	echo '````'
	echo
}

{
	printf '# Examples\n\nEach is a whole program, which the tests compile and run. The [HTTP server](examples/http_server/README.md) has a page of its own.\n\n'
	for file in examples/*.c examples/*.cc; do
		example "$file" "##"
	done
	for folder in examples/*/; do
		[ "$folder" != examples/http_server/ ] || continue
		echo "## $(basename "$folder")"
		echo
		for file in "$folder"*.[ch]; do
			example "$file" "###"
		done
	done
	printf '## http_server\n\n'
	for file in examples/http_server/*.[ch]; do
		example "$file" "###"
	done
} >"$work/examples.md"

# --- all pages, a few at once ---
failures=$work/failures
while read -r page address; do
	case $page in
	examples) file=$work/examples.md ;;
	man | man/*) continue ;;
	*) file=$page ;;
	esac
	convert "$page" "$address" "$file" || echo "$page" >>"$failures" &
	[ $((running = (${running:-0} + 1) % 4)) -ne 0 ] || wait
done <"$work/pages"
wait
[ ! -e "$failures" ] || exit 1

# --- the manual's pages, in a frame that is made once ---
frame() { # ADDRESS
	menu "$1" ../ >"$work/menu"
	awk -v menu="$work/menu" -v version="$version" '
		/^\$menu\$/ { while ((getline line <menu) > 0) print line; next }
		/^\$sections\$/ { print "@SECTIONS@"; next }
		/^\$body\$/ { print "@TEXT@"; next }
		{ gsub(/\$root\$/, "../"); gsub(/\$version\$/, version); gsub(/\$pagetitle\$/, "@TITLE@ - libpercpu"); print }' "$html/page.html"
}

frame man/index.html >"$work/frame"
for page in "$work/man/"*; do
	name=$(basename "$page")
	title="${name%.*}(${name##*.})"
	case $name in *.[17]) frame "man/$name.html" >"$work/frame.own" ;; *) cp "$work/frame" "$work/frame.own" ;; esac
	# (findings/mandoc_html_moves_empty_lines.sh)
	sed '/^\.EX/,/^\.EE/{ s/^$/.sp/; s/^ /\\\& /; }' "$page" | mandoc -T html -O fragment | awk -v title="$title" -v names="$work/names" -f "$html/manual.awk" \
		"$work/frame.own" - >"$output/man/$name.html"
done
{
	echo '<section class="Sh"><h1 class="Sh" id="pages">Pages</h1><div class="table"><table>'
	for page in "$work/man/"*; do
		name=$(basename "$page")
		printf '<tr><td><a href="%s.html">%s</a></td><td>%s</td></tr>\n' "$name" "${name%.*}(${name##*.})" \
			"$(sed -n '/^\.SH NAME/ { n; s/^[^ ]* \\- //; s/\\-/-/g; s/\\f.//g; p; q }' "$page")"
	done
	echo '</table></div></section>'
	echo '<section class="Sh"><h1 class="Sh" id="names">All names</h1><ul class="names">'
	sed 's|^\(.*\) man/\(.*\)$|<li><a href="\2"><code>\1</code></a></li>|' "$work/calls"
	echo '</ul></section>'
} | awk -v title="All calls" -v names=/dev/null -f "$html/manual.awk" "$work/frame" - >"$output/man/index.html"

# --- what pages have beside text ---
cp "$html/style.css" "$output/"
(cd docs && find . -name '*.svg' -o -name '*.png') | while read -r image; do
	mkdir -p "$output/$(dirname "$image")"
	cp "docs/$image" "$output/$image"
done
echo "$(find "$output" -name '*.html' | wc -l) pages: $output/index.html"
