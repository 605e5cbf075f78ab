#!/bin/sh
# mandoc -T html moves the empty lines of examples. Within .EX and .EE (and .nf and .fi) an empty line of a page's source
# is none in the HTML, where all of it is one <pre>; and a line that begins with blanks gets a <br/> on a line of its own
# before it, which browsers show as an empty line. So of a C program of two functions the gap between them goes, and one
# comes before each line that is indented. -T utf8 of the same page is right, and -T lint has nothing to say. An empty line
# that is written as .sp stays, and a line that begins with \& and then blanks has no <br/>.
#
# Expected was: <pre> has the lines of the source, as the terminal has.
# Seen with mandoc 1.14.6 of Debian 12, and of testing (1.14.6-4, 2026).
# Nothing of libpercpu is used. Exit status 0: as described; 1: it has changed; 77: a package is missing.
set -eu
# shellcheck source=findings/packages.sh
. "$(dirname "$0")/packages.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unpack "$folder" bookworm mandoc=1.14.6-1+b1
mandoc=$folder/root/usr/bin/mandoc
cd "$folder"
printf '.TH T 1 2026-01-01\n.SH NAME\nt \\- text\n.SH EXAMPLES\n.EX\n%s\n.EE\n' 'one

two
        three
four' >plain.1
sed '/^\.EX/,/^\.EE/{ s/^$/.sp/; s/^ /\\\& /; }' plain.1 >careful.1
"$mandoc" -T lint plain.1 | grep -v 'mandoc.db' || echo "lint: nothing"

lines() { # OUTPUT PAGE: what stands from "one" to "four"
	"$mandoc" -T "$1" -O fragment "$2" 2>/dev/null | sed -n '/one$/,/four$/{ s/<pre>//; s/^ *//; p; }' | paste -sd '|' -
}
changed=0
expect() { # OUTPUT PAGE LINES
	echo "$2 as $1: $(lines "$1" "$2")"
	[ "$(lines "$1" "$2")" = "$3" ] || changed=1
}
expect utf8 plain.1 'one||two|three|four'
expect html plain.1 'one|two|<br/>|three|four'
expect html careful.1 'one||two|three|four'
exit $changed
