#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016,SC2086 # awk's variables and registers; lists of options
# golden.sh - what the operations become: disassembles the functions of a program (golden.c, and
# pinned.c for threads that are pinned by definition) and of a shared object (object.c), as linked.
#
# Usage: golden.sh lists COMPILER	the classes of instructions are those of COMPILER.list
#        golden.sh limits COMPILER	no calls, no locks, and few enough instructions, also after
#					link-time optimisation and in static executables; and the
#					records that debuggers look for
#        golden.sh fallback COMPILER	the fallback tier's short way, on every size
#        golden.sh toolkit COMPILER	what the toolkit has in line (toolkit.c): the classes are those of
#					toolkit_COMPILER.list
#        golden.sh cxx COMPILER		what percpu.hpp is compiled to (cxx.cc) is what C is
#
# Environment: PERCPU_SOURCE, PERCPU_LIBRARIES and GOLDEN_WORK, the folder for what is built.
set -eu
mode=$1 compiler=${2:-}
: "${PERCPU_SOURCE:?}" "${PERCPU_LIBRARIES:?}" "${GOLDEN_WORK:?}"
here=$PERCPU_SOURCE/tests/golden
list=$here/$compiler.list
shared="-L$PERCPU_LIBRARIES -Wl,-rpath,$PERCPU_LIBRARIES -lpercpu"
archive="$PERCPU_LIBRARIES/libpercpu.a -pthread"
warnings="-Wall -Wextra -Werror"
max_alone=12	# golden_this_inc_static, without ret
max_in_loop=9	# golden_this_inc_loop, a count, without the loop's own decrement and branch
operations="read write add add_return xchg cmpxchg" # of golden.c
other_version=2	# what more a function may have that another version of the compiler has made
variant=
failures=0
skipped=0
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

for command in $compiler objdump readelf nm od awk; do
	command -v "$command" >/dev/null || skip "there is no $command"
done
rm -rf "$GOLDEN_WORK"
mkdir -p "$GOLDEN_WORK"
cd "$GOLDEN_WORK"

# --- what is built, and what is in it ---

# Disassembles FILE: the tests' functions and the short ways of the fallback tier; the slow sides.
inspect() { # FILE
	nm -S "$1" | awk 'NF == 4 { print $4, $1, $2 }' >sizes
	# Behind a function may stand a second copy of one of the fallback tier's, without its name: lld
	# keeps those of link-time optimisation beside an archive's.
	objdump -d --no-show-raw-insn "$1" | awk '
		function number(hex,	i, value) {
			value = 0
			for (i = 1; i <= length(hex); i++)
				value = 16 * value + index("123456789abcdef", substr(hex, i, 1))
			return value
		}
		FILENAME == "sizes" { end[$1] = number($2) + number($3); next }
		/^[0-9a-f]+ <.*>:$/ {
			name = substr($2, 2, length($2) - 3)
			wanted = name ~ /^(golden_|__percpu_fallback_)/
			if (wanted) print
			next
		}
		{ behind = name in end && /^ *[0-9a-f]+:/ && number(substr($1, 1, length($1) - 1)) >= end[name] }
		wanted && !behind' sizes - >"$1.dis"
	objdump -d --no-show-raw-insn -j __rseq_failure "$1" >"$1.slow"
	readelf -rW "$1" >"$1.relocations"
	nm "$1" >"$1.symbols"
}

# Links the program, with the shared object if LIBRARY is shared, and runs it in both tiers: the
# slow path's call is then taken.
build() { # VARIANT LIBRARY FLAGS...
	variant=$1 library=$2
	shift 2
	echo "== $variant: $compiler $* golden.c pinned.c"
	object=
	rm -f object.so*
	if [ "$library" = "$shared" ]; then
		optimised=$(printf '%s\n' "$@" | grep -Ev 'pie|PIE')
		"$compiler" $warnings $optimised -fPIC -shared "-I$PERCPU_SOURCE/include" \
			"$here/object.c" -o object.so $library
		object="-DGOLDEN_OBJECT ./object.so"
		inspect object.so
	fi
	"$compiler" $warnings "$@" "-I$PERCPU_SOURCE/include" "$here/golden.c" "$here/pinned.c" \
		$object $library -o golden
	inspect golden
	for conf in backend:auto backend:fallback; do
		answer=$(PERCPU_CONF=$conf ./golden) || answer="$answer, exit status $?"
		[ "$answer" = "golden: 0 wrong" ] || fail "with $conf it says: $answer"
	done
}

