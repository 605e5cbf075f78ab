# SPDX-License-Identifier: MIT
# way.awk - from the lines of classes.awk, of a whole function, to those of its longest way from the
# first instruction to a return that neither calls anything nor leaves the function. That is the fast
# path, whatever order the compiler has put the parts in. Prints nothing if there is no such way.

# How many instructions from the i-th on; 0: there is no way on from there.
function longest(i,	place, on, away)
{
	if (i > NR || i in entered || class[i] == "call") return 0
	if (class[i] == "ret") return 1
	entered[i] = 1
	on = name[i] ~ /^jmp/ ? 0 : longest(i + 1)
	away = 0
	if (class[i] == "branch" && target[i] in at) away = longest(at[target[i]])
	delete entered[i]
	next_of[i] = away > on ? at[target[i]] : i + 1
	on = away > on ? away : on
	return on ? on + 1 : 0
}

BEGIN { FS = "\t" }
{
	class[NR] = $1
	at[$2] = NR
	line[NR] = $0
	split($3, word, /[ \t]+/)
	name[NR] = word[1]
	target[NR] = word[2]
}
END {
	if (NR == 0 || !longest(1)) exit
	for (i = 1; class[i] != "ret"; i = next_of[i]) print line[i]
	print line[i]
}
