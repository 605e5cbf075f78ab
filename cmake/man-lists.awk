# SPDX-License-Identifier: MIT
# man-lists.awk - what the headers of a folder are for: a subsection a header, for a page of the manual (man.sh).
# awk -v prefix=percpu/kernel/ -v folder=include/percpu/kernel -f man-lists.awk FILE...
#
# Of each header its own comment's first paragraph, else what it includes of the library; then a line for each "/**"
# comment, NAME() - SUMMARY.

function roff(text) {
	gsub(/\t/, " ", text)
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	gsub(/@[a-z_][a-z_0-9]*/, "\\fI&\\fR", text)
	gsub(/\\fI@/, "\\fI", text)
	sub(/^[.']/, "\\\\\\&&", text)
	return text
}

# A sentence; a name stays as it is.
function sentence(text) {
	if (text !~ /^[^ ]*[_(\/.]/) text = toupper(substr(text, 1, 1)) substr(text, 2)
	return text (text ~ /[.:]$/ ? "" : ".")
}

function end_of_header(    i, own) {
	if (name == "") return
	print ".SS <" roff(name) ">"
	own = name
	sub(/.*\//, "", own)
	if (about ~ "^[a-z/]*" own " - ") {
		sub(/^[^ ]* - /, "", about)
		# which all of them say
		sub(/, by the kernel's names/, "", about)
		gsub(/ ?Include it( in assembly too)? where you want them[^.:]*[.:]/, "", about)
		print roff(sentence(about))
	} else if (includes != "")
		print "What is in " roff(includes) "."
	else
		print "A few names of the kernel's."
	for (i = 1; i <= nr; i++)
		print ".TP\n.B " roff(title[i]) "\n" roff(summary[i])
}

function take(text,    at) {
	at = index(text, " - ")
	if (!at || substr(text, 1, at) !~ /^[A-Za-z_]/) return
	title[++nr] = substr(text, 1, at - 1)
	summary[nr] = sentence(substr(text, at + 3))
}

FNR == 1 {
	end_of_header()
	name = prefix substr(FILENAME, length(folder) + 2)
	about = includes = ""
	nr = 0
	state = "start"
}
/^#include <(percpu|linux|asm)\/[a-z_\/0-9-]*\.h>/ && $2 !~ /\/impl\// {
	gsub(/[<>]/, "", $2)
	includes = includes (includes == "" ? "" : ", ") "<" $2 ">"
}
state == "start" && /^\/\*$/ { state = "about"; next }
state == "about" && (/^ \*\/$/ || (/^ \*$/ && about != "")) { state = "code" }
state == "about" { sub(/^ \* ?/, ""); about = about (about == "" ? "" : " ") $0; next }
/^\/\*\* .*\*\/$/ { sub(/^\/\*\* */, ""); sub(/ *\*\/$/, ""); take($0); next }
/^\/\*\*/ { state = "item"; text = ""; next }
state == "item" && (/\*\/$/ || /^ \*$/ || /^ \* @/) { take(text); state = "code"; next }
state == "item" { sub(/^ \* ?/, ""); text = text (text == "" ? "" : " ") $0 }
END { end_of_header() }
