#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2015,SC2044,SC2153 # of lines, not of words; CMake's names are in capitals
# debs.sh SOURCE STAGED OUTPUT: Debian packages of the components that are in STAGED/lib, STAGED/dev and, if there
# are any, STAGED/tools: a library's, a developer's, that of the programs, and debugging symbols of their own. The
# packages are in OUTPUT, and their names, a line each, on the standard output.
#
# Of the environment, beside what CMake found out: DEBFULLNAME and DEBEMAIL, the maintainer, as for all of Debian's
# tools. Made again of the same files, a package is the same, byte by byte: no time but SOURCE_DATE_EPOCH is in it.
set -eu
source=$1 staged=$2 output=$3
here=$source/cmake/packages
export SOURCE_DATE_EPOCH
export LC_ALL=C
maintainer="${DEBFULLNAME:-libpercpu authors} <${DEBEMAIL:-libpercpu@packages.example.org}>"
# below the one that a distribution would give
version=$VERSION-0upstream1
library=libpercpu$ABI

cannot() {
	echo "debs.sh: $*" >&2
	exit 1
}

[ "$PREFIX" = /usr ] || cannot "the build is for $PREFIX; packages want one that was configured with -DCMAKE_INSTALL_PREFIX=/usr"
for tool in dpkg-deb dpkg-shlibdeps dpkg-gensymbols; do
	command -v $tool >/dev/null || cannot "there is no $tool (Debian: dpkg-dev)"
done
case $ARCH in
x86_64) arch=amd64 ;;
aarch64) arch=arm64 ;;
esac
umask 022
# a list of files is one of lines: the folder's name may have blanks
IFS='
'

# What dpkg's tools want to read is as in a source package, which this is not.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/debian"
printf 'Source: libpercpu\n\nPackage: %s\nArchitecture: any\n' "$library" >"$work/debian/control"

# --- what is in the packages ---

compress() { # FILE
	gzip -9n "$1"
}

# What every package has, in its folder.
add_documents() { # PACKAGE TREE
	doc=$2/usr/share/doc/$1
	mkdir -p "$doc"
	{
		cat "$here/copyright"
		sed 's/^$/./; s/^/ /' "$source/LICENSE" | sed 1,4d
		[ "$JEMALLOC" != ON ] || { echo && cat "$here/copyright.jemalloc"; }
	} >"$doc/copyright"
	cat >"$doc/changelog.Debian" <<-END
		libpercpu ($version) unstable; urgency=medium

		  * Built from the sources of libpercpu $VERSION.

		 -- $maintainer  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
	END
	compress "$doc/changelog.Debian"
	[ -d "$2/usr/share/man" ] || return 0
	# pages that only lead to others are links, as Debian has them
	find "$2/usr/share/man" -type f -exec grep -l '^\.so man' {} + | while read -r page; do
		to=$(sed -n 's|^\.so man[0-9]*/||p' "$page")
		rm "$page"
		ln -s "$to.gz" "$page.gz"
	done
	find "$2/usr/share/man" -type f -exec gzip -9n {} +
}

is_elf() { # FILE
	[ "$(head -c 4 "$1")" = "$(printf '\177ELF')" ]
}

# The symbols of what is in TREE in a tree of their own, by the identity of each file, of which $ids has all.
strip_tree() { # TREE DEBUG_TREE
	ids=
	for file in $(find "$1/usr" -type f \( -name '*.so.*' -o -path '*/bin/*' \)); do
		is_elf "$file" || continue
		id=$("$READELF" -n "$file" | sed -n 's/.*Build ID: //p')
		if [ -n "$id" ]; then
			debug=$2/usr/lib/debug/.build-id/$(echo "$id" | cut -c 1-2)
			mkdir -p "$debug"
			debug=$debug/$(echo "$id" | cut -c 3-).debug
			"$OBJCOPY" --only-keep-debug --compress-debug-sections "$file" "$debug"
			chmod 644 "$debug"
			"$STRIP" --strip-unneeded --remove-section=.comment --remove-section=.note "$file"
			"$OBJCOPY" --add-gnu-debuglink "$debug" "$file"
			ids="$ids${ids:+ }$id"
		else
			"$STRIP" --strip-unneeded --remove-section=.comment --remove-section=.note "$file"
		fi
	done
	for file in $(find "$1/usr" -name '*.a'); do
		"$STRIP" --strip-debug --remove-section=.comment --remove-section=.note \
			--enable-deterministic-archives "$file"
	done
}

# --- packages ---

