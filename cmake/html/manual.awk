# SPDX-License-Identifier: MIT
# manual.awk - a page of the manual in HTML: mandoc's fragment, in the frame that pandoc has made for it.
# awk -v title=TITLE -v names=FILE -f manual.awk FRAME FRAGMENT
#
# What another page of the manual is about leads there, and the sections are a list.

BEGIN {
	while ((getline line <names) > 0) {
		split(line, part, " ")
		address[part[1]] = part[2]
	}
}

# name(3), as mandoc writes it: <b>name</b>(3), or in the text
function linked(line,    out, name, bold) {
	while (match(line, /[A-Za-z_][A-Za-z0-9_.-]*(<\/b>)?\([1-9]\)/)) {
		name = substr(line, RSTART, RLENGTH)
		bold = name ~ /<\/b>/
		sub(/(<\/b>)?\([1-9]\)/, "", name)
		out = out substr(line, 1, RSTART - 1)
		if ((name in address) && line !~ /<h[12]/)
			name = "<a href=\"../" address[name] "\">" substr(line, RSTART, RLENGTH) "</a>"
		else
			name = substr(line, RSTART, RLENGTH)
		# the link is around what is bold, not across its end
		if (bold && name ~ /^<a/ && sub(/<b>$/, "", out))
			sub(/">/, "\"><b>", name)
		else if (bold && name ~ /^<a/) {
			sub(/^<a[^>]*>/, "", name)
			sub(/<\/a>$/, "", name)
		}
		out = out name
		line = substr(line, RSTART + RLENGTH)
	}
	return out line
}

function section(level, line,    id) {
	match(line, /id="[^"]*"/)
	id = substr(line, RSTART + 4, RLENGTH - 5)
	gsub(/<[^>]*>/, "", line)
	while (depth < level) { sections = sections "<ul>"; depth++ }
	while (depth > level) { sections = sections "</ul>"; depth-- }
	sections = sections "<li><a href=\"#" id "\">" line "</a></li>\n"
}

NR == FNR { frame[++nr_frame] = $0; next }
# what the frame says already
/<table class="(head|foot)">/ { skip = 1 }
skip { if (/<\/table>/) skip = 0; next }
/<h1/ && /<\/h1>/ { section(1, $0) }
/<h2/ && /<\/h2>/ { section(2, $0) }
{
	gsub(/<h2/, "<h3"); gsub(/<\/h2>/, "</h3>")
	gsub(/<h1/, "<h2"); gsub(/<\/h1>/, "</h2>")
	text = text linked($0) "\n"
}
END {
	while (depth-- > 0) sections = sections "</ul>"
	for (i = 1; i <= nr_frame; i++) {
		if (frame[i] ~ /@SECTIONS@/) print sections
		else if (frame[i] ~ /@TEXT@/) printf "<h1>%s</h1>\n%s", title, text
		else { gsub(/@TITLE@/, title, frame[i]); print frame[i] }
	}
}
