#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2015 # cannot fail in between
# fresh.sh - README's and docs/install.md's commands, as they are written there, on a Debian machine that has nothing
# yet. They install in /usr and /usr/local: run by dist.sh, in a root of its own, as
#	sh tests/dist.sh trixie '' 'sh tests/install/fresh.sh'
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
version=$(sed -n 's/^#define PERCPU_VERSION_[A-Z]* \([0-9]*\)$/\1/p' "$source/include/percpu/version.h" | paste -sd .)
[ ! -e /usr/include/percpu ] && [ ! -e /usr/local/include/percpu ] || { echo "libpercpu is installed here" >&2 && exit 1; }
PATH=/usr/local/bin:$PATH
export PATH
command -v sudo >/dev/null || {
	printf '#!/bin/sh\nexec "$@"\n' >/usr/local/bin/sudo
	chmod 755 /usr/local/bin/sudo
}
empty=$(mktemp -d)
# of a machine that has been up for a while
rm -rf "$source"/build*

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

# The commands of a page's section: what is indented by four.
commands_of() { # PAGE HEADING
	awk -v heading="$2" '/^#/ { there = ($0 == heading) } there && sub(/^    /, "")' "$source/$1"
}

run() { # FOLDER COMMANDS
	echo "$2" | sed 's/^/\$ /'
	(cd "$1" && sh -euc "$2")
}

# What the machine takes is said, and nothing is judged by it: by the clock, and of its processors.
processor_seconds() { # of all commands so far
	times >"$empty/times"
	awk 'NR == 2 { gsub(/[ms]/, " "); printf "%d\n", 60 * ($1 + $3) + $2 + $4 }' "$empty/times"
}

began() {
	start=$(date +%s)
	processor_seconds >"$empty/began"
}

took() { # WHAT
	processor_seconds >"$empty/ended"
	echo "== $1: $(($(date +%s) - start)) s, $(($(cat "$empty/ended") - $(cat "$empty/began"))) s of processors"
}

# --- README: two lines ---
lines=$(awk '/^```c$/ { code = 1 } code && sub(/^    /, "") { print; seen = 1; next } seen { exit }' "$source/README.md")
[ "$(echo "$lines" | wc -l)" = 2 ] || fail "README has not two lines behind its program"
sed -n '/^```c$/,/^```$/p' "$source/README.md" | sed '1d;/^```$/,$d' >"$empty/main.c"
# Whoever reads 200 words a minute, and types 250 characters of the program, without its comments, and of the lines.
words=$(awk '/^```/ { code = !code; next } !code { words += NF } /main\.c -lpercpu/ { print words; exit }' "$source/README.md")
typed=$( (sed 's|/\*.*\*/||; s/[ \t]*$//' "$empty/main.c" && echo "$lines") | tr -s ' \t' | wc -c)
seconds=$((words * 60 / 200 + typed * 60 / 250))
echo "== reading $words words and typing $typed characters: $seconds s"
[ "$seconds" -lt 120 ] || fail "that is not under two minutes"
began
run "$source" "$(echo "$lines" | sed -n 1p)"
took "the first line, with all packages that it fetches"
began
[ "$(run "$empty" "$(echo "$lines" | sed -n 2p)" | tail -n 1)" = "1 requests" ] || fail "the program does not count"
took "the second line"

# --- what is installed is whole, and serves others ---
for package in libpercpu1 libpercpu-dev libpercpu-tools; do
	[ -z "$(dpkg -V $package)" ] || fail "$package is not as it was packed"
done
sudo apt-get install -y --no-install-recommends pkg-config >/dev/null
cp "$source"/tests/install/project/* "$empty"
# shellcheck disable=SC2046 # options
(
	cd "$empty"
	for language in c cc; do
		compiler=gcc
		[ $language = c ] || compiler=g++
		for link in "" -static; do
			$compiler $link hello.$language $(pkg-config ${link:+--static} --cflags --libs percpu) -o hello
			[ "$(./hello)" = "hello: 40, $version, as compiled" ] || fail "$compiler $link: $(./hello)"
		done
	done
	cmake -S . -B project >/dev/null && cmake --build project >/dev/null
	for program in shared_c shared_cc static_c static_cc; do
		[ "$(project/$program)" = "hello: 40, $version, as compiled" ] || fail "$program: $(project/$program)"
	done
	[ "$(project/kernel_file)" = "kernel file: 40" ] || fail "kernel_file"
)
cp -a "$source/examples" "$empty/examples"
# shellcheck disable=SC2013 # no name has a blank
for example in $(grep -lr '^ \*	\$ ' "$empty/examples"); do
	sh "$source/tests/docs/example.sh" "$example" || fail "$example"
done
for program in $(dpkg -L libpercpu-tools | sed -n 's|^/usr/bin/||p'); do
	$program --version | grep -q "$version" || fail "$program has another version"
done

# --- from the archive of the sources: somebody's project fetches it ---
began
line=$(sed -n 's/.*`cd build && \(cpack --config [^`]*\)`.*/\1/p' "$source/docs/install.md")
[ -n "$line" ] || fail "install.md does not say how the archive of the sources is made"
run "$source/build-packages" "$line" >/dev/null
archive=$source/build-packages/libpercpu-$version.tar.gz
[ -e "$archive" ] || fail "there is no $archive"
cp -a "$source/tests/install" "$empty/install"
(
	cd "$empty/install"
	cmake -S subproject -B built "-DPERCPU_URL=file://$archive" >/dev/null
	cmake --build built --parallel "$(nproc)" >/dev/null
	for program in shared_c shared_cc static_c static_cc up_c up_cc; do
		[ "$(built/$program)" = "hello: 40, $version, as compiled" ] || fail "$program: $(built/$program)"
	done
)
took "a project that fetches the archive, and builds the library too"

# --- the same packages in another folder, and later ---
cp -a "$source" "$empty/another folder"
rm -rf "$empty/another folder/"build*
run "$empty/another folder" "./cmake/setup.sh packages" >/dev/null
for package in "$source"/build-packages/*.deb; do
	cmp "$package" "$empty/another folder/build-packages/$(basename "$package")" || fail "another package"
done

# --- and nothing stays ---
line=$(sed -n 's/.*`\(sudo apt-get remove [^`]*\)`.*/\1/p' "$source/docs/install.md")
[ -n "$line" ] || fail "install.md does not say how packages are removed"
run / "$(echo "$line" | sed 's/apt-get remove/apt-get remove -y/')" >/dev/null
rm -rf "$empty/another folder"
left=$(find /usr /etc /var/lib/dpkg/info -name '*percpu*' ! -name '*.list' | grep -v /usr/include/linux || :)
[ -z "$left" ] || fail "this stays: $left"

# --- docs/install.md: by CMake ---
run "$source" "$(commands_of docs/install.md '## By CMake' | grep -v xargs)" >/dev/null
[ "$(run "$empty" "cc main.c -lpercpu && ./a.out" | tail -n 1)" = "1 requests" ] || fail "the program does not count"
run "$source" "$(commands_of docs/install.md '## By CMake' | grep xargs)"
left=$(find /usr/local -name '*percpu*' ! -type d)
[ -z "$left" ] || fail "this stays: $left"
rm -rf "$empty"
echo "fresh: all commands have worked, $version"
