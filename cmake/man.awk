# man.awk - a manual page of a public header: what its comments say. Run by man.sh.
#
# Variables: page (percpu-counter), header (percpu/counter.h), version, date, headers (the names of all), examples
# (their files), and names: the file for what is described, a name a line. The page, in man(7), is the output.
#
# A header's comments: the first one, "NAME.h - SUMMARY" and text, is the page's DESCRIPTION. Then "/**"
# comments: "NAME() - SUMMARY", "@ARGUMENT: MEANING", text; and the declarations that they are about, up to
# the next comment. Lines that begin with a tab are shown as they are, " - " begins an item.

function put(line) {
	# a paragraph begins with a section anyhow
	if (out[nr_out] ~ /^\.S[HS] /) {
		if (line == ".PP") return
		sub(/^\.PP\n/, "", line)
	}
	out[++nr_out] = line
}

# Other headers are named as their pages.
function pages(text,    n, part, i, name) {
	n = split(headers, part, " ")
	for (i = 1; i <= n; i++) {
		if (!index(text, part[i] ".h")) continue
		name = part[i]
		gsub(/_/, "-", name)
		text = " " text
		while (match(text, "[^a-z_/]" part[i] "\\.h"))
			text = substr(text, 1, RSTART) "percpu-" name "(3)" substr(text, RSTART + RLENGTH)
		text = substr(text, 2)
	}
	return text
}

