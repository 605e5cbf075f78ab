#!/bin/sh
# SPDX-License-Identifier: MIT
# names.sh - the names that kernel code knows of per-CPU memory, CPU masks and hotplug, and what has
# become of each: a public header has it, and a test uses it; or it has no meaning in a process, and a
# line says why. *.list have them, a subject a file. behaviours.txt has what kernel code relies on beside
# names, in words. docs/kernel-names.md is made of all these.
#
# Usage: names.sh SOURCE check|write [COMPILER]. check says what is wrong, a line each, and exits with 1
# if there is anything; write makes the page anew.
#
# A line of a list is one of
#	NAME percpu/HEADER.h TEST [KIND]	a program that includes HEADER has it, tests/TEST uses it
#	NAME linux/HEADER.h TEST [KIND]		the same, of include/percpu/linux/
#	NAME <HEADER.h> [KIND], or NAME C	it is the C library's, or the language's
#	NAME - REASON				it is in no header; the whole reason is in the line
# KIND says how a program mentions it: type, struct, enum, or "in STRUCT", for a member of it; "up": it is
# there with PERCPU_UP; "option": the program defines it before the include, and the header goes by it; otherwise
# it is a macro, or what can stand in an expression.
#
# A line of behaviours.txt is one of
#	SUBJECT | BEHAVIOUR | FILE:FACT[; FILE:FACT]...	tests/FILE shows it: by the function FACT, by the
#						case FACT, or, in a script, by what FACT begins
#	SUBJECT | BEHAVIOUR | - REASON		it has no meaning in a process, or is otherwise here
set -eu
source=$1 what=$2 compiler=${3:-gcc}
lists=$source/tests/names
behaviours=$lists/behaviours.txt
subjects='static boot alloc access operations masks hotplug'
page=$source/docs/kernel-names.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C

wrong() {
	echo "$*" >>"$work/wrong"
}

# --- the lines ---
# $work/all: FILE NAME WHERE REST
for list in "$lists"/*.list; do
	awk -v file="$(basename "$list")" '!/^#/ && NF { print file, $0 }' "$list"
done >"$work/all"
awk 'NF < 3 || ($3 == "-" && NF < 6) || ($3 !~ /^(-|C|<.*\.h>|(percpu|linux)\/.*\.h)$/) ||
	($3 ~ /^(percpu|linux)/ && NF < 4) || ($3 ~ /^C$/ && NF != 3) {
		print $1 ": no line of a list: " $2 }
	seen[$2]++ { print $1 ": " $2 " is there twice" }
	$3 == "-" && tolower($0) ~ /(^| )(later|not yet|todo|for now)( |$)/ {
		print $1 ": " $2 " is put off" }' "$work/all" >>"$work/wrong"

# --- every name that is said to be in a header is there ---
# mention NAME KIND...: C that needs the name.
awk -v work="$work" '
	function mention(name, kind, container) {
		if (kind == "type") return "extern char use_" ++nr "[sizeof(" name ")];"
		if (kind == "struct" || kind == "enum") return "extern char use_" ++nr "[sizeof(" kind " " name ")];"
		if (kind == "in") return "extern char use_" ++nr "[__builtin_offsetof(struct " container ", " name ") + 1];"
		return "#ifndef " name "\nstatic inline void use_" ++nr "(void) { (void)(" name "); }\n#endif"
	}
	$3 ~ /^(percpu|linux|<)/ && $5 != "option" {
		header = $3; sub(/^</, "", header); sub(/>$/, "", header)
		file = header; gsub(/\//, "_", file); file = work "/" file ($5 == "up" ? "_up.c" : ".c")
		if (!(file in begun)) {
			begun[file] = 1
			if ($5 == "up") print "#define PERCPU_UP" >file
			print "#include <" header ">" >file
		}
		print "#line 1 \"" $1 ": " $2 "\"" >file
		print mention($2, $3 ~ /^</ ? $4 : $5, $6) >file
	}' "$work/all"
for file in "$work"/*.c; do
	"$compiler" -std=gnu11 -w "-I$source/include/percpu/linux" "-I$source/include" -fsyntax-only "$file" >"$work/said" 2>&1 ||
		sed -n '/error: /{
			s/^\([0-9a-z-]*\.list: [^:]*\):.*error: .*/\1 is not in its header/
			p
		}' "$work/said" >>"$work/wrong"
