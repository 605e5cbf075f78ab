#!/bin/sh
# SPDX-License-Identifier: MIT
# html.sh SOURCE VERSION: the HTML pages are made of everything that there is to read, and are whole: site.py says what
# that is, and finds what is broken on purpose. Exit status 77: what makes them is missing.
set -eu
source=$1 version=$2
for tool in pandoc mandoc python3; do
	command -v $tool >/dev/null || { echo "there is no $tool" && exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
site=$work/site
failures=0

fail() {
	echo "$*" >&2
	failures=$((failures + 1))
}

sh "$source/cmake/html.sh" "$source" "$site" "$version" 1700000000
check() {
	python3 "$source/tests/docs/site.py" "$site"
}
check >"$work/said" || { cat "$work/said" >&2 && fail "the pages are not whole"; }
tail -n 1 "$work/said"

# --- everything is there ---
cd "$source"
for page in docs/*.md; do
	html=$site/$(basename "$page" .md).html
	[ -s "$html" ] || fail "$page has no page"
	# that it has its last heading says that it is all there
	last=$(awk '/^```/ { code = !code } !code && /^##* / { sub(/^#* /, ""); last = $0 } END { print last }' "$page" |
		tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g')
	grep -q "id=\"$last\"" "$html" || fail "$html: there is no #$last"
done
for page in docs/man/*.[17]; do
	[ -s "$site/man/$(basename "$page").html" ] || fail "$page has no page"
done
for header in include/percpu/*.h; do
	name=$(basename "$header" .h | tr _ -)
	[ "$name" = percpu ] || [ -s "$site/man/percpu-$name.3.html" ] || fail "$header has no page"
done
for example in examples/*.c examples/*.cc examples/*/*.[ch]; do
	grep -q "id=\"$(echo "${example#examples/}" | tr / -)\"" "$site/examples.html" || fail "$example is not shown"
done
for image in $(cd docs && find . -name '*.svg' -o -name '*.png'); do
	cmp -s "docs/$image" "$site/$image" || fail "docs/$image is not there"
done
grep -q '<span class="dt">unsigned</span>' "$site/guide.html" || fail "code has no colours"
grep -q 'href="man/percpu-alloc.3.html"' "$site/guide.html" || fail "calls do not lead to their pages"
grep -q '<p class="from"><a href="examples.html#counters.c">' "$site/guide.html" || fail "code does not say where it is from"
awk '/^<pre>/ { code = 1 } code && /<br/ { bad = 1 } code && /^DEFINE_PER_CPU/ && last != "" { bad = 1 }
	/<\/pre>/ { code = 0 } { last = $0 } END { exit bad }' "$site/man/percpu.7.html" || fail "examples of the manual are not as they were written"
grep -q 'prefers-color-scheme: dark' "$site/style.css" || fail "there is nothing for the dark"

# --- what is broken is found, and said ---
expected=$work/expected
broken() { # FILE SED MESSAGE: what is changed, and what is to be said of it
	cp "$site/$1" "$work/kept"
	sed -i "$2" "$site/$1"
	! cmp -s "$work/kept" "$site/$1" || fail "$1: $2 changes nothing"
	echo "$1: $3" >>"$expected"
}
broken guide.html 's/id="sections"/id="section"/' '#sections: guide.html has no such id'
broken index.html 's/href="guide.html"/href="guides.html"/' 'guides.html leads nowhere'
broken guide.html 's|</h1>|</h1><img src="plots/none.svg">|' 'plots/none.svg is not there'
broken guide.html 's|</head>|<script src="https://example.org/x.js"></script></head>|' \
	'https://example.org/x.js is loaded from elsewhere'
broken style.css '1s|^|@import url(//example.org/font.css);|' 'loads something'
broken toolkit.html 's/id="page-text"/id="menu"/' 'id menu is there twice'
broken cxx.html 's/name="viewport"/name="none"/' 'a phone shows it as a large page'
rm "$site/modules.html"
echo 'index.html: modules.html leads nowhere' >>"$expected"
cp "$site/cxx.html" "$site/alone.html"
echo 'alone.html: nothing leads there' >>"$expected"
! check >"$work/said" || fail "nothing of what is broken is found"
while read -r line; do
	grep -qxF "$line" "$work/said" || fail "this is not found: $line"
done <"$expected"

# --- a page that leads to what is no page is refused ---
: >"$work/names"
! echo '[this](nowhere.md)' | pandoc -f gfm -t html5 --lua-filter cmake/html/page.lua -M page=docs/some.md \
	-M names="$work/names" -M contents=cmake/html/contents >"$work/said" 2>&1 || fail "a page that leads nowhere is made"
grep -q '^docs/some.md: nowhere.md is no page$' "$work/said" || { cat "$work/said" >&2 && fail "it is not said why"; }
[ $failures -eq 0 ]
