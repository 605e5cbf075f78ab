#!/bin/sh
# SPDX-License-Identifier: MIT
# linux-names.sh - which kernel files need no name that the headers of percpu-linux lack, and which names
# the others need.
#
# Usage: linux-names.sh [-a] [-c COMPILER] [-i INCLUDE]... [-n NAMES] FILE|FOLDER...
#        linux-names.sh -k KERNEL
#
#	-a	files that use no per-CPU data, too
#	-c	the compiler that is asked what the headers have: gcc
#	-i	where <linux/percpu.h> is, and <percpu/percpu.h>: what pkg-config says of percpu-linux
#	-n	the names that count: linux-6.12.names, beside this script
#	-k	prints such a list, of a kernel's sources
#
# The answer: a line for each file, "FILE: NAME..." with what it lacks, or "FILE: nothing"; then each name
# that is lacked, with how many files lack it and how many lack nothing else; and the sums.
#
# The *files* are those that end in .c, below the folders. A file uses per-CPU data if it defines, reads
# or changes some: if it has one of the words DEFINE_PER_CPU..., alloc_percpu..., this_cpu_...,
# raw_cpu_..., per_cpu, per_cpu_ptr, get_cpu_var, get_cpu_ptr, and the like.
#
# The *names that count* are those that these headers of the kernel define, whatever they are: macros,
# functions, types, variables, constants. Of linux/sched.h they are the few that are about CPUs. What else a
# file takes from elsewhere (locks, lists, RCU, devices, file systems ...) does not count.
headers='linux/percpu.h linux/percpu-defs.h asm-generic/percpu.h linux/local_lock.h
linux/preempt.h linux/irqflags.h linux/interrupt.h linux/irqreturn.h linux/bottom_half.h linux/hardirq.h
linux/smp.h linux/cpumask.h linux/cpumask_types.h
linux/bitmap.h linux/bits.h linux/bitops.h linux/find.h asm-generic/bitops/instrumented-lock.h
linux/percpu_counter.h linux/percpu-refcount.h linux/percpu-rwsem.h linux/u64_stats_sync.h
linux/ratelimit.h linux/ratelimit_types.h
linux/cpu.h linux/cpu_smt.h linux/cpuhotplug.h linux/smpboot.h linux/notifier.h
linux/topology.h linux/nodemask.h linux/nodemask_types.h linux/numa.h asm-generic/topology.h
linux/export.h'
of_sched='cond_resched need_resched set_cpus_allowed_ptr task_cpu is_percpu_thread is_migration_disabled
wake_up_if_idle'
# A file *uses* a name if the word stands in it outside of comments and strings, and not as a member's (behind
# a dot or an arrow), and if the file does not define it itself: by #define, as a function or a structure, as a
# variable or a parameter, or by exporting it.
#
# A name *is there* if all headers of ours that are beside linux/percpu.h, included together, make a macro of
# it or declare it: the compiler is asked. What they have so that its use is an error is not there:
refused=per_cpu_ptr_to_phys
set -eu
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)

usage() {
	sed -n '/^# Usage/,/^# The answer/{ /^# The answer/q; s/^# \{0,1\}//; p; }' "$0" >&2
	exit 2
}

# code FILE...: without comments and strings, and without what members are called
code() {
	for code_file; do
		gcc -fpreprocessed -dD -E -P -x c "$code_file" 2>/dev/null
	done | sed 's/\\\\//g; s/\\"//g; s/"[^"]*"//g'
}

