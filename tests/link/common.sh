# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2086 # for those who source it; lists of options
# common.sh - what the scripts of this folder share. Sourced, not run.
#
# Environment, set by CMakeLists.txt:
#   PERCPU_SOURCE	root of the source tree
#   PERCPU_LIBRARIES	folder that libpercpu.a and libpercpu.so were built in
#   LINK_WORK		folder for what the test builds; emptied at the start
#
# A test is a row of cases. A case is a few steps; where a step fails, the case's commands so far
# are printed, ready to be pasted, and the rest of the case is left out.
set -eu

: "${PERCPU_SOURCE:?}" "${PERCPU_LIBRARIES:?}" "${LINK_WORK:?}"
here=$PERCPU_SOURCE/tests/link
include=-I$PERCPU_SOURCE/include
shared="-L$PERCPU_LIBRARIES -Wl,-rpath,$PERCPU_LIBRARIES -lpercpu"
archive="$PERCPU_LIBRARIES/libpercpu.a -pthread"
warnings="-Wall -Wextra -Werror"
unset PERCPU_CONF GLIBC_TUNABLES LD_PRELOAD LD_LIBRARY_PATH
rm -rf "$LINK_WORK"
mkdir -p "$LINK_WORK"
cd "$LINK_WORK"

cases=0
failures=0
skipped=0
compiled=

skip() { # MESSAGE: ends the test as skipped
	echo "skip: $*"
	exit 77
}

skip_case() { # MESSAGE
	echo "skip: $*"
	skipped=$((skipped + 1))
}

need() { # COMMAND...
	for need_command in "$@"; do
		command -v "$need_command" >/dev/null || skip "there is no $need_command"
	done
}

# Whether COMPILER can link an empty program with FLAGS.
can_link() { # COMPILER FLAGS...
	echo 'int main(void) { return 0; }' >empty.c
	"$@" -x c empty.c -x none -o empty >empty.log 2>&1
}

need_linker() { # COMPILER LINKER
	need "$1"
	can_link "$1" "-fuse-ld=$2" || skip "$1 cannot link with $2"
}

# Starts a case. The commands that have made what it starts with are in $compiled.
begin() { # NAME
	cases=$((cases + 1))
	case_name=$1
	case_commands=$compiled
}

failed() { # MESSAGE: the case has failed
	failures=$((failures + 1))
	{
		echo "FAILED: $case_name: $1"
		echo "$case_commands" | sed '/^$/d; s/^/    /'
		[ ! -s output ] || head -n 25 output | sed 's/^/  | /'
	} >&2
}

# Runs a command of the case. Its output is in the file output.
step() { # COMMAND...
	case_commands="$case_commands
$*"
	step_status=0
	"$@" >output 2>&1 || step_status=$?
	[ $step_status -eq 0 ] && return 0
	failed "exit status $step_status"
	return 1
}

# As step, and the output's last line must match an extended regular expression.
step_prints() { # REGEX COMMAND...
	step_regex=$1
	shift
	step "$@" || return 1
	tail -n 1 output | grep -Eqx -- "$step_regex" && return 0
	failed "the last line is not $step_regex"
	return 1
}

# As step, but the command must fail, and say something that matches.
step_refused() { # REGEX COMMAND...
	step_regex=$1
	shift
	case_commands="$case_commands
$*"
	if "$@" >output 2>&1; then
		failed "did not fail; expected: $step_regex"
		return 1
	fi
	grep -Eq -- "$step_regex" output && return 0
	failed "failed without saying $step_regex"
	return 1
}

# Prints what was counted, and ends the test.
finish() {
	echo "$cases cases, $failures failed, $skipped skipped"
	[ $cases -gt 0 ] || skip "no case could be run"
	[ $failures -eq 0 ]
	exit
}
