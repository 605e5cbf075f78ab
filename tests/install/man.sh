#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2012,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# man.sh - the manual pages that are made of the headers: every public call has one, they are well-formed, they lead
# somewhere, and percpu(7) has its parts, and a program that counts.
#
# Usage: man.sh BUILD VERSION
. "$(dirname "$0")/common.sh"
need gcc awk
version=$2
headers=$PERCPU_SOURCE/include/percpu

begin "they are made"
step sh "$PERCPU_SOURCE/cmake/man.sh" "$PERCPU_SOURCE" "$LINK_WORK/man" "$version" 1700000000 || finish
compiled=$case_commands
# again, where names of folders have blanks
ln -s "$PERCPU_SOURCE" "the source"
step sh "the source/cmake/man.sh" "the source" "the pages" "$version" 1700000000 && step diff -r man "the pages" || :

begin "everything that a header declares has a page, and so has every exported name that is not the headers' own"
{
	sed -n 's/^#define \([a-z][a-z_0-9]*\)(.*/\1/p' "$headers"/*.h
	grep -hoE '^(PERCPU_API|__pcpu_inline|__pcpu_always_inline|static inline|extern)[^;({=]*\(' "$headers"/*.h |
		sed 's/.*[ *]\([A-Za-z_0-9]*\)($/\1/' | grep -vx '__pcpu_.*\|__percpu_.*\|__attribute__\|container_of'
	sed '/^#/d; /^$/d; s/ .*//; /^__percpu_/d' "$PERCPU_SOURCE/tests/link/exports.txt"
} | grep -vx 'container_of' | LC_ALL=C sort -u >public
[ "$(wc -l <public)" -gt 500 ] || failed "there are too few names"
ls man/man3 | sed 's/\.3$//' | LC_ALL=C sort >pages
LC_ALL=C comm -23 public pages >output
[ ! -s output ] || failed "these have none"

begin "a page that leads to another one leads to a page which has the name"
# the words of each page, and what leads there
awk 'FNR == 1 { name = FILENAME; sub(/.*\//, "", name); sub(/\.3$/, "", name) }
	/^\.so / { to = $2; sub(/^man3\//, "", to); sub(/\.3$/, "", to); target[name] = to; next }
	{ gsub(/\\-/, "-"); gsub(/\\f[A-Z]/, " "); n = split($0, word, /[^A-Za-z_0-9]+/)
		for (i = 1; i <= n; i++) has[name, word[i]] = 1 }
	END { for (name in target) if (!((target[name], name) in has)) print name, "in", target[name] }' man/man3/*.3 >output
[ ! -s output ] || failed "these do not"

begin "each page says what it is, and nothing of the headers' insides"
for page in man/man3/percpu-*.3; do
	for section in NAME SYNOPSIS 'SEE ALSO'; do
		grep -qx "\.SH $section" "$page" || failed "$page has no $section"
	done
	grep -q '^\.SH \(DESCRIPTION\|INTERFACE\)' "$page" || failed "$page says nothing"
	grep -Eq 'PERCPU_API|__pcpu_(inline|always|as|this)' "$page" && failed "$page has words of the headers' own" || :
done

begin "the pages of folders have every header, and percpu.hpp's has every class"
for folder in kernel linux; do
	(cd "$headers/$folder" && find . -name '*.h' ! -path './impl/*') | sed "s|^\./||; s|^|$folder/|; s|^linux/||; s|^kernel/|percpu/&|" |
		while read -r header; do
			grep -qxF ".SS <$(echo "$header" | sed 's/-/\\-/g')>" man/man7/percpu-$folder.7 || echo "$header"
		done >output
	[ ! -s output ] || failed "percpu-$folder(7) has not these"
	grep -q '^\.B [A-Za-z_]*()' man/man7/percpu-$folder.7 || failed "percpu-$folder(7) has no calls"
done
sed -n '/;$/d; s/^class \([a-z_]*\).*/\1/p; s/^template <typename T> class \([a-z_]*\).*/\1/p' "$headers/percpu.hpp" | sort -u >classes
[ "$(wc -l <classes)" -gt 5 ] || failed "there are too few classes"
while read -r class; do
	grep -q "^\.SS.*percpu::$class" man/man3/percpu.hpp.3 || echo "$class"
done <classes >output
[ ! -s output ] || failed "percpu.hpp(3) has not these"

begin "a formatter has nothing to say of them"
if command -v mandoc >/dev/null; then
	step mandoc -T lint -W warning man/man3/percpu[-.]*.3 man/man7/*.7 || :
	mandoc -T utf8 man/man3/percpu-counter.3 | sed 's/.\x08//g' >text
	grep -q 'int64_t percpu_counter_sum(struct percpu_counter \*fbc);' text || failed "a prototype is not as it was written"
	grep -q 'Exact when nobody changes the counter meanwhile' text || failed "a comment is not there"
else
	skip_case "there is no mandoc"
fi

begin "percpu(7) has a page for each header, and ten troubles at least"
for page in man/man3/percpu-*.3; do
	name=$(basename "$page" .3 | sed 's/-/\\\\-/g')
	grep -q "^\.BR $name (3)" man/man7/percpu.7 || failed "$name is not there"
done
[ "$(grep -c '^[0-9]*\. ' man/man7/percpu.7)" -ge 10 ] || failed "there are not ten"
sed -n 's/^\.BR \([a-z_\\-]*\) (3).*/\1/p' man/man7/percpu.7 | sed 's/\\-/-/g' | while read -r name; do
	[ -e "man/man3/$name.3" ] || echo "$name"
done >output
[ ! -s output ] || failed "it names pages that are not there"
sed -n 's/.*PERCPU_CONF=\([a-z]*\):.*/\1/p; s/^\.B \([a-z]*\):[a-z]*$/\1/p' man/man7/percpu.7 | sort -u | while read -r key; do
	grep -q "^| \`$key\` |" "$PERCPU_SOURCE/README.md" || echo "$key"
done >output
[ ! -s output ] || failed "these keys are none"

begin "its program counts"
awk '/^#include <percpu\/percpu.h>$/ { seen = 1 } seen && /^\.EE$/ { exit } seen' man/man7/percpu.7 |
	sed 's/\\e/\\/g; s/\\-/-/g' >main.c
step gcc $warnings $include main.c $shared -o main && step_prints '1 requests' ./main || :
finish