# The functions of FAMILIES, a regular expression; of those, that the last build has.
functions() { # FAMILIES
	cat golden.symbols object.so.symbols 2>/dev/null | awk -v families="^golden_($1)_" '
		$3 ~ families && $3 !~ /_wrong$/ && $2 == "T" { print $3 }' | sort
}

file_of() { # FUNCTION
	case $1 in golden_object_*) echo object.so ;; *) echo golden ;; esac
}

# The instructions of a function: class, address, text. Of a section, a counter, a mask, a ref and a lock the fast path.
classes() { # FUNCTION
	awk -v function_name="$1" -f "$here/classes.awk" "$(file_of "$1").dis" >whole
	case $1 in
	golden_section_* | golden_counter_* | golden_mask_* | golden_ref_* | golden_rwsem_* | golden_toolkit_*)
		awk -f "$here/way.awk" whole ;;
	*) cat whole ;;
	esac
}

# The instructions of a sequence's slow side, which the branch on the entry's sign leads to.
slow_side() { # FUNCTION
	awk -v from="$(classes "$1" | awk -F '\t' '$3 ~ /^js / { split($3, word, / +/); print word[2]
		exit }')" -f "$here/classes.awk" "$(file_of "$1").slow"
}

expected_of() { # NAME LIST
	sed -n "s/^$1: *//p" "$2" | tr ' ' '\n' | sed '/^$/d'
}

# Whether the classes in the file "actual" are those of NAME in the LIST.
compare() { # NAME LIST
	checks=$((checks + 1))
	cut -f 1 actual >actual.classes
	expected_of "$1" "$2" >expected.classes
	cmp -s expected.classes actual.classes && return
	fail "$1 is not what ${2##*/} says"
	{
		printf '    %-10s %-10s %s\n' expected actual ''
		cut -f 1,3 actual | paste expected.classes - | awk -F '\t' '
			{ printf "  %s %-10s %-10s %s\n", $1 == $2 ? " " : "*", $1, $2, $3 }'
		echo "  as a line of the list:"
		echo "$1: $(paste -s -d ' ' actual.classes)"
	} >&2
}

# --- lists ---

is_listed_version() {
	wanted=$(sed -n 's/^# compiler: //p' "$list")
	version=$("$compiler" -dumpversion)
	[ "$compiler ${version%%.*}" = "$wanted" ]
}

# A list is of one version of the compiler; what holds of all versions is in the limits.
check_lists() {
	is_listed_version || skip "the list is of $wanted, this is $compiler $version"
	build "PIE, libpercpu.so" "$shared" -O2 -fPIE -pie
	functions 'this|pinned|section|counter|mask|ref|rwsem|object' >built
	sed -n 's/^\(golden_[a-z_]*\):.*/\1/p' "$list" | sort >listed
	checks=$((checks + 1))
	cmp -s built listed || fail "functions and lists differ: $(diff built listed)"
	while read -r function; do
		classes "$function" >actual
		compare "$function" "$list"
	done <built
}

# --- limits ---

# How often what a function does once for each round of its loop is in the file "actual": compilers from
# gcc 13 on write a round twice, and once more before the loop.
rounds_of() { # FUNCTION
	case $1 in
	*_loop) grep -Ec '^(pinned_)?rmw' actual || : ;;
	*) echo 1 ;;
	esac
}

check_fast_path() { # FUNCTION
	checks=$((checks + 1))
	classes "$1" >actual
	cut -f 1 actual >actual.classes
	grep -qx ret actual.classes || fail "$1 was not found, or always leaves the fast path"
	for class in call lock stray other; do
		if grep -qx $class actual.classes; then
			fail "$1 has a $class instruction:"
			grep "^$class" actual >&2
		fi
	done
	allowed=$(($(expected_of "$1" "$list" | grep -c .) * $(rounds_of "$1") + more))
	[ "$(grep -c . actual)" -le $allowed ] || {
		fail "$1 has more than $allowed instructions:"
		cat actual >&2
	}
}

