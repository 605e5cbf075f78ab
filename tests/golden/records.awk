# SPDX-License-Identifier: MIT
# records.awk - says what is wrong with what a program tells debuggers of its sequences. Lines are
#	descriptor | pointer | exit ADDRESS VALUE	a word of __rseq_cs, of __rseq_cs_ptr_array, of
#							__rseq_exit_point_array
#	sequence ADDRESS FUNCTION [AWAY]		where the function's sequence starts, and
#							where it jumps to if it cannot go on
# A descriptor is 0, start, length, and where aborts go; an exit point is start, and where it leads.
# Those of the functions lead where they jump to, or where aborts go; the library's own, if they are
# there, elsewhere too.

$1 == "descriptor" {
	field = nr_words++ % 4
	if (field == 0) {
		descriptor[$2] = ++nr
		if ($3 != "") print "descriptor " $2 " has a version or flags: " $3
	}
	if (field == 1) {
		start[nr] = $3
		nr_starting[$3]++
	}
	if (field == 2 && $3 == "") print "the sequence at " start[nr] " has no length"
	if (field == 3) abort[start[nr]] = $3
}
$1 == "pointer" {
	nr_pointers++
	if (!($3 in descriptor)) print "what should be a descriptor's address is " $3
	if ($3 in pointed) print "descriptor " $3 " is there twice"
	pointed[$3] = 1
}
$1 == "exit" {
	if (nr_exits++ % 2 == 0) {
		left = $3
		if (!(left in nr_starting)) print "no sequence starts at " left
	} else {
		nr_leaving[left]++
		leads[left] = $3
	}
}
$1 == "sequence" {
	nr_sequences++
	if (nr_starting[$2] != 1) print $3 ": " nr_starting[$2] + 0 " descriptors start at " $2
	if (nr_leaving[$2] != 1) print $3 " has " nr_leaving[$2] + 0 " exit points"
	away = $4 == "" ? abort[$2] : $4
	if (leads[$2] != away) print $3 " does not lead to " away
}
END {
	if (nr_sequences == 0) print "there are no sequences"
	if (nr_words != 4 * nr || nr_pointers != nr || nr_exits % 2)
		print nr_words + 0 " words of descriptors, " nr_pointers + 0 " pointers, " \
			nr_exits + 0 " words of exit points"
}
