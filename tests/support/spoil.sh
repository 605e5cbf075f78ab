# shellcheck shell=sh
# spoil.sh - for a script that tests a test: it spoils a copy in one way after the other, and each time
# the test must say no, and name what is wrong. To be read by the script, which ends with spoilt_end.

work=$(cd "$(mktemp -d)" && pwd -P)
trap 'rm -rf "$work"' EXIT
status=0
cases=0

# good COMMAND...: the test is content with what is not spoilt.
good() {
	"$@" >"$work/said" 2>&1 || {
		echo "FAILED: it says no before anything is spoilt" >&2
		cat "$work/said" >&2
		exit 1
	}
}

# spoilt WHAT SAID COMMAND...: the test finds WHAT, and what it says has SAID in it.
spoilt() {
	what=$1 said=$2
	shift 2
	cases=$((cases + 1))
	if "$@" >"$work/said" 2>&1; then
		echo "FAILED: nothing is said of $what" >&2
		status=1
	elif ! grep -q "$said" "$work/said"; then
		echo "FAILED: of $what it does not say '$said' but" >&2
		cat "$work/said" >&2
		status=1
	fi
}

spoilt_end() {
	echo "$cases ways to spoil it"
	[ "$cases" -gt 0 ] || status=1
	exit $status
}
