#!/bin/sh
# SPDX-License-Identifier: MIT
# source.sh SOURCE NAME ARCHIVE: the files that git tracks in SOURCE as ARCHIVE, a .tar.gz in which they are in
# the folder NAME. Where git does not know SOURCE, it was unpacked from such an archive: all files but what a
# build makes. Of the environment: SOURCE_DATE_EPOCH, the time of every file.
set -eu
source=$1 name=$2 archive=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$source"
if [ -e .git ] && command -v git >/dev/null; then
	git ls-files -z | xargs -0 sh -c 'for file; do [ ! -e "$file" ] || printf "%s\0" "$file"; done' sh
else
	find . -mindepth 1 \( -path './build*' -o -path ./out -o -name .git \) -prune -o ! -type d -print0
fi | sed -z 's|^\./||' | LC_ALL=C sort -z >"$work/list"
[ -s "$work/list" ]
tar --create --file="$work/tar" --null --no-recursion --files-from="$work/list" --transform="s|^|$name/|S" --format=ustar \
	--owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --mode=u+rw,go+r,go-w
gzip -9nc "$work/tar" >"$archive"