# Where accesses go through GS: nowhere but in what is for pinned threads, and there always.
check_ways() { # FUNCTION
	checks=$((checks + 1))
	classes "$1" >actual
	gs=$(grep -c '%gs:' actual) || :
	fs=$(grep -c '%fs:' actual) || :
	case $1 in
	*_pinned_* | *_defined_*) [ "$gs" -ge 1 ] && [ "$fs" -eq 0 ] ;;
	*) [ "$gs" -eq 0 ] && [ "$fs" -ge 2 ] ;;
	esac || {
		fail "$1 does not go the way of its family:"
		cat actual >&2
	}
}

check_alone() { # FUNCTION
	checks=$((checks + 1))
	classes "$1" >actual
	nr=$(grep -cv '^ret' actual) || :
	[ "$nr" -ge 8 ] && [ "$nr" -le $max_alone ] && return
	fail "$1 has $nr instructions, at most $max_alone are allowed:"
	cat actual >&2
}

check_one_instruction() { # FUNCTION
	checks=$((checks + 1))
	classes "$1" >actual
	cut -f 3 actual | grep -v '^ret' >texts || :
	[ "$(grep -c . texts)" -eq 1 ] &&
		grep -Eq '^(addr32 )?(addq +[$]0x1,|incq +)%gs:[^ ]+$' texts &&
		[ "$(cut -f 1 actual | paste -s -d ' ' -)" = "pinned_rmw ret" ] && return
	fail "$1 is not one instruction:"
	cat actual >&2
}

# The instructions between the target of the last conditional branch backwards and that branch.
loop_of() { # FUNCTION
	classes "$1" | awk -F '\t' '
		{ at[NR] = $2; class[NR] = $1; line[NR] = $0; place[$2] = NR
		  split($3, word, /[ \t]+/); target[NR] = word[2] }
		END {
			for (i = NR; i > 0; i--)
				if (class[i] == "branch" && !(line[i] ~ /\tjmp/) && target[i] in place &&
				    place[target[i]] < i) break
			for (j = i ? place[target[i]] : 1; j <= i; j++) print line[j]
		}'
}

check_loop() { # FUNCTION LEAST MOST
	checks=$((checks + 1))
	loop_of "$1" >actual
	# the loop's own: one decrement of a register and one branch
	nr=$(($(grep -c . actual) - 2)) || :
	counts=$(rounds_of "$1")
	own=$(grep -Ec '^alu.*(sub|add|dec)[a-z]* .*%r[a-z0-9]+$' actual) || :
	own=$((own - $(grep -c '^alu.*(' actual || :)))
	[ "$own" -eq 1 ] || fail "$1() has $own additions of its own, not one"
	[ "$counts" -ge 1 ] && [ "$nr" -ge $(($2 * counts)) ] && [ "$nr" -le $(($3 * counts)) ] && return
	fail "a round of $1() has $nr instructions for $counts counts, at most $3 for each are allowed:"
	cat actual >&2
}

# With PERCPU_PINNED, this_cpu_X() is pinned_cpu_X(): the same instructions.
check_defined() {
	functions defined >built
	[ "$(grep -c . built)" -ge 17 ] || fail "pinned.c has fewer functions than operations.h"
	while read -r function; do
		checks=$((checks + 1))
		classes "$function" | cut -f 1 >actual.defined
		classes "golden_pinned_${function#golden_defined_}" | cut -f 1 >actual.pinned
		cmp -s actual.defined actual.pinned && continue
		fail "$function is not what it is for pinned threads:"
		diff actual.pinned actual.defined >&2 || :
	done <built
}

# --- the slow side ---

# Which function the call at ADDRESS reaches: directly, as the short way is in the same object.
called() { # FILE ADDRESS
	sed -n "s/^ *$2:.*call  *[0-9a-f]* <\([^+>]*\)>.*/\1/p" "$1.slow"
}

