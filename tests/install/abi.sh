#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2015 # cannot fail in between
# abi.sh - whether programs that were linked with the last release go on running: the shared library's symbols,
# what its functions take and return, and every type that public headers have, beside those of the release
# (libabigail). What may be added: names, each with the version that it comes with.
#
# Usage: abi.sh check BUILD | accept BUILD | finds BUILD
#   check	exit status 0: they do; 1: they do not, and what has changed; 77: it cannot be found out here
#   accept	what BUILD has is from now on what later ones are held to: abi/ is written anew, to be read in the commit
#   finds	whether check finds changes of each kind, in copies of the headers and of the library
#
# The release is the last tag v* with the same first number, as abi/ was there; or abi/ as it is, if there is none.
set -eu
what=${1-} build=${2-}
source=$(cd "$(dirname "$0")/../.." && pwd)
here=$source/tests/install/abi
include=$source/include
export LC_ALL=C

skip() {
	echo "skip: $*"
	exit 77
}

case $what in
check | accept | finds) ;;
*) sed -n '/^set/q; 4,$s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
esac
library=$build/libpercpu.so
[ -e "$library" ] || { echo "abi.sh: there is no $library" >&2 && exit 2; }
command -v abidiff >/dev/null && command -v abidw >/dev/null || skip "there is no abidiff (Debian: abigail-tools)"
readelf -SW "$library" | grep -q ' \.debug_info ' || skip "$library has no debugging symbols, which say what types are"
# other compilers describe the same types in other words
compiler=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
"$compiler" --version | grep -q 'Free Software Foundation' || skip "the library was built with $compiler, not with gcc"
[ "$(uname -m)" = x86_64 ] || skip "abi/ is of x86_64"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

number() { # MAJOR|MINOR|PATCH
	sed -n "s/^#define PERCPU_VERSION_$1 //p" "$include/percpu/version.h"
}