done

awk '$3 ~ /^percpu/ && $5 == "option" { print $1, $2, $3 }' "$work/all" | while read -r list name header; do
	grep -qwE "^# *(if|ifdef|ifndef|elif|define) .*$name" "$source/include/$header" ||
		wrong "$list: $name is not in its header"
done

# --- ... and its test uses it ---
awk '$3 ~ /^(percpu|linux)/ { print $4 }' "$work/all" | sort -u | while read -r test; do
	if [ ! -f "$source/tests/$test" ]; then
		wrong "tests/$test, which is to use names, is not there"
		continue
	fi
	case $test in
	*.sh | *.txt) sed 's/^[[:space:]]*#.*//' "$source/tests/$test" ;;
	*) "$compiler" -fpreprocessed -dD -E -P -x c "$source/tests/$test" 2>/dev/null ;;
	esac |
		grep -oE '[A-Za-z_][A-Za-z_0-9]*' | sort -u >"$work/words"
	awk -v test="$test" 'NR == FNR { used[$1] = 1; next }
		$3 ~ /^(percpu|linux)/ && $4 == test && !($2 in used) {
			print $1 ": tests/" test " does not use " $2 }' "$work/words" "$work/all" >>"$work/wrong"
done

# --- what is said to be in no header is in none ---
for header in "$source"/include/percpu/*.h "$source"/include/percpu/kernel/*.h; do
	[ ! -f "$header" ] || echo "#include <${header#"$source/include/"}>"
done >"$work/every"
macros() { # FILE
	"$compiler" -std=gnu11 "-I$source/include" -dM -E -x c "$1" |
		sed -n 's/^#define \([A-Za-z_0-9]*\).*/\1/p' | sort -u
}
macros /dev/null >"$work/own" # the compiler's
macros "$work/every" | comm -23 - "$work/own" >"$work/macros"
awk 'NR == FNR { macro[$1] = 1; next }
	$3 == "-" && $2 in macro {
	print $1 ": " $2 " is a macro of a header" }' "$work/macros" "$work/all" >>"$work/wrong"
{
	cat "$work/every"
	awk 'NR == FNR { macro[$1] = 1; next }
		$3 == "-" && $2 ~ /^[A-Za-z_][A-Za-z_0-9]*$/ && !($2 in macro) {
			print "#line 1 \"" $1 ": " $2 "\"\nenum { " $2 " };" }' "$work/macros" "$work/all"
} >"$work/absent"
"$compiler" -std=gnu11 -w "-I$source/include" -fsyntax-only -x c "$work/absent" >"$work/said" 2>&1 ||
	sed -n '/error: /{
		s/^\([0-9a-z-]*\.list: [^:]*\):.*error: .*/\1 is declared in a header/
		p
	}' "$work/said" >>"$work/wrong"

# --- behaviours ---
# $work/facts: FILE, a tab, FACT
: >"$work/facts"
[ ! -f "$behaviours" ] || awk -v subjects="$subjects" -v facts="$work/facts" -F ' [|] ' '
	BEGIN { nr = split(subjects, name, " "); while (nr) known[name[nr--]] = 1 }
	/^#/ || !NF { next }
	NF != 3 || !($1 in known) || !$2 { print "behaviours.txt: no line of it: " $0; next }
	seen[$2]++ { print "behaviours.txt: it is there twice: " $2 }
	tolower($0) ~ /(^| )(later|not yet|todo|for now)( |$)/ { print "behaviours.txt: it is put off: " $2 }
	$3 ~ /^- [^ ]+ [^ ]+ / { next }
	{
		nr = split($3 ? $3 : "none", fact, "; ")
		for (i = 1; i <= nr; i++) {
			if (fact[i] !~ /^[A-Za-z0-9_\/]+[.][a-z]+:[A-Za-z0-9_]/) {
				print "behaviours.txt: neither a test nor a reason: " $2
				continue
			}
			at = index(fact[i], ":")
			print substr(fact[i], 1, at - 1) "\t" substr(fact[i], at + 1) >facts
		}
	}' "$behaviours" >>"$work/wrong"