# Where a thread goes on that holds the CPU: at the commit, if that is one instruction; else to a sequence
# of its own, of which the list has the instructions.
check_held_side() { # FUNCTION OPERATION FILE ADDRESS
	checks=$((checks + 1))
	case $2 in
	add_return | xchg | cmpxchg)
		awk -v from="$4" -f "$here/classes.awk" "$3.slow" >actual.held
		cut -f 1 actual.held >actual.classes
		expected_of "$2" "$here/held.list" >expected.classes
		cmp -s expected.classes actual.classes && return
		fail "inside of a section $1 is not what held.list says:"
		cat actual.held >&2
		;;
	*)
		classes "$1" | awk -F '\t' -v at="$4" '
			behind { found += $2 == at; behind = 0 }
			$3 ~ /^js / { behind = 1 }
			END { exit !found }' ||
			fail "inside of a section $1 goes on at $4, which is not behind a look at the entry"
		;;
	esac
}

# A sequence's slow side looks whether the thread holds the CPU, and goes on elsewhere if it does; else
# it puts operands on the stack, calls its operation's short way, takes the result, and goes back, to try
# again or to go on.
held='test branch (load|lea|move) load shift test load lea lea branch test branch test branch (lea|move) alu branch'
slow='(lea|move) lea push( push)? call( load)? lea branch branch'
check_slow_side() { # FUNCTION
	checks=$((checks + 1))
	file=$(file_of "$1")
	operation=$(echo "$1" | sed 's/.*_this_//; s/_[a-z]*$//; s/^inc$/add/')
	slow_side "$1" >actual
	cut -f 1 actual | paste -s -d ' ' - | grep -Eqx "$held $slow" || {
		fail "the slow side of $1 is not what it must be:"
		cat actual >&2
		return
	}
	check_held_side "$1" "$operation" "$file" \
		"$(awk -F '\t' '$3 ~ /^jns / { split($3, word, / +/); print word[2] }' actual)"
	reached=$(called "$file" "$(awk '$1 == "call" { print $2 }' actual)")
	[ "$reached" = "__percpu_fallback_${operation}_8" ] ||
		fail "the slow side of $1 calls \"$reached\", not the short way of $operation"
}