# The headers' types: an object with a function for each that has a name; and its constants, as lines "NAME VALUE".
all_types() { # INCLUDE OBJECT CONSTANTS
	(cd "$1" && ls percpu/*.h percpu/impl/*.h) | grep -v 'impl/begin\.h\|impl/end\.h' | sed 's/.*/#include <&>/' >"$work/types.c"
	"$compiler" -std=gnu11 -E "-I$1" "$work/types.c" | awk -v folder="$1/percpu/" '
		/^# [0-9]/ { ours = index($3, "\"" folder) == 1; next }
		!ours { next }
		match($0, /^(struct|union|enum) [a-z0-9_]+ \{/) { print "extern void type_" $2 "(" substr($0, 1, RLENGTH - 2) " *of);" }
		match($0, /^(typedef .*|\}) [a-z0-9_]+;/) && !/\(/ {
			name = $NF; sub(/;.*/, "", name); print "extern void type_" name "(" name " *of);" }' >"$work/functions"
	sed 's/;$/ { (void)of; }/' "$work/functions" >>"$work/types.c"
	"$compiler" -std=gnu11 -w -O1 -g -fno-eliminate-unused-debug-types -fPIC -shared "-I$1" "$work/types.c" "$library" -o "$2"
	abidw --load-all-types --headers-dir "$1/percpu" --drop-private-types --out-file "$work/all.abi" "$2"
	sed -n "s/.*<enumerator name='\(\(__\)\{0,1\}[A-Za-z]*_[^']*\)' value='\([^']*\)'.*/\1 \3/p" "$work/all.abi" |
		grep -v '^_ISw*\|^P_\|^SYS_' | sort -u >"$3"
}

# What changes, and how: 0: nothing that matters.
compare() { # OLD NEW INCLUDE
	abidiff --suppressions "$here/suppressions" --headers-dir2 "$3/percpu" --drop-private-types --no-added-syms "$1" "$2"
}

# LIBRARY, whose headers are in INCLUDE, beside the files in FOLDER.
check() { # LIBRARY INCLUDE FOLDER
	status=0
	compare "$3/library.abi" "$1" "$2" || status=1
	all_types "$2" "$work/types.so" "$work/constants"
	compare "$3/types.abi" "$work/types.so" "$2" || status=1
	comm -23 "$3/constants" "$work/constants" | sed 's/^/this constant is another, or gone: /' >"$work/other"
	[ ! -s "$work/other" ] || { cat "$work/other" && status=1; }
	# A name that has come since the release says so: programs that use it cannot run with the release.
	released=$(cat "$3/version")
	readelf --dyn-syms -W "$1" | sed -n 's/.* \([A-Za-z_0-9]*\)@@PERCPU_\(INLINE_\)\{0,1\}\([0-9.]*\)$/\1 \3/p' |
		sort >"$work/names"
	sed -n "s/.*elf-symbol name='\([^']*\)'.*/\1/p" "$3/library.abi" | sort >"$work/released"
	[ "$(number MAJOR).$(number MINOR)" = "$released" ] || join -v 1 "$work/names" "$work/released" |
		while read -r name since; do
			[ "$(printf '%s\n' "$since" "$released" | sort -V | tail -n 1)" != "$released" ] ||
				echo "$name is new since $released, but has the version $since: say in tests/link/exports.txt with which it comes"
		done >"$work/early"
	[ ! -s "$work/early" ] || { cat "$work/early" && status=1; }
	return $status
}

write() { # INPUT OUTPUT
	abidw --exported-interfaces-only --headers-dir "$include/percpu" --drop-private-types --drop-undefined-syms --no-corpus-path \
		--no-comp-dir-path --short-locs --no-elf-needed --no-write-default-sizes --no-parameter-names \
		--type-id-style hash --out-file "$2" "$1"
}

# The folder of what the last release had, as $release.
find_release() {
	release=$here
	tag=$(git -C "$source" describe --tags --abbrev=0 --match "v$(number MAJOR).*" 2>/dev/null) || return 0
	mkdir "$work/release"
	for file in library.abi types.abi constants version; do
		git -C "$source" show "$tag:tests/install/abi/$file" >"$work/release/$file" 2>/dev/null || return 0
	done
	release=$work/release
}

explain() {
	cat <<-END

		Programs that were linked with ${tag:-libpercpu $(cat "$release/version"), as tests/install/abi/ has it,}
		would not run with this library, or go wrong. If the change is not meant, undo it: new members and
		arguments want a new name beside the old one. If it is meant, libpercpu is another from now on:
		a new PERCPU_VERSION_MAJOR; or, where nothing was released yet, the files of abi/ written anew by
		    sh tests/install/abi.sh accept $build
	END
}

# expect_found NAME REGEX LIBRARY INCLUDE
expect_found() {
	if check "$3" "$4" "$here" >"$work/said" 2>&1; then
		echo "FAILED: not found: $1" && found=1
	elif ! grep -Eq "$2" "$work/said"; then
		echo "FAILED: $1: it says something else:" && cat "$work/said" && found=1
	else
		echo "found: $1"
	fi
}

# changed FILE SED: the headers, with FILE changed, in $work/include.
changed() {
	rm -rf "$work/include"
	cp -r "$include" "$work/include"
	sed -i "$2" "$work/include/percpu/$1"
	! cmp -s "$include/percpu/$1" "$work/include/percpu/$1" || { echo "FAILED: $1 has no such line: $2" && found=1; }
}

finds() {
	found=0
	changed impl/compiler.h 's/^#include <stddef.h>$/&\nstruct percpu_new { int number; };/'
	check "$library" "$work/include" "$here" >"$work/said" || { echo "FAILED: a new type:" && cat "$work/said" && found=1; }
	changed stats.h 's/^struct percpu_stats {$/&\n\tlong more;/'
	expect_found "a public structure's new member" 'percpu_stats' "$library" "$work/include"
	changed impl/runtime.h 's/^struct percpu_entry {$/&\n\tlong more;/'
	expect_found "a member of what only inlined code uses" 'percpu_entry' "$library" "$work/include"
	changed log.h 's/^\tPERCPU_LOG_EMERG\b.*$/\tPERCPU_LOG_EMERG = 1,/'
	expect_found "another number of an enumeration" 'percpu_log_level' "$library" "$work/include"
	changed interrupt.h 's/^\tHI_SOFTIRQ,/\tHI_SOFTIRQ = 20,/'
	expect_found "another constant" 'HI_SOFTIRQ 0' "$library" "$work/include"
	# one name less, and one of another version
	sed '/^\tpercpu_backend;$/d' "$build/src/percpu.map" >"$work/less.map"
	sed 's/^PERCPU_1\.0 {/PERCPU_0.9 {/' "$build/src/percpu.map" >"$work/other.map"
	for map in less other; do
		"$compiler" -shared -Wl,--whole-archive "$build/libpercpu.a" -Wl,--no-whole-archive -pthread \
			"-Wl,--version-script=$work/$map.map" -Wl,-soname,libpercpu.so.1 -o "$work/$map.so"
	done
	expect_found "a function that is gone" "percpu_backend" "$work/less.so" "$include"
	expect_found "a symbol's other version" "percpu_backend" "$work/other.so" "$include"
	exit $found
}

case $what in
check)
	find_release
	check "$library" "$include" "$release" || { explain && exit 1; }
	echo "as ${tag:-tests/install/abi/}: $(wc -l <"$work/names") symbols"
	;;
accept)
	all_types "$include" "$work/types.so" "$here/constants"
	write "$library" "$here/library.abi"
	write "$work/types.so" "$here/types.abi"
	echo "$(number MAJOR).$(number MINOR)" >"$here/version"
	git -C "$source" diff --stat -- tests/install/abi 2>/dev/null || :
	;;
finds) finds ;;
esac
