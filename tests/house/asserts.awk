# asserts.awk SOURCE... : which functions a header's comment says are called under a mutex, and which
# of them do not assert it. Headers after all files that define functions. A comment says so of the
# functions that are declared right behind it ("Under pcpu_alloc_mutex."), of all that follow ("---
# under pcpu_alloc_mutex ---"), or of a whole header ("Everything here is done under ...").
# Prints "N asserted" last.

function mutex_of(text) {
	if (match(text, /[Uu]nder pcpu_[a-z_]*mutex/))
		return substr(text, RSTART + 6, RLENGTH - 6)
	return text ~ /[Uu]nder the unit lock/ ? "pcpu_unit_lock" : ""
}

function name_of(line) {
	return match(line, /[ *]pcpu_[a-z0-9_]*\(/) ? substr(line, RSTART + 1, RLENGTH - 2) : ""
}

FNR == 1 { comment = ""; in_comment = 0; everywhere = ""; current = "" }

# --- what is asserted, and where ---
/^[a-z].*[ *]pcpu_[a-z0-9_]*\(/ { current = name_of($0) }
/pcpu_assert_held\(&/ && current {
	match($0, /&[a-z_]*/)
	asserted[current, substr($0, RSTART + 1, RLENGTH - 1)] = 1
}
/^}/ { current = "" }

FILENAME !~ /\.h$/ { next }

# --- what comments say ---
/^\/\*/ { comment = ""; in_comment = 1 }
in_comment {
	line = $0
	sub(/^ \* ?/, "", line)
	comment = comment " " line
	if (/\*\//) {
		in_comment = 0
		if (comment ~ /(Everything here is done|---) under/)
			everywhere = mutex_of(comment)
	}
	next
}
/^$/ { comment = "" }
/^[a-z].*[ *]pcpu_[a-z0-9_]*\(/ && !/^(static|extern|typedef)/ {
	mutex = everywhere ? everywhere : mutex_of(comment)
	if (mutex)
		said[++nr] = FILENAME SUBSEP name_of($0) SUBSEP mutex
}

END {
	for (i = 1; i <= nr; i++) {
		split(said[i], part, SUBSEP)
		if ((part[2], part[3]) in asserted)
			good++
		else
			print part[1] " says that " part[2] " is called under " part[3] \
				", and it does not assert that"
	}
	print good + 0, "asserted"
}
