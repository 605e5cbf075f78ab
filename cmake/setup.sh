#!/bin/sh
# setup.sh PURPOSE: everything from a fresh Debian machine to a finished build in build/.
# PURPOSE is "example" or "test": which packages are wanted beside those of the library; or "packages": the library's
# own Debian packages are made, in build-packages/; or "install": they are installed too.
# Installs what is missing if it may, and says what is missing if it may not. On a terminal sudo asks for the password.
set -eu
purpose=${1:-test}
root=$(cd "$(dirname "$0")/.." && pwd)
build=${PERCPU_BUILD:-$root/build}

packages="gcc g++ cmake ninja-build pkg-config libhwloc-dev libnuma-dev libjemalloc-dev"
case $purpose in
example) packages="$packages libmicrohttpd-dev nghttp2-client curl" ;;
test) packages="$packages libcmocka-dev libmicrohttpd-dev nghttp2-client curl libcjson-dev liburcu-dev \
	clang libclang-rt-dev lld mold binutils musl-tools linux-libc-dev sparse spin valgrind gdb procps \
	clang-format clang-tidy cppcheck shellcheck universal-ctags dpkg-dev lintian abigail-tools mandoc \
	pandoc python3-prometheus-client" ;;
packages | install) packages="$packages dpkg-dev" ;;
*) echo "setup.sh: the purpose is install, packages, example or test, not $purpose" >&2; exit 2 ;;
esac

missing() {
	for package in $packages; do
		dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
			printf '%s ' "$package"
	done
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Asks for the password, where there is somebody to ask, and not again for a while.
may_install() {
	[ "$(id -u)" = 0 ] && return
	command -v sudo >/dev/null || return
	sudo -n true 2>/dev/null && return
	[ -t 0 ] && [ -t 2 ] && echo "To install packages, sudo may ask for your password." >&2 && sudo -v
}

# Says nothing but what went wrong.
apt_install() { # ARGUMENT...
	log=$(mktemp)
	if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y "$@" >"$log" 2>&1; then
		tail -20 "$log" >&2
		rm -f "$log"
		return 1
	fi
	rm -f "$log"
}

install_missing() {
	wanted=$(missing)
	[ -n "$wanted" ] || return 0
	if ! may_install; then
		echo "These packages are missing and this user may not install them; please run, as root," >&2
		echo "    apt-get install $wanted" >&2
		exit 1
	fi
	echo "Installing: $wanted"
	update=$(mktemp)
	# shellcheck disable=SC2086 # a list of words
	if ! as_root apt-get update >"$update" 2>&1 || ! apt_install --no-install-recommends $wanted; then
		cat "$update" >&2
		echo "These packages could not be installed: $wanted" >&2
		exit 1
	fi
	rm -f "$update"
}

# The packages of this version. --reinstall: after a change of the sources they have the same version.
install_own() {
	version=$(sed -n 's/^#define PERCPU_VERSION_[A-Z]* \([0-9]*\)$/\1/p' "$root/include/percpu/version.h" | paste -sd .)
	set -- "$build"/libpercpu*_"$version"-*.deb
	if ! may_install; then
		echo "The packages are made, and this user may not install them; please run, as root," >&2
		echo "    apt-get install $*" >&2
		exit 1
	fi
	apt_install --reinstall --allow-downgrades "$@" || exit 1
	echo "Installed: libpercpu $version"
}

if command -v dpkg-query >/dev/null; then
	install_missing
elif [ "$purpose" = install ] || [ "$purpose" = packages ]; then
	echo "This is no Debian system, which these packages are for: docs/install.md, \"By CMake\", is the way." >&2
	exit 1
else
	echo "This is no Debian system: install what corresponds to these packages yourself:" >&2
	echo "    $packages" >&2
fi
configure() { # OPTION...
	log=$(mktemp)
	cmake -S "$root" -B "$build" -G Ninja "$@" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
	rm -f "$log"
}

case $purpose in
example) configure -DPERCPU_TESTS=OFF -DPERCPU_BENCH=OFF ;;
test) configure -DPERCPU_TESTS=ON -DPERCPU_BENCH=ON ;;
packages | install)
	build=${PERCPU_BUILD:-$root/build-packages}
	configure -DCMAKE_INSTALL_PREFIX=/usr -DPERCPU_TESTS=OFF -DPERCPU_BENCH=OFF -DPERCPU_EXAMPLES=OFF
	;;
esac
cmake --build "$build"
case $purpose in
packages | install) (cd "$build" && cpack) ;;
esac
[ "$purpose" != install ] || install_own