# --- the names of a kernel ---
# Of a header: KIND NAME, where KIND says how a program would mention it: macro, type, struct, union, enum, or
# thing. What stands between braces is left out, but for the constants of an enum.
defined_names() {
	code "$1" | awk '
		BEGIN {
			n = split("struct union enum static inline extern const void bool int char long unsigned " \
				  "return if else cpu __printf", word, " ")
			while (n) none[word[n--]] = 1
		}
		function say(kind, name) {
			if (name ~ /^[A-Za-z_][A-Za-z_0-9]*$/ && name !~ /_H_?_?$/ && !(name in none)) print kind, name
		}
		function last_word(text) {
			sub(/[ \t]*(\[.*|=.*)?$/, "", text)
			return match(text, /[A-Za-z_][A-Za-z_0-9]*$/) ? substr(text, RSTART) : ""
		}
		# a declaration, or what stands before a body
		function declared(text, has_body) {
			gsub(/__attribute__ *\(\(.*\)\)/, "", text)
			gsub(/[ \t]+/, " ", text)
			sub(/^ /, "", text); sub(/ $/, "", text)
			if (text ~ /^(struct|union|enum) [A-Za-z_0-9]+$/) {
				if (has_body) { split(text, part, " "); say(part[1], part[2]) }
			} else if (text ~ /^typedef/) {
				if (match(text, /\( ?\* ?[A-Za-z_0-9]+ ?\)/)) {
					text = substr(text, RSTART, RLENGTH); gsub(/[^A-Za-z_0-9]/, "", text)
					say("type", text)
				} else if (match(text, /[A-Za-z_0-9]+ ?\(/) && text !~ /struct/)
					say("type", substr(text, RSTART, RLENGTH - 1))
				else say("type", last_word(text))
			} else if (text ~ /^[A-Z_0-9]+ ?\(/) {
				made_by_macro(text, has_body)
			} else if (text == "") {
			} else if (match(text, /[A-Za-z_][A-Za-z_0-9]* ?\(/)) {
				name = substr(text, RSTART, RLENGTH - 1); sub(/ $/, "", name); say("thing", name)
			} else say("thing", last_word(text))
		}
		# MACRO(...), and what may stand behind it
		function made_by_macro(text, has_body, i, open, argument) {
			open = 0
			for (i = index(text, "("); i <= length(text); i++) {
				if (substr(text, i, 1) == "(") open++
				if (substr(text, i, 1) == ")" && --open == 0) break
			}
			argument = substr(text, 1, i - 1)
			if (argument ~ /^(DECLARE|DEFINE)_[A-Z_]*PER_CPU/) {
				sub(/^[^,]*, */, "", argument); sub(/ .*/, "", argument); say("thing", argument)
			}
			if (i < length(text)) declared(substr(text, i + 1), has_body)
		}
		function constants(body, n, i, part) {
			n = split(body, part, ",")
			for (i = 1; i <= n; i++)
				if (match(part[i], /[A-Za-z_][A-Za-z_0-9]*/)) say("thing", substr(part[i], RSTART, RLENGTH))
		}
		/^[ \t]*#[ \t]*define[ \t]/ {
			name = $0; sub(/^[ \t]*#[ \t]*define[ \t]+/, "", name); sub(/[^A-Za-z_0-9].*/, "", name)
			say("macro", name)
		}
		/^[ \t]*#/ { goes_on = /\\$/; next }
		goes_on { goes_on = /\\$/; next }
		{ all = all " " $0 }
		END {
			depth = 0; text = ""; body = ""; typedef = ""
			n = split(all, character, "")
			for (i = 1; i <= n; i++) {
				c = character[i]
				if (c == "{") {
					if (depth++ == 0) {
						head = text; text = ""; body = ""
						if (head ~ /typedef/) { typedef = "typedef "; sub(/^.*typedef/, "", head) }
						else typedef = ""
						declared(head, 1)
					} else body = body c
				} else if (c == "}") {
					if (--depth == 0) {
						if (head ~ /enum/ && head !~ /\(/) constants(body)
						text = typedef
						if (head !~ /(struct|union|enum)[^()]*$/) text = ""
					} else body = body c
				} else if (depth) body = body c
				else if (c == ";") { declared(text, 0); text = "" }
				else text = text c
			}
		}'
}

kernel_names() { # KERNEL
	[ -f "$1/include/linux/percpu.h" ] || usage
	echo "# Names that kernel files know of per-CPU data, and how a program mentions them; made by"
	echo "# linux-names.sh -k of the headers that it lists."
	{
		for kernel_header in $headers; do
			[ ! -f "$1/include/$kernel_header" ] || defined_names "$1/include/$kernel_header"
		done
		for name in $of_sched; do
			echo "thing $name"
		done
	} | sort -u | awk '!seen[$2]++' | sort -k2
}

compiler=gcc includes="" names=$here/linux-6.12.names all=0
while getopts ac:i:k:n: option; do
	case $option in
	a) all=1 ;;
	c) compiler=$OPTARG ;;
	i) includes="$includes -I$OPTARG" ;;
	k)
		kernel_names "$OPTARG"
		exit
		;;
	n) names=$OPTARG ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || usage
[ -n "$includes" ] || includes=$(pkg-config --cflags percpu-linux)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# --- what files use ---
# $work/uses: FILE NAME, of the names that count
words='DEFINE_PER_CPU|DECLARE_PER_CPU|alloc_percpu|free_percpu|this_cpu_|raw_cpu_|per_cpu|[gp][eu]t_cpu_[vp]'
[ "$all" -eq 0 ] || words=.
find "$@" -name '*.c' -type f -exec grep -lE "$words" {} + | sort >"$work/files"
while read -r file; do
	echo "@file $file"
	code "$file"
