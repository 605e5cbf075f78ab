# shellcheck shell=sh
# packages.sh - packages of a Debian release, unpacked into a folder; nothing is installed. Sourced by
# findings that are about another release than the machine's. Needs apt, and no root.

# unpack FOLDER RELEASE PACKAGE=VERSION...: the archive is the one that this machine's apt knows. Of a
# package without a version, what the release has. 77 if they cannot be had: a release moves on.
unpack() {
	folder=$1 release=$2
	shift 2
	mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial" "$folder/root"
	# shellcheck disable=SC2016 # a format of apt
	archive=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' 2>/dev/null |
		awk '$2 !~ /-/ { print $1; exit }')
	[ -n "$archive" ] || { echo "apt knows no archive here" && exit 77; }
	echo "deb $archive $release main" >"$folder/apt/sources"
	set -- "$@" -- -o Dir::Etc::SourceList="$folder/apt/sources" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$folder/apt/lists" -o Dir::Cache="$folder/apt/cache" \
		-o APT::Sandbox::User=""
	wanted=
	while [ "$1" != -- ]; do
		wanted="$wanted $1"
		shift
	done
	shift
	# shellcheck disable=SC2086 # a list of packages
	{ apt-get "$@" -qq update && (cd "$folder/apt" && apt-get "$@" -qq download $wanted); } \
		>"$folder/apt/log" 2>&1 ||
		{ tail -3 "$folder/apt/log" && echo "not to be had:$wanted" && exit 77; }
	for package in "$folder"/apt/*.deb; do
		dpkg-deb -x "$package" "$folder/root"
	done
}
