#!/bin/sh
# SPDX-License-Identifier: MIT
# What every program does with its options, how it ends, and that its man page is one and has them all.
# Usage: options.sh PROGRAM VERSION PAGE
set -eu
program=$1 version=$2 page=$3
name=$(basename "$program")
export LC_ALL=C
unset PERCPU_CONF
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

failed() {
	echo "FAILED: $*" >&2
	status=1
}

# ends STATUS OUT ERR WORD...: how it ends, and a line that it prints on each stream; '': nothing is there
# shellcheck disable=SC2034 # by eval
ends() {
	want=$1 out=$2 err=$3 got=0
	shift 3
	"$program" "$@" >"$work/out" 2>"$work/err" || got=$?
	[ $got = "$want" ] || failed "$name $*: exit status $got, not $want"
	for stream in out err; do
		eval "line=\$$stream"
		if [ -z "$line" ]; then
			[ ! -s "$work/$stream" ] || failed "$name $*: it prints '$(cat "$work/$stream")'"
		else
			grep -qx -e "$line" "$work/$stream" ||
				failed "$name $*: no line '$line' in '$(cat "$work/$stream")'"
		fi
	done
}

ends 0 "Usage: $name .*" '' --help
cp "$work/out" "$work/help"
ends 0 "Usage: $name .*" '' -h
ends 0 "$name (libpercpu) $version" '' --version
ends 0 "$name (libpercpu) $version" '' -V
ends 2 '' "Try '$name --help'." --no-such-option
ends 2 '' "$name: unrecognized option '--no-such-option'" --no-such-option
ends 2 '' "Try '$name --help'." -Z
ends 2 '' "$name: .*'no-such-word'.*" no-such-word

# What cannot be written is no success.
if [ -c /dev/full ]; then
	for option in --help --version; do
		got=0
		"$program" $option >/dev/full 2>"$work/err" || got=$?
		[ $got = 1 ] || failed "$name $option with no room for what it prints: exit status $got"
		grep -q "^$name: standard output: No space left on device$" "$work/err" ||
			failed "$name $option with no room for what it prints says '$(cat "$work/err")'"
	done
fi
awk 'length > 80 { print "--help: " length " columns: " $0; wrong = 1 } END { exit wrong }' "$work/help" ||
	failed "--help is too wide"

# The page: each option of --help, and no other.
sed 's/\\-/-/g; s/\\fB//g; s/\\fR//g' "$page" >"$work/page"
options_in() {
	grep -oE -e '(^|[^a-z-])--[a-z][a-z-]*' "$1" | grep -oE -e '--[a-z][a-z-]*' | sort -u
}
options_in "$work/help" >"$work/of_help"
[ -s "$work/of_help" ] || failed "--help has no options"
options_in "$work/page" >"$work/of_page"
diff "$work/of_help" "$work/of_page" || failed "--help (<) and $page (>) have other options"
grep -q "^\.SH \"*EXIT STATUS" "$page" || failed "$page says nothing of the exit status"
if command -v man >/dev/null; then
	MANWIDTH=80 MANROFFSEQ='' man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>"$work/warnings" >"$work/shown" || :
	[ -s "$work/shown" ] || failed "$page: man shows nothing"
	[ ! -s "$work/warnings" ] || failed "$page: $(cat "$work/warnings")"
fi
if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning "$page" >"$work/warnings" 2>&1 || :
	grep -v 'missing date' "$work/warnings" && failed "$page: mandoc warns"
fi
exit $status