# Makes PACKAGE of TREE; the fields are read from the standard input.
make_deb() { # PACKAGE TREE
	package=$1 tree=$2
	chmod -R u=rwX,go=rX "$tree"
	mkdir -p "$tree/DEBIAN"
	(cd "$tree" && find usr -type f -print0 | sort -z | xargs -0r md5sum) >"$tree/DEBIAN/md5sums"
	{
		printf 'Package: %s\nSource: libpercpu\nVersion: %s\nArchitecture: %s\nMaintainer: %s\n' \
			"$package" "$version" "$arch" "$maintainer"
		printf 'Installed-Size: %s\n' "$(find "$tree/usr" -type f -printf '%s\n' -o -printf '1024\n' |
			awk '{ kib += int(($1 + 1023) / 1024) } END { print kib }')"
		cat
	} >"$tree/DEBIAN/control"
	dpkg-deb --root-owner-group -Zxz --build "$tree" "$output/${package}_${version}_$arch.deb" >/dev/null
	echo "$output/${package}_${version}_$arch.deb"
}

# The debugging symbols of PACKAGE, if there are any.
make_dbgsym() { # PACKAGE MULTI_ARCH
	[ -n "$ids" ] || return 0
	mkdir -p "$work/$1.debug/usr/share/doc"
	ln -s "$1" "$work/$1.debug/usr/share/doc/$1-dbgsym"
	make_deb "$1-dbgsym" "$work/$1.debug" <<-END
		Depends: $1 (= $version)
		Section: debug
		Priority: optional
		${2}Description: debug symbols for $1
		Auto-Built-Package: debug-symbols
		Build-Ids: $ids
	END
}

# What the ELF files of TREE need of other packages.
depends_of() { # TREE
	# shellcheck disable=SC2046 # a list of files
	(cd "$work" && dpkg-shlibdeps -O -S"$staged/lib" -l"$(dirname "$shared")" \
		$(find "$1/usr" -type f \( -name '*.so.*' -o -path '*/bin/*' \)) 2>"$work/said") |
		sed 's/^shlibs:Depends=//' || { cat "$work/said" >&2 && exit 1; }
}

[ -d "$staged/lib/usr" ] && [ -d "$staged/dev/usr" ] || cannot "nothing was installed in $staged"
shared=$(find "$staged/lib" -name "libpercpu.so.$ABI")
[ -n "$shared" ] || cannot "no libpercpu.so.$ABI was installed"

mkdir -p "$staged/lib/DEBIAN"
echo 'activate-noawait ldconfig' >"$staged/lib/DEBIAN/triggers"
# a symbol is there since the version that it has
echo "libpercpu.so.$ABI $library #MINVER#" >"$work/symbols"
"$READELF" -VW "$shared" | sed -n 's/.*Name: \(PERCPU_[A-Z_]*\([0-9.]*\)\).*/ (symver)\1 \2/p' >>"$work/symbols"
(cd "$work" && dpkg-gensymbols -c4 "-p$library" "-v$VERSION" "-P$staged/lib" "-I$work/symbols" \
	"-O$staged/lib/DEBIAN/symbols" "-e$shared" >"$work/said") || { cat "$work/said" >&2 && exit 1; }
echo "libpercpu $ABI $library (>= $VERSION)" >"$staged/lib/DEBIAN/shlibs"
add_documents "$library" "$staged/lib"
strip_tree "$staged/lib" "$work/$library.debug"
make_deb "$library" "$staged/lib" <<END
Depends: $(depends_of "$staged/lib")
Suggests: libhwloc15, libnuma1
Section: libs
Priority: optional
Multi-Arch: same
Description: per-CPU variables for userspace (shared library)
$(cat "$here/description")
 .
 This package has what programs need to run.
END
make_dbgsym "$library" "Multi-Arch: same
"

mv "$staged/dev/usr/share/doc/percpu" "$staged/dev/usr/share/doc/libpercpu-dev"
rm -f "$staged/dev/usr/share/doc/libpercpu-dev/LICENSE" "$staged/dev/usr/share/doc/libpercpu-dev/copyright.jemalloc"
add_documents libpercpu-dev "$staged/dev"
strip_tree "$staged/dev" "$work/none"
mkdir -p "$staged/dev/usr/share/lintian/overrides"
cp "$here/lintian-overrides" "$staged/dev/usr/share/lintian/overrides/libpercpu-dev"
urcu=
[ "$URCU" != 1 ] || urcu=", liburcu-dev"
make_deb libpercpu-dev "$staged/dev" <<END
Depends: $library (= $version), libc6-dev | libc-dev$urcu
Suggests: libpercpu-tools, pkg-config
Section: libdevel
Priority: optional
Multi-Arch: same
Description: per-CPU variables for userspace (development files)
$(cat "$here/description")
 .
 This package has what is needed to build programs: the headers, the static
 library, files for CMake and pkg-config, and the documentation.
END

[ -d "$staged/tools/usr" ] || exit 0
add_documents libpercpu-tools "$staged/tools"
strip_tree "$staged/tools" "$work/libpercpu-tools.debug"
make_deb libpercpu-tools "$staged/tools" <<END
Depends: $(depends_of "$staged/tools")
Section: utils
Priority: optional
Description: per-CPU variables for userspace (programs)
$(cat "$here/description")
 .
 This package has programs that show what the library does in a process.
END
make_dbgsym libpercpu-tools ""
