#!/bin/sh
# shell.sh SOURCE: whether shellcheck has anything to say of a shell script.
#
# What it is not asked for:
#   SC2016  a "$" or a backquote in single quotes: awk, sed and Markdown have these
set -eu
source=$1
# shellcheck source=tests/lint/common.sh
. "$(dirname "$0")/common.sh"
need shellcheck 0.9
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
files_of '*.sh' '.ci/*' >"$work/files"
cd "$source"
xargs "$tool" --external-sources --exclude=SC2016 <"$work/files"
echo "$(wc -l <"$work/files") scripts"
