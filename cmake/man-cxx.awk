# SPDX-License-Identifier: MIT
# man-cxx.awk - the manual page of percpu.hpp, of what its comments say (man.sh).
# awk -v version=VERSION -v date=DATE -f man-cxx.awk percpu.hpp
#
# The header's own comment is the DESCRIPTION; a "/**" comment at the left, "percpu::X - SUMMARY", begins a class, and
# one within it is about the declaration behind it.

function roff(text) {
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	gsub(/`/, "", text)
	gsub(/@[a-z_][a-z_0-9]*/, "\\fI&\\fR", text)
	gsub(/\\fI@/, "\\fI", text)
	sub(/^[.']/, "\\\\\\&&", text)
	return text
}

function code(text) {
	while (match(text, /\t/))
		text = substr(text, 1, RSTART - 1) substr("        ", 1, 8 - (RSTART - 1) % 8) substr(text, RSTART + 1)
	return roff(text)
}

# The lines of a comment, as paragraphs; those that begin with a tab are code. The first one is behind a heading.
function put_text(    i, line, verbatim, begun) {
	begun = 1
	for (i = 1; i <= nr; i++) {
		line = lines[i]
		if (line ~ /^\t/) {
			if (!verbatim) print ".PP\n.EX"
			verbatim = 1
			print code(substr(line, 2))
			continue
		}
		if (verbatim && line == "" && lines[i + 1] ~ /^\t/) { print ""; continue }
		if (verbatim) print ".EE"
		verbatim = 0
		if (line == "") { begun = 0; continue }
		if (!begun) print (member ? ".IP" : ".PP")
		begun = 1
		print roff(line)
	}
	if (verbatim) print ".EE"
}

# "NAME - SUMMARY": NAME, and SUMMARY is what is left of the first lines.
function split_head(    at, head) {
	at = index(lines[1], " - ")
	head = substr(lines[1], 1, at - 1)
	if (!at) return ""
	lines[1] = substr(lines[1], at + 3)
	# the summary is a sentence; a name stays as it is
	if (lines[1] !~ /^[^ ]*[_(@]/) lines[1] = toupper(substr(lines[1], 1, 1)) substr(lines[1], 2)
	for (at = 1; at < nr && lines[at + 1] != ""; at++)
		;
	if (lines[at] !~ /[.:]$/) lines[at] = lines[at] "."
	return head
}

# The declaration behind a comment, without what is in it.
function declaration(text) {
	sub(/^[\t ]+/, "", text)
	sub(/ *[{;].*$/, "", text)
	return text
}

NR == 1 { next }
!described && /^\/\*$/ { state = "about"; nr = 0; next }
state == "about" && /^ \*\/$/ {
	head = split_head()
	name = ""
	for (i = 1; i <= nr && lines[i] != ""; i++) name = name (i > 1 ? " " : "") lines[i]
	sub(/\.$/, "", name)
	for (j = 0; i <= nr; i++) lines[++j] = lines[i]
	nr = j
	print ".TH PERCPU.HPP 3 " date " \"libpercpu " version "\" \"Library Functions Manual\""
	print ".SH NAME\n" roff(head) " \\- " roff(tolower(substr(name, 1, 1)) substr(name, 2))
	print ".SH LIBRARY\nPer\\-CPU variables for userspace\n.RI ( libpercpu , \\~ \\-lpercpu )"
	print ".SH SYNOPSIS\n.EX\n\\fB#include <percpu/percpu.hpp>\\fP\n.EE\n.SH DESCRIPTION"
	# a section begins with a paragraph anyhow
	while (nr && lines[1] == "") {
		for (i = 1; i < nr; i++) lines[i] = lines[i + 1]
		nr--
	}
	if (lines[1] ~ /^\t/) print "In short:"
	put_text()
	print ".SH INTERFACE"
	described = 1
	state = "code"
	next
}
/^\t?\/\*\*/ {
	member = /^\t/
	nr = 0
	state = "item"
	line = $0
	sub(/^\t?\/\*\* ?/, "", line)
	closed = sub(/ *\*\/$/, "", line)
	if (line != "") lines[++nr] = line
	if (!closed) next
	state = "decl"
	next
}
state == "item" && /\*\/$/ { state = "decl"; next }
state == "about" || state == "item" {
	sub(/^\t? \* ?/, "")
	lines[++nr] = $0
	next
}
state == "decl" {
	if (/^\t?template <[^;]*>$/) next
	state = "code"
	head = split_head()
	if (member) {
		if (head == "") next
		print ".TP\n.B " code(head ~ /,/ ? head : declaration($0))
	} else
		print ".SS " roff(head == "" ? declaration($0) : head)
	put_text()
}
END { print ".SH SEE ALSO\n.BR percpu (7),\n.BR percpu\\-ops (3),\n.BR percpu\\-alloc (3),\n.BR percpu\\-section (3)" }