# The words of a SECTION of FILE, as they will be when it is loaded: NAME, address, value.
words() { # FILE SECTION NAME
	place=$(readelf -SW "$1" | awk -v section="$2" '
		{ sub(/^ *\[ *[0-9]+\] */, "") }
		$1 == section { print "0x" $3, "0x" $4, "0x" $5 }')
	[ -n "$place" ] || return 0
	# shellcheck disable=SC2046 # address, offset in the file, length
	set -- "$1" "$3" $(printf '%d %d %d' $place)
	od -An -v -t x8 -w8 -j "$4" -N "$5" "$1" | awk -v name="$2" -v address="$3" '
		{ sub(/^ *0*/, ""); printf "%s %x %s\n", name, address + 8 * (NR - 1), $0 }' >values
	awk -v relocations="$1.relocations" '
		BEGIN {
			while ((getline <relocations) > 0) if ($3 ~ /RELATIVE/) {
				sub(/^0+/, "", $1)
				relocated[$1] = $4
			}
		}
		{ print $1, $2, $2 in relocated ? relocated[$2] : $3 }' values
}

# Debuggers find each sequence's descriptor, once, and the place where it may be left before its end.
check_records() { # FILE FAMILIES
	checks=$((checks + 1))
	{
		words "$1" __rseq_cs descriptor
		words "$1" __rseq_cs_ptr_array pointer
		words "$1" __rseq_exit_point_array exit
		for function in $(functions "$2"); do
			classes "$function" | awk -F '\t' -v name="$function" '
				behind { start[++nr] = $2; behind = 0 }
				$3 ~ /,%fs:0x8\(/ { behind = 1 }
				$3 ~ /^js / && name !~ /_section_/ && !(nr in away) {
					split($3, word, / +/)
					away[nr] = word[2]
				}
				END {
					if (nr != 1 && name !~ /_loop$/ || !nr) print "sequence", nr + 0, name
					else for (i = 1; i <= nr; i++) print "sequence", start[i], name, away[i]
				}'
		done
	} >records
	awk -f "$here/records.awk" records >wrong || :
	[ ! -s wrong ] || fail "$1: $(cat wrong)"
}

check_limits_of() { # VARIANT LIBRARY FLAGS...
	build "$@"
	objects=
	[ -z "$object" ] || objects='|object_this|object_pinned'
	for function in $(functions "this|pinned|section|counter|ref|rwsem$objects"); do
		check_fast_path "$function"
		check_ways "$function"
	done
	check_alone golden_this_inc_static
	check_loop golden_this_inc_loop 8 $max_in_loop
	check_one_instruction golden_pinned_inc_static
	check_one_instruction golden_defined_inc_static
	check_loop golden_pinned_inc_loop 1 1
	check_defined
	check_records golden 'this|section|counter|ref|rwsem'
	for function in $(functions "this${objects%|*}"); do
		check_slow_side "$function"
	done
	[ -z "$object" ] || {
		check_loop golden_object_this_inc_loop 8 $max_in_loop
		check_one_instruction golden_object_pinned_inc_static
		check_records object.so object_this
	}
	for_each_short check_short golden.dis 8 "$operations"
	check_copies golden
}

# Rounds that the compiler has written eight times are no longer for it.
check_unrolled() {
	build "unrolled, libpercpu.so" "$shared" -O2 -fPIE -pie -funroll-loops
	check_loop golden_this_inc_loop 8 $max_in_loop
	check_loop golden_object_this_inc_loop 8 $max_in_loop
	check_loop golden_pinned_inc_loop 1 1
	check_records golden 'this|section|counter|ref|rwsem'
	check_records object.so object_this
}

links() { # FLAGS...
	echo 'int main(void) { return 0; }' >empty.c
	"$compiler" "$@" empty.c -o empty >empty.log 2>&1 && return
	echo "skip: $compiler $* cannot link an empty program"
	skipped=$((skipped + 1))
	return 1
}

check_limits() {
	more=0
	is_listed_version || more=$other_version
	check_limits_of "PIE, libpercpu.so" "$shared" -O2 -fPIE -pie
	check_limits_of "PIE, libpercpu.a" "$archive" -O2 -fPIE -pie
	check_limits_of "no-pie, libpercpu.so" "$shared" -O2 -fno-pie -no-pie
	check_unrolled
	! links -static || check_limits_of "static" "$archive" -O2 -fno-pie -static
	! links -static-pie || check_limits_of "static-pie" "$archive" -O2 -fPIE -static-pie
	linker=bfd
	[ "$compiler" != clang ] || linker=lld
	links -flto -fuse-ld=$linker || return 0
	check_limits_of "LTO" "$archive" -O2 -fPIE -pie -flto -fuse-ld=$linker
	check_limits_of "LTO, libpercpu.so" "$shared" -O2 -fPIE -pie -flto -fuse-ld=$linker
	check_limits_of "LTO, static" "$archive" -O2 -fno-pie -static -flto -fuse-ld=$linker
}

# --- the fallback tier ---

# The short way of each operation on SIZES, in the file "actual": for each, FUNCTION SHORT OPERATION.
for_each_short() { # FUNCTION DISASSEMBLY SIZES OPERATIONS
	for operation in $4; do
		for size in $3; do
			short=__percpu_fallback_${operation}_$size
			awk -v function_name="$short" -f "$here/classes.awk" "$2" |
				awk -f "$here/way.awk" >actual
			"$1" "$short" "$operation"
		done
	done
}

compare_short() { # SHORT OPERATION
	compare "$2" "$here/fallback.list"
}

# The barrier of a fenced CPU and one more locked instruction (none to read or to write, which one
# instruction does), no call, and no more instructions than listed: a linker turns one kind of access to
# the constants into another.
check_short() { # SHORT OPERATION
	checks=$((checks + 1))
	case $2 in read | write) locks=1 ;; *) locks=2 ;; esac
	allowed=$(expected_of "$2" "$here/fallback.list" | grep -c .) || :
	grep -q '^ret' actual && ! grep -q '^call' actual &&
		[ "$(grep -c '^lock' actual)" -eq $locks ] &&
		[ "$(grep -c . actual)" -le "$allowed" ] && return
	fail "$1 has no short way, or more than $locks locked and $allowed instructions:"
	cat actual >&2
}