done <"$work/files" | awk -v all="$all" -v files="$work/looked_at" '
	NR == FNR { if ($0 !~ /^#/) counts[$2] = 1; next }
	# behind a type, and before what ends a declaration or begins a value
	function is_declared(word) {
		return $0 ~ "(^|[^A-Za-z_0-9])[A-Za-z_0-9]+[ \t]+[*]*" word "[ \t]*([],;)[]|=[^=])" &&
			$0 !~ "(^|[^A-Za-z_0-9])(return|else|goto|case|sizeof)[ \t]+[*]*" word
	}
	function finish(word) {
		if (file != "" && (all || per_cpu)) {
			print file >files
			for (word in used) if (!(word in own)) print file, word | "sort"
			close("sort")
		}
		split("", used); split("", own); per_cpu = 0
	}
	$1 == "@file" { finish(); file = $2; next }
	/^[ \t]*#[ \t]*define/ { word = $0; sub(/^[ \t]*#[ \t]*define[ \t]+/, "", word); sub(/[^A-Za-z_0-9].*/, "", word); own[word] = 1 }
	/^EXPORT_[A-Z_]*\(/ { word = $0; sub(/^[A-Z_]*\([ \t]*/, "", word); sub(/[^A-Za-z_0-9].*/, "", word); own[word] = 1 }
	# the head of a function, or of a structure, in the first column
	/^[A-Za-z_]/ && !/;[ \t]*$/ && /\(/ {
		word = $0; sub(/[ \t]*\(.*/, "", word)
		if (word ~ /[ \t*]/) { sub(/.*[ \t*]/, "", word); own[word] = 1 }
	}
	/^(struct|union|enum) [A-Za-z_0-9]+ *\{/ { own[$2] = 1 }
	{
		gsub(/(->|\.)[ \t]*[A-Za-z_][A-Za-z_0-9]*/, " ")
		n = split($0, part, /[^A-Za-z_0-9]+/)
		for (i = 1; i <= n; i++) {
			word = part[i]
			if (word in counts) {
				used[word] = 1
				if (is_declared(word)) own[word] = 1
			}
			if (word ~ /^(DEFINE_PER_CPU|DECLARE_PER_CPU|(__)?alloc_percpu|free_percpu$|(__)?this_cpu_|raw_cpu_|per_cpu(_ptr)?$|(get|put)_cpu_(var|ptr)$)/)
				per_cpu = 1
		}
	}
	END { finish() }' "$names" - >"$work/uses"
[ -s "$work/looked_at" ] || {
	echo "$0: none of these files uses per-CPU data" >&2
	exit 1
}

# --- what is there ---
# $work/wanted: KIND NAME; $work/macros: a line each
awk 'NR == FNR { used[$2] = 1; next } !/^#/ && $2 in used' "$work/uses" "$names" >"$work/wanted"
for folder in $(echo "$includes" | sed 's/-I/ /g'); do
	[ ! -f "$folder/linux/percpu.h" ] || (cd "$folder" && find linux asm -name '*.h' | sort |
		sed 's/.*/#include <&>/')
done >"$work/every.h"
[ -s "$work/every.h" ] || {
	echo "$0: there is no linux/percpu.h in$includes" >&2
	exit 1
}
# shellcheck disable=SC2086 # a list of options
"$compiler" -std=gnu11 -w $includes -D_GNU_SOURCE -dM -E -x c "$work/every.h" >"$work/said" || exit 1
sed -n 's/^#define \([A-Za-z_0-9]*\).*/\1/p' "$work/said" >"$work/macros"
{
	echo '#include "every.h"'
	awk 'NR == FNR { macro[$1] = 1; next }
		!($2 in macro) {
			print "#line " FNR " \"wanted\""
			if ($1 == "type") print "extern char use_" FNR "[sizeof(" $2 ")];"
			else if ($1 ~ /^(struct|union|enum)$/) print "extern char use_" FNR "[sizeof(" $1 " " $2 ")];"
			else print "static inline void use_" FNR "(void) { (void)(" $2 "); }"
		}' "$work/macros" "$work/wanted"
} >"$work/check.c"
# shellcheck disable=SC2086
"$compiler" -std=gnu11 -w $includes -D_GNU_SOURCE -fmax-errors=0 -fsyntax-only "$work/check.c" \
	>"$work/said" 2>&1 || true
grep 'error:' "$work/said" | grep -v '^wanted:' >&2 && exit 1
sed -n 's/^wanted:\([0-9]*\):.*error:.*/\1/p' "$work/said" | sort -un >"$work/errors"
awk 'NR == FNR { error[$1] = 1; next } FNR in error { print $2 }' "$work/errors" "$work/wanted" >"$work/lacked"
for name in $refused; do
	echo "$name"
done >>"$work/lacked"

# --- the answer ---
awk -v files="$work/looked_at" '
	FILENAME ~ /lacked$/ { lacked[$1] = 1; next }
	$2 in lacked { needs[$1] = needs[$1] " " $2; nr[$1]++; by[$2]++; only[$1] = $2 }
	END {
		while ((getline file <files) > 0) {
			print file ":" (file in needs ? needs[file] : " nothing")
			all++
			if (!(file in needs)) none++
			else if (nr[file] == 1) alone[only[file]]++
		}
		print ""
		for (name in by) print by[name], alone[name] + 0, name | "sort -k1,1nr -k3"
		close("sort -k1,1nr -k3")
		print ""
		print none + 0 " of " all " files need no name that is not there"
	}' "$work/lacked" "$work/uses"