function roff(text) {
	text = pages(text)
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	gsub(/\t/, "        ", text)
	gsub(/@[a-z_][a-z_0-9]*/, "\\fI&\\fR", text)
	gsub(/\\fI@/, "\\fI", text)
	sub(/^[.']/, "\\\\\\&&", text)
	return text
}

# Code, as it is.
function code(text) {
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	while (match(text, /\t/))
		text = substr(text, 1, RSTART - 1) substr("        ", 1, 8 - (RSTART - 1) % 8) substr(text, RSTART + 1)
	sub(/^[.']/, "\\\\\\&&", text)
	return text
}

# Prints @n lines of text @lines, without the comment's marks, as paragraphs.
function print_text(lines, n,    i, line, verbatim, begun, item) {
	begun = 0 # whether a line of this paragraph has been printed
	for (i = 1; i <= n; i++) {
		line = lines[i]
		if (line ~ /^\t/) {
			if (!verbatim) put((item ? ".IP\n.EX" : ".PP\n.EX"))
			verbatim = 1
			put(code(substr(line, 2)))
			continue
		}
		if (verbatim) {
			# an empty line between two verbatim ones is one of them
			if (line == "" && i < n && lines[i + 1] ~ /^\t/) { put(""); continue }
			put(".EE")
			verbatim = 0
			begun = 0
		}
		if (line == "") { begun = 0; item = 0; continue }
		if (line ~ /^ *- /) {
			put(".IP \\(bu 2")
			sub(/^ *- /, "", line)
			item = begun = 1
		} else if (!begun) {
			put(".PP")
			begun = 1
		}
		sub(/^ +/, "", line)
		put(roff(line))
	}
	if (verbatim) put(".EE")
}

# A declaration as people need it.
function clean(text) {
	gsub(/\t/, " ", text)
	gsub(/(PERCPU_API|__pcpu_always_inline|__pcpu_inline|static inline|extern|__pcpu_short_asm) /, "", text)
	gsub(/ *PERCPU_API|__asm__\("[^"]*"\)/, "", text)
	gsub(/ *__pcpu_as\([a-z_0-9]*\)/, "", text)
	gsub(/__attribute__\(\(([^()]|\([^()]*\))*\)\) */, "", text)
	gsub(/  +/, " ", text)
	sub(/^ /, "", text)
	sub(/ ;$/, ";", text)
	return text
}

function described(name) {
	if (name in all || (name !~ /_/ && length(name) < 8) || name ~ /^__pcpu|^__PCPU|^__attribute__$|^_*container_of$/) return
	if (name ~ /^__percpu_/ && name != "__percpu_counter_compare") return
	all[name] = 1
	order[++nr_names] = name
}

# The names in a comment's first words: "a(), b() and c() - ...", "NAME - ...".
function names_of(text,    head, word) {
	head = text
	sub(/ - .*/, "", head)
	if (head == text) return
	while (match(head, /[A-Za-z_][A-Za-z_0-9]*(\[\]|\(\))?/)) {
		word = substr(head, RSTART, RLENGTH)
		head = substr(head, RSTART + RLENGTH)
		if (word ~ /\(\)$/ || word ~ /^[A-Z_0-9]+$/ || (text ~ /^[a-z_0-9]+ - / && word ~ /_/)) {
			sub(/[[(].*/, "", word)
			if (word ~ /_/ || word ~ /^[a-z]+$/) described(word)
		}
	}
}

# --- a "/**" comment is over: its parts ---
function finish_comment(    i, line, where, arg) {
	summary = ""
	nr_args = nr_text = 0
	where = "summary"
	for (i = 1; i <= nr_lines; i++) {
		line = lines[i]
		if (where == "summary" && line != "" && line !~ /^@/) {
			summary = summary (summary == "" ? "" : " ") line
			continue
		}
		if (line ~ /^@[a-z_0-9, @]+:/ && where != "text") {
			where = "args"
			arg = line
			sub(/:.*/, "", arg)
			gsub(/@/, "", arg)
			args[++nr_args] = arg
			sub(/^[^:]*: */, "", line)
			meaning[nr_args] = line
		} else if (where == "args" && line ~ /^[\t ]/) {
			sub(/^[\t ]+/, "", line)
			meaning[nr_args] = meaning[nr_args] "\n" line
		} else if (line == "" && where != "text") {
			where = "between"
		} else {
			where = "text"
			text[++nr_text] = line
		}
	}
	if (summary !~ / - / || summary !~ /^[A-Za-z_].*\(|^[][A-Za-z_0-9]+ - |^(struct|enum) /) {
		# a sentence of its own about what follows
		title = ""
	} else {
		title = summary
		sub(/ - .*/, "", title)
		names_of(summary)
		sub(/^[^-]* - /, "", summary)
	}
	nr_decls = nr_body = 0
	collecting = 1
	gap = 0
	continued = ""
	verbatim_body = 0
}

function print_item(    i, j, n, part) {
	if (!collecting) return
	collecting = 0
	if (title == "" && nr_decls == 0 && nr_body == 0) return
	if (title == "") title = first_name
	if (title == "" || title ~ /^__(pcpu|PCPU)/) return
	if (nr_body && summary " " text[1] ~ /fields are private/) {
		nr_body = 1
		sub(/ \{$/, ";", body[1])
	}
	put(".SS " roff(title))
	if (nr_decls + nr_body) put(".EX")
	for (i = 1; i <= nr_decls; i++) put("\\fB" code(decls[i]) "\\fP")
	for (i = 1; i <= nr_body; i++) put(code(body[i]))
	if (nr_decls + nr_body) put(".EE")
	if (summary !~ /^[^ ]*[_(]/) summary = toupper(substr(summary, 1, 1)) substr(summary, 2)
	if (summary !~ /[.:]$/) summary = summary "."
	put(".PP")
	put(roff(summary))
	for (i = 1; i <= nr_args; i++) {
		put(".TP\n.I " roff(args[i]))
		n = split(meaning[i], part, "\n")
		for (j = 1; j <= n; j++) put(roff(part[j]))
	}
	print_text(text, nr_text)
	first_name = ""
}

# A declaration that a comment is about: a prototype, or a macro's name and arguments.
function add_decl(text,    name, i) {
	text = clean(text)
	if (text ~ /^#define /) {
		sub(/^#define /, "", text)
		if (match(text, /^[A-Za-z_0-9]+\([^)]*\)/)) text = substr(text, 1, RLENGTH) ";"
		else if (match(text, /^[A-Za-z_0-9]+/)) {
			name = substr(text, 1, RLENGTH)
			if (name ~ /^PERCPU_.*_H$/ || name ~ /^__pcpu|^__PCPU/) return
			sub(/^[A-Za-z_0-9]+ */, name " = ", text)
			sub(/ *\/\*.*/, "", text)
			sub(/ *\\$/, " ...", text)
			sub(/ = $| = .*__(pcpu|PCPU).*/, "", text)
		}
	}
	name = text
	sub(/^typedef .*\(\*/, "", name)
	sub(/[[(;=)].*/, "", name)
	sub(/ +$/, "", name)
	sub(/.*[ *]/, "", name)
	if (name ~ /^__pcpu|^__PCPU|^__percpu_[^c]/ || name !~ /^[A-Za-z_]/ || text ~ /__pcpu_check/) return
	if (text ~ /[(;]/ || text ~ / = /) described(name)
	if (first_name == "") first_name = name (text ~ /\(/ && text !~ /^typedef/ ? "()" : "")
	for (i = 1; i <= nr_decls; i++) if (decls[i] == text) return
	decls[++nr_decls] = text
}

BEGIN { state = "start" }

# Of the files behind the header, which it includes, only the comments count.
FNR == 1 && NR > 1 { flush_item(); state = "code" }

# --- the header's own comment ---
state == "start" && /^\/\*$/ { state = "about"; next }
state == "about" && /^ \*\/$/ {
	state = "code"
	about_head = ""
	for (i = 1; i <= nr_about && about[i] != ""; i++) about_head = about_head (i > 1 ? " " : "") about[i]
	nr_rest = 0
	for (; i <= nr_about; i++) rest[++nr_rest] = about[i]
	sub(/^[a-z_]*\.h - /, "", about_head)
	next
}
state == "about" { sub(/^ \*/, ""); sub(/^ ([^ ]|$)/, "&"); line = $0; if (line ~ /^ [^ ]/) sub(/^ /, "", line); about[++nr_about] = line; next }
state == "start" { next }

# --- the others ---
/^\/\*\*/ {
	flush_item()
	if ($0 ~ /\*\/ *$/) {
		sub(/^\/\*\* */, ""); sub(/ *\*\/ *$/, "")
		lines[1] = $0; nr_lines = 1
		finish_comment()
	} else {
		nr_lines = 0
		line = $0; sub(/^\/\*\* */, "", line)
		if (line != "") lines[++nr_lines] = line
		state = "comment"
	}
	next
}
state == "comment" && /\*\/ *$/ {
	state = "code"
	line = $0; sub(/^ \*\/.*/, "", line)
	if (line != "") { sub(/^ \* ?/, "", line); sub(/ *\*\/$/, "", line); lines[++nr_lines] = line }
	finish_comment()
	next
}
state == "comment" { line = $0; sub(/^ \*/, "", line); if (line ~ /^ [^ ]/) sub(/^ /, "", line); lines[++nr_lines] = line; next }

function flush_item() {
	if (collecting) print_item()
}

# What else of the library this header includes.
NR == FNR && /^#include <percpu\/[a-z_]*\.h>/ {
	line = $2
	gsub(/^<percpu\/|\.h>$/, "", line)
	gsub(/_/, "-", line)
	also[++nr_also] = "percpu-" line
}

# --- what a comment is about ---
collecting {
	if (skipping) { # a function's body, or a macro's
		if (skipping == "function" && /^}/) { skipping = ""; closed = 1 }
		else if (skipping == "macro" && !/\\$/) skipping = ""
		next
	}
	if (verbatim_body) {
		body[++nr_body] = $0
		if (/^}/) {
			verbatim_body = 0
			if (match($0, /[a-z_0-9]+;$/)) described(substr($0, RSTART, RLENGTH - 1))
		}
		next
	}
	# What follows without a comment of its own is about the same.
	if (/^$/) { gap = 1; continued = ""; next }
	if (gap && (/^\/\*/ || /^__PCPU_END_DECLS/ || /^#include/)) { flush_item(); next }
	if (/^#(if|ifdef|ifndef|else|elif|endif|error|include)/) next
	if (/^(typedef )?(struct|enum|union) ?[a-z_0-9]* \{$/ && continued == "") {
		body[++nr_body] = $0
		name = $2
		if (first_name == "") first_name = $0
		sub(/ \{$/, "", first_name)
		verbatim_body = 1
		next
	}
	if (/^#define/) {
		line = $0
		add_decl(line)
		if (/\\$/) skipping = "macro"
		next
	}
	if (/^\/\*/ || /^ \*/) next
	if (/^\{/) { add_decl(continued ";"); continued = ""; skipping = "function"; next }
	continued = continued (continued == "" ? "" : " ") $0
	if (/;( *\/\*.*)?$/) { sub(/;.*$/, ";", continued); add_decl(continued); continued = "" }
	else if (/\{$/) { sub(/ *\{$/, ";", continued); add_decl(continued); continued = ""; skipping = "function" }
	next
}

END {
	flush_item()
	nr_items = nr_out
	for (i = 1; i <= nr_items; i++) items[i] = out[i]
	nr_out = 0
	put(".TH " toupper(roff(page)) " 3 " date " \"libpercpu " version "\" \"Library Functions Manual\"")
	put(".SH NAME")
	sub(/\.$/, "", about_head)
	put(roff(page) " \\- " roff(about_head))
	put(".SH LIBRARY")
	put("Per-CPU variables for userspace")
	put(".RI ( libpercpu , \\~ \\-lpercpu )")
	put(".SH SYNOPSIS")
	put(".EX")
	put("\\fB#include <" header ">\\fP")
	put(".EE")
	if (nr_rest) {
		put(".SH DESCRIPTION")
		print_text(rest, nr_rest)
	}
	for (i = 1; i <= nr_out; i++) print out[i]
	if (nr_items) print ".SH INTERFACE"
	for (i = 1; i <= nr_items; i++) print items[i]
	if (examples != "") {
		print ".SH EXAMPLES"
		print "Whole programs, which are installed with the documentation:"
		n = split(examples, part, " ")
		for (i = 1; i <= n; i++) print ".br\n.I " roff(part[i])
	}
	print ".SH SEE ALSO"
	printf ".BR percpu (7)"
	for (i = 1; i <= nr_also; i++) {
		if (also[i] == page) continue
		printf ",\n.BR %s (3)", roff(also[i])
	}
	print ""
	for (i = 1; i <= nr_names; i++) print order[i] >names
}
