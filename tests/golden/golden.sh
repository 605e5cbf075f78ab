#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2086 # lists of options
# golden.sh - what the operations become: disassembles the built functions of golden.c.
#
# Usage: golden.sh lists COMPILER	the classes of instructions are those of COMPILER.list
#        golden.sh limits COMPILER	no calls, no locks, and few enough instructions, also after
#					link-time optimisation and in static executables
#
# Environment: PERCPU_SOURCE, PERCPU_LIBRARIES and GOLDEN_WORK, the folder for what is built.
set -eu
mode=$1 compiler=$2
: "${PERCPU_SOURCE:?}" "${PERCPU_LIBRARIES:?}" "${GOLDEN_WORK:?}"
here=$PERCPU_SOURCE/tests/golden
shared="-L$PERCPU_LIBRARIES -Wl,-rpath,$PERCPU_LIBRARIES -lpercpu"
archive="$PERCPU_LIBRARIES/libpercpu.a -lnuma -lm -pthread"
functions=$(sed -n 's/^GOLDEN .*\(golden_[a-z_]*\)(.*/\1/p' "$here/golden.c")
max_alone=12	# golden_inc_static, without ret
max_in_loop=9	# golden_inc_loop, a round, without the loop's own decrement and branch
failures=0
checks=0
unset PERCPU_CONF

skip() { # MESSAGE
	echo "skip: $*"
	exit 77
}

fail() { # MESSAGE
	echo "FAILED: $variant: $*" >&2
	failures=$((failures + 1))
}

for command in "$compiler" objdump readelf nm awk; do
	command -v "$command" >/dev/null || skip "there is no $command"
done
rm -rf "$GOLDEN_WORK"
mkdir -p "$GOLDEN_WORK"
cd "$GOLDEN_WORK"

# Links golden.c, disassembles it, and runs it in both tiers: the slow path's call is then taken.
build() { # VARIANT LIBRARY FLAGS...
	variant=$1 library=$2
	shift 2
	echo "== $variant: $compiler $* golden.c"
	"$compiler" "$@" "-I$PERCPU_SOURCE/include" "$here/golden.c" $library -o golden
	objdump -d --no-show-raw-insn golden >golden.dis
	objdump -d --no-show-raw-insn -j __rseq_failure golden >slow.dis
	for conf in backend:auto backend:fallback; do
		answer=$(PERCPU_CONF=$conf ./golden) || answer="$answer, exit status $?"
		[ "$answer" = "golden: 1111 static, 1 dynamic" ] || fail "with $conf it says: $answer"
	done
}

# The instructions of a function: class, address, text.
classes() { # FUNCTION
	awk -v function_name="$1" -f "$here/classes.awk" golden.dis
}

# --- lists ---

compare() { # FUNCTION
	checks=$((checks + 1))
	classes "$1" >actual
	cut -f 1 actual >actual.classes
	sed -n "s/^$1: *//p" "$here/$compiler.list" | tr ' ' '\n' | sed '/^$/d' >expected.classes
	cmp -s expected.classes actual.classes && return
	fail "$1 is not what $compiler.list says"
	{
		printf '    %-10s %-10s %s\n' expected actual ''
		cut -f 1,3 actual | paste expected.classes - | awk -F '\t' '
			{ printf "  %s %-10s %-10s %s\n", $1 == $2 ? " " : "*", $1, $2, $3 }'
		echo "  as a line of the list:"
		echo "$1: $(paste -s -d ' ' actual.classes)"
	} >&2
}

# A list is of one version of the compiler; what holds of all versions is in the limits.
check_lists() {
	wanted=$(sed -n 's/^# compiler: //p' "$here/$compiler.list")
	version=$("$compiler" -dumpversion)
	[ "$compiler ${version%%.*}" = "$wanted" ] ||
		skip "the list is of $wanted, this is $compiler $version"
	build "PIE, libpercpu.so" "$shared" -O2 -fPIE -pie
	for function in $functions; do
		compare "$function"
	done
}

# --- limits ---

check_fast_path() { # FUNCTION
	checks=$((checks + 1))
	classes "$1" >actual
	cut -f 1 actual >actual.classes
	grep -qx ret actual.classes || fail "$1 was not found"
	for class in call lock other; do
		if grep -qx $class actual.classes; then
			fail "$1 has a $class instruction:"
			grep "^$class" actual >&2
		fi
	done
}

check_alone() {
	checks=$((checks + 1))
	classes golden_inc_static >actual
	nr=$(grep -cv '^ret' actual) || :
	[ "$nr" -ge 8 ] && [ "$nr" -le $max_alone ] && return
	fail "this_cpu_inc() has $nr instructions, at most $max_alone are allowed:"
	cat actual >&2
}

