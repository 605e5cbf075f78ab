#!/bin/sh
# aarch64-sysroot.sh FOLDER [PACKAGE...]: fills FOLDER with what building and running libpercpu for
# aarch64 needs of a system: the C library, the libraries that libpercpu uses, and those of its
# tests. Of a PACKAGE named in addition, only its own files; one that merely names the newest of a
# kind (linux-image-cloud-arm64) is followed to that, and from a kernel's that holds dependencies
# only, as those of 7.x do, to the one with the kernel in it.
#
# They are Debian packages for arm64, taken from where this machine's apt takes its own and
# unpacked; nothing is installed, and no architecture is added to this machine's dpkg.
# Exit status 0: all is there; 77: it cannot be had here.
set -eu
folder=$1
shift
wanted="libc6-dev libgcc-s1 libstdc++6 libhwloc-dev libnuma-dev libjemalloc-dev libcmocka-dev"

skip() {
	echo "aarch64-sysroot.sh: $1"
	exit 77
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
	skip "this is no Debian system"
fi

# What apt writes is in a folder of its own; the sources and the keys are the machine's.
mkdir -p "$folder"
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/debs"
: >"$state/status"
cat >"$state/apt.conf" <<EOF
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Get::AllowUnauthenticated "false";
APT::Sandbox::User "";
Acquire::Languages "none";
Dir::State "$state";
Dir::State::status "$state/status";
Dir::Cache "$state/cache";
EOF
export APT_CONFIG="$state/apt.conf"

quietly() { # command...
	"$@" >"$state/log" 2>&1 && return
	cat "$state/log"
	skip "apt cannot: $*"
}

unpack() { # package...
	(cd "$state/debs" && quietly apt-get -qq download "$@") || exit 77
	for deb in "$state/debs"/*.deb; do
		dpkg-deb -x "$deb" "$folder"
	done
	rm -f "$state/debs"/*.deb
}

quietly apt-get -qq update
# shellcheck disable=SC2086 # lists of words
all=$(apt-get install -s --no-install-recommends $wanted | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
[ -n "$all" ] || skip "apt knows no packages for arm64"
# shellcheck disable=SC2086
unpack $all
needed_by() { # package, how the name of what it needs begins
	apt-cache depends "$1" | sed -n "s/^ *Depends: \\($2[0-9].*\\)/\\1/p" | head -n 1
}
for package; do
	newest=$(needed_by "$package" linux-image-)
	package=${newest:-$package}
	binary=$(needed_by "$package" linux-binary-)
	unpack "${binary:-$package}"
done