[ -s "$work/facts" ] || wrong "no behaviour was checked"

# in_test FILE: its facts, of standard input, that it does not have
in_test() {
	case $1 in
	*.sh) sed 's/^[[:space:]]*#.*//' "$source/tests/$1" ;;
	*) "$compiler" -fpreprocessed -dD -E -P -x c "$source/tests/$1" 2>/dev/null ;;
	esac >"$work/test"
	while read -r fact; do
		case $1 in
		*.sh) grep -qF "begin \"$fact\"" "$work/test" ;;
		*) grep -qE "(^|[^A-Za-z_0-9])$fact *[(),]" "$work/test" ;;
		esac || wrong "behaviours.txt: tests/$1 has no $fact"
	done
}
cut -f1 "$work/facts" | sort -u | while read -r test; do
	if [ -f "$source/tests/$test" ]; then
		awk -F '\t' -v test="$test" '$1 == test { print $2 }' "$work/facts" | sort -u | in_test "$test"
	else
		wrong "behaviours.txt: tests/$test is not there"
	fi
done

# --- the page ---
# The first line of a list that begins with "# " is its title.
{
	cat <<'EOF'
# Names of the kernel, and where they are

Made by `tests/names/names.sh` of the lists beside it; edit those. A name is in a header, and the test uses
it; or a line says why it has no meaning in a process.

EOF
	awk '{ nr++ } $3 == "-" { no++ } $3 ~ /^(percpu|linux)/ { ours++ } $3 ~ /^(C|<.*)$/ { theirs++ }
		END { print nr " names: " ours + 0 " are in the headers of the library, " theirs + 0 \
			" are of C and its library, " no + 0 " have no meaning." }' "$work/all"
	for list in "$lists"/*.list; do
		echo
		sed -n '1s/^# /## /p' "$list"
		echo
		echo '| name | header | test, or reason |'
		echo '|---|---|---|'
		awk '/^#/ || !NF { next }
			{ name = $1; where = $2; sub(/^[^ ]+ +[^ ]+ */, ""); rest = $0 }
			where == "-" { print "| `" name "` | | " rest " |"; next }
			where == "C" { print "| `" name "` | the language | |"; next }
			where ~ /^</ { print "| `" name "` | `" where "` | |"; next }
			{ split(rest, word, " "); print "| `" name "` | `" where "` | " word[1] " |" }' "$list"
	done
	cat <<'EOF'

## Behaviours

What kernel code relies on beside names, made of `tests/names/behaviours.txt`: a test shows it; or a line says
why it has no meaning in a process, or where it is said what is otherwise here.

EOF
	[ ! -f "$behaviours" ] || awk -F ' [|] ' '
		/^#/ || !NF { next }
		{ no += $3 ~ /^-/; sub(/^- /, "", $3); gsub(/; /, "<br>", $3); row[++nr] = "| " $1 " | " $2 " | " $3 " |" }
		END {
			print nr " behaviours: tests show " nr - no ", " no + 0 " have no meaning, or are otherwise."
			print "\n| subject | behaviour | test, or reason |\n|---|---|---|"
			for (i = 1; i <= nr; i++) print row[i]
		}' "$behaviours"
} >"$work/page"
case $what in
write) cp "$work/page" "$page" ;;
check)
	cmp -s "$work/page" "$page" ||
		wrong "docs/kernel-names.md is not what the lists say: sh tests/names/names.sh . write"
	;;
*) wrong "neither check nor write: $what" ;;
esac

grep -E '^[0-9]+ (names|behaviours): ' "$work/page" || :
[ -s "$work/all" ] || wrong "nothing was checked"
[ ! -s "$work/wrong" ] || { sort -u "$work/wrong"; exit 1; }