# The instructions between the target of the last branch backwards and that branch.
loop_of() { # FUNCTION
	classes "$1" | awk -F '\t' '
		{ at[NR] = $2; class[NR] = $1; line[NR] = $0; place[$2] = NR
		  split($3, word, /[ \t]+/); target[NR] = word[2] }
		END {
			for (i = NR; i > 0; i--)
				if (class[i] == "branch" && target[i] in place && place[target[i]] < i) break
			for (j = i ? place[target[i]] : 1; j <= i; j++) print line[j]
		}'
}

check_loop() {
	checks=$((checks + 1))
	loop_of golden_inc_loop >actual
	# the loop's own: one decrement of a register and one branch
	nr=$(($(grep -c . actual) - 2)) || :
	own=$(cut -f 1 actual | grep -c alu) || :
	[ "$own" -eq 1 ] || fail "golden_inc_loop() has $own additions of its own, not one"
	[ "$nr" -ge 8 ] && [ "$nr" -le $max_in_loop ] && return
	fail "this_cpu_inc() in a loop has $nr instructions, at most $max_in_loop are allowed:"
	cat actual >&2
}

# What the slot of the global offset table at ADDRESS will hold: a name or an address.
slot() { # ADDRESS
	readelf -rW golden | awk -v address="$1" '
		{ offset = $1; sub(/^0+/, "", offset) }
		offset == address && $3 ~ /RELATIVE/ { print $4; exit }
		offset == address { print $5; exit }' >slot
	[ -s slot ] || objdump -s --start-address="0x$1" --stop-address="$((0x$1 + 8))" golden |
		awk '/^ [0-9a-f]+ / { for (i = 3; i > 1; i--) for (j = 7; j > 0; j -= 2)
			printf "%s", substr($i, j, 2) }' | sed 's/^0*//' >slot
	cat slot
}

# Every call of the slow side reaches __percpu_slow_thunk: directly, or through a filled slot.
check_thunk() {
	checks=$((checks + 1))
	thunk=$(nm golden | awk '$3 == "__percpu_slow_thunk" { sub(/^0+/, "", $1); print $1 }')
	nr=0
	grep -E '[[:space:]](addr32 )?call' slow.dis | sed 's/.*[[:space:]]callq\{0,1\} *//' | sort -u >calls
	while read -r call; do
		nr=$((nr + 1))
		case $call in
		*"<__percpu_slow_thunk"*">") case $call in *#*) ;; *) continue ;; esac ;;
		esac
		filled=$(slot "$(echo "$call" | sed -n 's/.*# \([0-9a-f]*\) .*/\1/p')")
		case $filled in
		__percpu_slow_thunk* | "${thunk:-none}") ;;
		*) fail "the slow side calls $call, whose slot holds \"$filled\", not the thunk" ;;
		esac
	done <calls
	[ $nr -gt 0 ] || fail "the slow side calls nothing"
}

check_limits_of() { # VARIANT LIBRARY FLAGS...
	build "$@"
	for function in $functions; do
		check_fast_path "$function"
	done
	check_alone
	check_loop
	check_thunk
}

links() { # FLAGS...
	echo 'int main(void) { return 0; }' >empty.c
	"$compiler" "$@" empty.c -o empty >empty.log 2>&1 && return
	echo "skip: $compiler $* cannot link an empty program"
	return 1
}

check_limits() {
	check_limits_of "PIE, libpercpu.so" "$shared" -O2 -fPIE -pie
	check_limits_of "PIE, libpercpu.a" "$archive" -O2 -fPIE -pie
	check_limits_of "no-pie, libpercpu.so" "$shared" -O2 -fno-pie -no-pie
	links -static && check_limits_of "static" "$archive" -O2 -fno-pie -static
	links -static-pie && check_limits_of "static-pie" "$archive" -O2 -fPIE -static-pie
	linker=bfd
	[ "$compiler" != clang ] || linker=lld
	links -flto -fuse-ld=$linker || return 0
	check_limits_of "LTO" "$archive" -O2 -fPIE -pie -flto -fuse-ld=$linker
	check_limits_of "LTO, libpercpu.so" "$shared" -O2 -fPIE -pie -flto -fuse-ld=$linker
	check_limits_of "LTO, static" "$archive" -O2 -fno-pie -static -flto -fuse-ld=$linker
}

"check_$mode"
echo "$checks checks, $failures failed"
[ $checks -gt 0 ] && [ $failures -eq 0 ]
