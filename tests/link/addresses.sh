#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC1091,SC2015,SC2034,SC2086,SC2154 # common.sh sets variables; lists of options
# addresses.sh - executables whose static variables lie at odd places modulo 4 GiB. Only the low 32
# bits of an address count, so what matters is where the variables lie in their 4 GiB.
#
# Usage: addresses.sh COMPILER LINKER
. "$(dirname "$0")/common.sh"
need_linker "$1" "$2"
need nm
compiler=$1 linker=$2
PERCPU_CONF=
export PERCPU_CONF
boundary=$((0x200000000))
needed=
counted='addresses: 100 static, 100000 dynamic'

# Links the program so that its first address is BASE.
link_at() { # BASE
	option=-Ttext-segment
	[ "$linker" != lld ] || option=--image-base
	step "$compiler" -no-pie -nostartfiles "-fuse-ld=$linker" \
		"-Wl,$option=$(printf '0x%x' "$1")" start.o addresses.o $needed $shared -o addresses
}

# Start and end of each section of variables that is not empty, in hexadecimal without a prefix.
sections() { # FILE
	nm "$1" | awk '
		$3 ~ /^__start_percpu_static/ { start[substr($3, 9)] = $1 "" }
		$3 ~ /^__stop_percpu_static/ { stop[substr($3, 8)] = $1 "" }
		END { for (name in start) if (start[name] < stop[name]) print start[name], stop[name] }'
}

first_page() { # FILE
	echo $((0x$(sections "$1" | cut -d ' ' -f 1 | sort | head -n 1) & ~0xfff))
}

end_page() { # FILE
	echo $(((0x$(sections "$1" | cut -d ' ' -f 2 | sort | tail -n 1) + 0xfff) & ~0xfff))
}

# The program counts as ever, in both tiers, and says whose variables are displaced.
counts_displaced() { # OBJECT COMMAND...
	said="per-CPU variables of .*$1 .* every operation of this process takes the slow way"
	shift
	for tier in auto fallback; do
		step env "PERCPU_CONF=$PERCPU_CONF,backend:$tier" "$@" || return 0
		grep -q "$said" output || failed "it did not say $said"
		tail -n 1 output | grep -qx "$counted" || failed "the last line is not $counted"
	done
}

begin "compile"
step "$compiler" $warnings -O2 -fPIE $include -c "$here/addresses/addresses.c" -o addresses.o &&
	step "$compiler" -c "$here/addresses/start.S" -o start.o && link_at "$boundary" || finish
compiled=$case_commands
to_first=$(($(first_page addresses) - boundary))
to_end=$(($(end_page addresses) - boundary))
[ $((to_end - to_first)) -ge 8192 ] || failed "the variables have less than two pages"

# The program is linked so that the variables' first page is at the boundary plus OFFSET.
at_first() { # OFFSET
	link_at $((boundary - to_first + $1)) || return 1
	[ "$(first_page addresses)" -eq $((boundary + $1)) ] && return 0
	failed "the linker did not put the variables where they were asked for"
	return 1
}

begin "the variables end at a multiple of 4 GiB, so that what follows them is placed apart"
at_first $((to_first - to_end)) && step_prints "$counted" ./addresses || :

begin "there is room for a part of the first chunk behind the variables"
at_first $((to_first - to_end - 0x4000)) && step_prints "$counted" ./addresses || :

begin "a multiple of 4 GiB lies among the variables"
at_first -4096 && counts_displaced ./addresses ./addresses

begin "the variables lie at a multiple of 4 GiB"
at_first 0 && counts_displaced ./addresses ./addresses

begin "the variables begin in the first 64 KiB, but not in the first page"
at_first 4096 && step_prints "$counted" ./addresses || :

begin "the variables begin in the first 64 KiB and end behind them"
at_first $((0xf000)) && step_prints "$counted" ./addresses || :

begin "the variables begin 64 KiB above a multiple of 4 GiB"
at_first $((0x10000)) && step_prints "$counted" ./addresses || :

begin "the variables lie around 2 GiB modulo 4 GiB"
at_first $((0x7ffff000)) && step_prints "$counted" ./addresses || :

# --- beside and upon a shared object; where that lies is only known without randomisation ---

need setarch
setarch -R true 2>/dev/null || {
	skip_case "addresses cannot be kept from being randomised"
	finish
}
# On a busy machine the self-test may leave its threads, and their memory, where objects would go.
PERCPU_CONF=selftest:no

# Where the loader puts object_a.so in a program that needs it, in hexadecimal.
place_at_start() {
	setarch -R env LD_TRACE_LOADED_OBJECTS=1 ./addresses |
		sed -n 's/.*object_a\.so .*(0x\([0-9a-f]*\)).*/\1/p'
}

# And where in a program that loads it later.
place_when_loaded() {
	setarch -R ./addresses ./object_a.so | sed -n 's/^object //p'
}

# The first page, or the one behind the last, of the variables of object_a.so, loaded at PLACE; as an
# offset from a multiple of 4 GiB.
object_offset() { # first_page|end_page PLACE
	echo $((($($1 object_a.so) + 0x$2) & 0xffffffff))
}

begin "an object with variables"
step "$compiler" $warnings -O2 -fPIC -shared -DOBJECT=object_a -DINITIAL=1UL $include \
	"$here/objects/object.c" $shared "-fuse-ld=$linker" -o object_a.so || finish
compiled=$case_commands

needed="-Wl,--no-as-needed ./object_a.so -Wl,-rpath,."

begin "an object loaded at start has the place of the executable's variables"
link_at "$boundary" && at_first "$(object_offset first_page "$(place_at_start)")" &&
	counts_displaced 'object_a\.so' setarch -R ./addresses

begin "an object loaded at start lies right below the executable's variables"
at_first "$(object_offset end_page "$(place_at_start)")" &&
	step_prints "$counted" setarch -R ./addresses || :

begin "an object loaded at start lies right above the executable's variables"
at_first $(($(object_offset first_page "$(place_at_start)") - (to_end - to_first))) &&
	step_prints "$counted" setarch -R ./addresses || :

needed=
begin "an object loaded later has the place of the executable's variables"
link_at $((boundary + 0x10000000)) &&
	at_first "$(object_offset first_page "$(place_when_loaded)")" &&
	counts_displaced 'object_a\.so' setarch -R ./addresses ./object_a.so

begin "an object loaded later lies right below the executable's variables"
link_at $((boundary + 0x10000000)) &&
	at_first "$(object_offset end_page "$(place_when_loaded)")" &&
	step_prints "$counted" setarch -R ./addresses ./object_a.so || :

# There the dynamic areas of the first chunk begin.
begin "an object loaded later lies right above the executable's variables"
link_at $((boundary + 0x10000000)) &&
	at_first $(($(object_offset first_page "$(place_when_loaded)") - (to_end - to_first))) &&
	counts_displaced 'object_a\.so' setarch -R ./addresses ./object_a.so
finish
