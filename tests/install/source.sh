#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# source.sh - the archive of the sources: what is in it, that it is the same whoever makes it, and that somebody
# else's project can fetch and build it.
#
# Usage: source.sh BUILD VERSION [whole]. Otherwise the library is not built, which takes its time; what it is to
# the project is seen with the headers alone.
. "$(dirname "$0")/common.sh"
need cmake cpack gcc g++ tar gzip
build=$1 version=$2 whole=${3-}
name=libpercpu-$version
jobs=$(nproc)

begin "cpack makes it"
step cpack --config "$build/CPackSourceConfig.cmake" -B "$LINK_WORK/made" || finish
archive=$LINK_WORK/made/$name.tar.gz
step tar -xzf "$archive" && [ "$(tar -tzf "$archive" | cut -d / -f 1 | sort -u)" = "$name" ] || failed "it has more than one folder"
compiled=$case_commands

begin "it has the files that are tracked, and no others"
if [ -e "$PERCPU_SOURCE/.git" ] && git -C "$PERCPU_SOURCE" ls-files >tracked 2>/dev/null && [ -s tracked ]; then
	while read -r file; do
		[ ! -e "$PERCPU_SOURCE/$file" ] || echo "$file"
	done <tracked | LC_ALL=C sort >expected
	(cd "$name" && find . ! -type d | sed 's|^\./||' | LC_ALL=C sort) >found
	step diff expected found || :
	while read -r file; do
		cmp -s "$PERCPU_SOURCE/$file" "$name/$file" || failed "$file is another"
	done <expected
else
	skip_case "there is no git here that tracks anything"
fi

begin "made again of what was unpacked, without git, it is the same"
mkdir -p "$name/build/x" "$name/build-other" && touch "$name/build/x/file" "$name/build-other/file"
SOURCE_DATE_EPOCH=$(date -u -d "$(TZ=UTC tar -tvzf "$archive" --full-time | awk 'NR == 1 { print $4 " " $5 }')" +%s)
export SOURCE_DATE_EPOCH
find "$name" -exec touch -h -d 2001-01-01 {} +
step sh "$name/cmake/packages/source.sh" "$name" "$name" "$LINK_WORK/again.tar.gz" && step cmp "$archive" again.tar.gz || :

begin "a project that fetches it builds it, and counts"
step cmake -S "$here/subproject" -B project -G "$(cached "$build" CMAKE_GENERATOR)" "-DPERCPU_URL=file://$archive" &&
	for kind in up ${whole:+shared static}; do
		for language in c cc; do
			step cmake --build project --parallel "$jobs" --target ${kind}_$language &&
				step_prints "hello: 40, $version, as compiled" project/${kind}_$language || :
		done
	done

begin "so does one that has it in a folder"
step cmake -S "$here/subproject" -B folder -G "$(cached "$build" CMAKE_GENERATOR)" "-DPERCPU_FOLDER=$LINK_WORK/$name" &&
	step cmake --build folder --target up_c && step_prints "hello: 40, $version, as compiled" folder/up_c || :

begin "the library that is a part of a project leaves what the project installs, builds and tests alone"
find project -name cmake_install.cmake -exec grep -l 'file(INSTALL' {} + >output && failed "it would be installed" || :
for variable in PERCPU_TESTS PERCPU_BENCH PERCPU_EXAMPLES PERCPU_TOOLS PERCPU_INSTALL PERCPU_WERROR; do
	[ "$(cached project $variable)" = OFF ] || failed "$variable is on"
done
[ -z "$(cached project CMAKE_BUILD_TYPE)" ] || failed "it has a type of build"
finish
