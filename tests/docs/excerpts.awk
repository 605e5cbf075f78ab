# SPDX-License-Identifier: MIT
# excerpts.awk - the pieces of code of a page that say of which file they are (```c examples/counters.c):
# whether they are in that file, line by line, but for how far all of them are indented.
# awk -v root=FOLDER -f excerpts.awk PAGE

function bare(line) {
	sub(/^[ \t]+/, "", line)
	return line
}

function look_for_it(	i, j, nr, text, line, found) {
	while ((getline line <(root "/" file)) > 0)
		text[++nr] = bare(line)
	close(root "/" file)
	if (!nr) {
		print FILENAME ":" begin ": there is no " file
		return 1
	}
	for (i = 1; !found && i <= nr - lines + 1; i++) {
		for (j = 1; j <= lines && text[i + j - 1] == bare(code[j]); j++)
			;
		found = j > lines
	}
	if (!found)
		print FILENAME ":" begin ": is not in " file
	return !found
}

/^```/ && inside {
	failed += look_for_it()
	nr_pieces++
	inside = 0
	next
}
inside { code[++lines] = $0; next }
/^```[a-z]+ [^ ]+$/ { inside = 1; lines = 0; file = $2; begin = FNR }
END {
	if (inside) {
		print FILENAME ":" begin ": has no end"
		failed++
	}
	print nr_pieces + 0 " pieces, " failed + 0 " wrong"
	exit failed > 0
}
