#!/bin/sh
# SPDX-License-Identifier: MIT
# What abidw writes with --no-show-locs, as a baseline that does not change with every line of a header, makes
# abidiff blind once it is told where the new version's public headers are (--headers-dir2): a public structure
# that has got a new first member is no change, with status 0 and not a word. A type without a place is in no
# public header, so it is taken for private, and its changes for nobody's business. Names that go are still found,
# so a test that only tries that looks well. With places (also with --short-locs, the name of the file alone) the
# change is found, and so it is without --headers-dir2.
#
# Seen with libabigail 2.6 (Debian 13), and with 2.2 (Debian 12). Nothing of libpercpu is used. Exit status 0: as
# described; 1: it has changed; 77: this libabigail cannot be had.
set -eu
# shellcheck source=findings/packages.sh
. "$(dirname "$0")/packages.sh"
command -v gcc >/dev/null || { echo "there is no gcc" && exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unpack "$work" trixie abigail-tools=2.6-2 libabigail5=2.6-2 libdw1t64 libelf1t64 libc6 libstdc++6 libgcc-s1 zlib1g \
	libxml2 libicu76 liblzma5 libbz2-1.0 libzstd1 libxxhash0 libbpf1 libbinutils libctf0 libctf-nobfd0 libsframe1 \
	libjansson4
cd "$work"
libraries=$work/root/usr/lib/x86_64-linux-gnu

tool() { # NAME ARGUMENT...
	name=$1
	shift
	"$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" "$work/root/usr/bin/$name" "$@"
}

tool abidiff --version
gcc --version | head -n 1
mkdir one two gone
echo 'struct numbers { int first; }; int sum(const struct numbers *of);' >one/lib.h
echo 'struct numbers { long more; int first; }; int sum(const struct numbers *of);' >two/lib.h
cp one/lib.h gone
printf '#include "lib.h"\n#ifndef GONE\nint sum(const struct numbers *of) { return of->first; }\n#endif\n' >lib.c
gcc -g -fPIC -shared -Ione lib.c -o one.so
gcc -g -fPIC -shared -Itwo lib.c -o two.so
gcc -g -fPIC -shared -DGONE -Igone lib.c -o gone.so

changed=0
# Whether abidiff finds that NEW is another than what was written with WRITTEN, told of OPTION: 0: no; 4: it is.
expect() { # STATUS NEW WRITTEN OPTION...
	want=$1 new=$2 written=$3
	shift 3
	# shellcheck disable=SC2086 # an option, or none
	tool abidw --headers-dir one $written --out-file one.abi one.so
	status=0
	tool abidiff "$@" one.abi "$new.so" >said || status=$?
	# a change is 4, and 8 in addition if no program survives it
	[ $status -ne 12 ] || status=4
	echo "abidw $written, abidiff $*: $new.so: status $status, $(wc -l <said) lines"
	[ $status -eq "$want" ] || changed=1
}

expect 4 two "" --headers-dir2 two
expect 4 two --short-locs --headers-dir2 two
expect 4 two --no-show-locs
expect 0 two --no-show-locs --headers-dir2 two
expect 4 gone --no-show-locs --headers-dir2 gone
[ $changed -eq 0 ] || { echo "this has changed" && exit 1; }
echo "as described"