# Each is there once, whatever number of files have it, and nobody else can see it.
check_copies() { # FILE
	checks=$((checks + 1))
	nm "$1" | grep -c ' [tW] __percpu_fallback_add_8$' >copies || :
	[ "$(cat copies)" -eq 1 ] && ! nm -D "$1" 2>/dev/null | grep -q __percpu_fallback_ && return
	fail "$1 has $(cat copies) functions __percpu_fallback_add_8, or exports one"
}

check_fallback() {
	variant="shared object"
	"$compiler" $warnings -O2 -fPIC -shared "-I$PERCPU_SOURCE/include" "$here/sizes.c" \
		"$here/object.c" -o object.so $shared
	inspect object.so
	all=$(sed -n 's/^\([a-z_]*\): .*/\1/p' "$here/fallback.list")
	for_each_short compare_short object.so.dis "1 2 4 8" "$all"
	for_each_short check_short object.so.dis "1 2 4 8" "$all"
	check_copies object.so
}

# --- the toolkit ---

check_toolkit() {
	is_listed_version || skip "the list is of $wanted, this is $compiler $version"
	variant="toolkit, libpercpu.so"
	"$compiler" $warnings -O2 -fPIE -pie "-I$PERCPU_SOURCE/include" "$here/toolkit.c" -o golden $shared
	inspect golden
	for conf in backend:auto backend:fallback; do
		answer=$(PERCPU_CONF=$conf ./golden) || answer="$answer, exit status $?"
		[ "$answer" = "golden: 0 wrong" ] || fail "with $conf it says: $answer"
	done
	functions toolkit >built
	sed -n 's/^\(golden_[a-z_]*\):.*/\1/p' "$here/toolkit_$compiler.list" | sort >listed
	checks=$((checks + 1))
	cmp -s built listed || fail "functions and list differ: $(diff built listed)"
	while read -r function; do
		classes "$function" >actual
		compare "$function" "$here/toolkit_$compiler.list"
	done <built
}

# --- C++ ---

check_cxx() {
	case $compiler in *clang) cxx=clang++ ;; *) cxx=g++ ;; esac
	command -v $cxx >/dev/null || skip "there is no $cxx"
	build "C, libpercpu.so" "$shared" -O2 -fPIE -pie
	functions 'this|section|counter' >built
	while read -r function; do
		classes "$function" | cut -f 1 >"$function.c"
	done <built
	variant="percpu.hpp, libpercpu.so"
	"$cxx" $warnings -std=c++17 -O2 -fPIE -pie "-I$PERCPU_SOURCE/include" "$here/cxx.cc" -o golden $shared
	inspect golden
	for conf in backend:auto backend:fallback; do
		answer=$(PERCPU_CONF=$conf ./golden) || answer="$answer, exit status $?"
		[ "$answer" = "golden: 0 wrong" ] || fail "with $conf it says: $answer"
	done
	rm -f object.so.symbols
	functions 'this|section|counter' >built
	[ "$(grep -c . built)" -ge 21 ] || fail "cxx.cc has fewer functions than operations.h"
	while read -r function; do
		[ -e "$function.c" ] || continue
		checks=$((checks + 1))
		classes "$function" >actual
		cut -f 1 actual >actual.classes
		cmp -s "$function.c" actual.classes && continue
		# a compiler may lay out a section's begin and end otherwise, but not make them longer
		case $function in *_section_*)
			[ "$(grep -c . actual)" -gt $(($(grep -c . "$function.c") + 2)) ] || continue
			;;
		esac
		fail "$function is not what it is in C:"
		diff "$function.c" actual >&2 || :
	done <built
}

"check_$mode"
echo "$checks checks, $failures failed, $skipped variants left out"
[ $skipped -eq 0 ] || [ $failures -gt 0 ] || exit 77
[ $checks -gt 0 ] && [ $failures -eq 0 ]
