#!/bin/sh
# finds.sh SOURCE: the tests of this folder say no to what is wrong. Each case is a small tree with one
# thing wrong in it, and what is said must name that.
set -eu
source=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lint/common.sh
. "$here/common.sh"
# shellcheck source=tests/support/spoil.sh
. "$here/../support/spoil.sh"
tree=$work/tree
skipped=0

# A tree in which all is well. It is no git checkout.
make_tree() {
	rm -rf "$tree"
	mkdir -p "$tree/src/arch/x86_64" "$tree/include/percpu" "$tree/tests/lint"
	cp "$source/.clang-format" "$source/.clang-tidy" "$tree/"
	: >"$tree/tests/lint/cppcheck.suppress"
	printf '%s\n' '#define HALF(x) ((x) / 2)' >"$tree/include/percpu/percpu.h"
	printf '%s\n' '#include <percpu/percpu.h>' '' 'int half(int value);' '' \
		'int half(int value)' '{' '	return HALF(value);' '}' >"$tree/src/half.c"
	printf '%s\n' '#!/bin/sh' "echo \"\$1\"" >"$tree/run.sh"
	cat >"$tree/compile_commands.json" <<-END
	[
	{
	  "directory": "$tree",
	  "command": "cc -Iinclude -Werror -Wno-an-option-of-gcc -o half.o -c $tree/src/half.c",
	  "file": "$tree/src/half.c"
	}
	]
	END
}

say() { # test
	case $1 in
	clang_tidy | other_compiler) sh "$here/$1.sh" "$tree" "$tree" ;;
	*) sh "$here/$1.sh" "$tree" ;;
	esac
}

# begin TEST: makes the tree, with which TEST must be content. False: its tool is not there.
begin() {
	make_tree
	say "$1" >"$work/said" 2>&1 && return
	[ $? = 77 ] || { echo "FAILED: $1 finds in a good tree"; cat "$work/said"; exit 1; } >&2
	skipped=$((skipped + 1))
	return 1
}

expect() { # test, what is wrong, what is said
	spoilt "$2" "$3" say "$1"
}

# function_of LINES: a function of so many, without the empty ones.
function_of() {
	echo 'int sum(int value);'
	echo 'int sum(int value)'
	echo '{'
	i=4
	while [ $((i += 1)) -le "$1" ]; do
		printf '\tvalue += %d;\n\n' $i
	done
	printf '\treturn value;\n}\n'
}

if begin format; then
	sed -i 's/^	return/        return/' "$tree/src/half.c"
	expect format "spaces for a tab" "src/half.c: .* 1 place"
	make_tree
	printf '/* %0100d */\n' 0 >>"$tree/src/half.c"
	expect format "a long comment" "src/half.c:9: 106 columns"
	make_tree
	printf '/* clang-format off */\nint  a;\n/* clang-format on */\nint  b;\n' \
		>>"$tree/src/half.c"
	expect format "spaces behind a protected table" "src/half.c: .* 1 place"
	sh "$here/format.sh" "$tree" fix
	cases=$((cases + 1))
	if ! say format || ! grep -q 'int  a' "$tree/src/half.c"; then
		echo "FAILED: format.sh does not mend what it finds, or mends what is protected" >&2
		status=1
	fi
	rm "$tree/src/half.c" "$tree/include/percpu/percpu.h"
	expect format "a tree without files" "no files"
fi

if begin cppcheck; then
	printf 'int first(void)\n{\n\tint a[2] = {0};\n\treturn a[2];\n}\n' >>"$tree/src/half.c"
	expect cppcheck "an index out of bounds" "src/half.c:.*arrayIndexOutOfBounds"
	make_tree
	echo 'uninitvar:*/half.c' >"$tree/tests/lint/cppcheck.suppress"
	expect cppcheck "a suppression of nothing" "unmatchedSuppression"
fi

if begin clang_tidy; then
	sed -i 's|return HALF|if (value == 2)\n\t\treturn 1 / (value - 2);\n\treturn HALF|' \
		"$tree/src/half.c"
	expect clang_tidy "a defect" "half.c:8:.*core.DivideZero"
	make_tree
	function_of 43 >>"$tree/src/half.c"
	expect clang_tidy "a long function" "readability-function-size"
	make_tree
	printf 'int twice(int value);\nstatic inline int twice(int half)\n{\n\treturn 2 * half;\n}\n' |
		sed 's/^int/static inline &/' >>"$tree/include/percpu/percpu.h"
	expect clang_tidy "a name that differs in a header" "percpu.h:2:.*parameter-name"
	make_tree
	echo 'no C' >>"$tree/src/half.c"
	expect clang_tidy "what does not compile" "src/half.c:9:.*error"
	echo '[]' >"$tree/compile_commands.json"
	expect clang_tidy "a build of nothing" "src/ has no files"
fi

if begin other_compiler; then
	sed -i 's|return HALF|if ((value == 2))\n\t\treturn 1;\n\treturn HALF|' "$tree/src/half.c"
	expect other_compiler "what clang warns of" "half.c:7:.*-Wparentheses-equality"
	make_tree
	sed -i 's|/src/half.c|/half.c|; s|"cc |"launcher cc |' "$tree/compile_commands.json"
	printf '#include "src/half.c"\nno C\n' >"$tree/half.c"
	expect other_compiler "what does not compile" "half.c:2:.*error"
	echo '[]' >"$tree/compile_commands.json"
	expect other_compiler "a build of nothing" "no file in"
fi

if begin function_size; then
	function_of 41 >"$tree/include/percpu/sum.h"
	expect function_size "a long function" "include/percpu/sum.h: sum() has 41 lines"
	make_tree
	{
		printf '#define VARIABLE(name) int name;\nVARIABLE(one)\n'
		function_of 41 | sed 1d
	} >"$tree/include/percpu/sum.h"
	expect function_size "a long function behind a macro" "sum() has 41 lines"
	make_tree
	function_of 40 >"$tree/include/percpu/sum.h"
	cases=$((cases + 1))
	say function_size || { echo "FAILED: 40 lines are too many" >&2; status=1; }
	function_of 10 >"$tree/src/half.c"
	expect function_size "functions that are long for the most part" "median: at most 8"
fi

if begin shell; then
	echo 'rm -f $1' >>"$tree/run.sh"
	expect shell "words that are split" "run.sh line 3"
fi

echo "$cases cases; tools that are not there: $skipped"
[ $cases -gt 0 ] || exit 77
exit $status
