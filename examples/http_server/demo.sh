#!/bin/sh
# SPDX-License-Identifier: MIT
# The HTTP server under load, once with each kind of counters, and the proof that none lost an
# update: what was counted must equal, to the last request and byte, what the load generator saw
# and what the server itself saw.
#
#   demo.sh [BUILD_DIR]          BUILD_DIR: where the project was built (default: build)
#
# DEMO_SECONDS sets how long each mode is under load (default 3).
# Exit status: 0 all exact, 1 something differs or failed, 2 wrong use or a missing program.

set -u
LC_ALL=C
export LC_ALL

connections=64
seconds=${DEMO_SECONDS:-3}
paths='/hello /moved /missing /fail' # / is the first, given with the server's address
classes='2xx 3xx 4xx 5xx'

fail() {
	echo "demo: $*" >&2
	exit 1
}

unusable() {
	echo "demo: $*" >&2
	exit 2
}

need() {
	command -v "$1" >/dev/null || unusable "$1 is missing (Debian: apt-get install $2)"
}

# ---- the server ----------------------------------------------------------------------------------

# Opening the pipe waits for the server, and reading its first line until it listens. A server that
# cannot start closes the pipe instead.
start_server() { # mode
	rm -f "$tmp/pipe"
	mkfifo "$tmp/pipe" || fail "cannot make a pipe in $tmp"
	"$server" --counters="$1" >"$tmp/pipe" &
	server_pid=$!
	exec 3<"$tmp/pipe"
	read -r line <&3 || fail "$1: the server did not start"
	url=http://${line#listening on }
}

stop_server() { # file for the report
	kill -TERM "$server_pid"
	cat <&3 >"$1"
	exec 3<&-
	wait "$server_pid"
	status=$?
	server_pid=
	[ "$status" -eq 0 ] || fail "the server ended with status $status"
}

clean_up() {
	[ -z "$server_pid" ] || kill -KILL "$server_pid" 2>/dev/null
	rm -rf "$tmp"
}

# ---- the load ------------------------------------------------------------------------------------

# h2load spreads an exact number of requests over its connections and goes round the paths. What it
# saw is left in a file of `key value` lines.
load() { # requests, file
	# shellcheck disable=SC2086 # one word a path
	h2load --h1 -n "$1" -c "$connections" -t 2 -N 30 "$url/" $paths >"$tmp/h2load" 2>&1 ||
		fail "h2load failed: $(tail -n 3 "$tmp/h2load")"
	awk '
		function before(word,   i) {
			for (i = 2; i <= NF; i++) {
				w = $i; sub(/,$/, "", w)
				if (w == word) return $(i - 1)
			}
		}
		/^finished in/ { print "rate", before("req/s") }
		/^requests:/ {
			print "requests", before("done")
			print "errored", before("errored")
			print "timeout", before("timeout")
		}
		/^status codes:/ {
			print "2xx", before("2xx"); print "3xx", before("3xx")
			print "4xx", before("4xx"); print "5xx", before("5xx")
		}
		/^traffic:/ { n = before("data"); gsub(/[()]/, "", n); print "body_bytes", n }
	' "$tmp/h2load" >"$2"
	outcome="$(value "$2" requests) $(value "$2" errored) $(value "$2" timeout)"
	if [ "$outcome" != "$1 0 0" ]; then
		fail "h2load did not complete its $1 requests: $(grep '^requests:' "$tmp/h2load")"
	fi
}

# A short run, on a server that is thrown away, says how many requests fill the time.
calibrate() {
	start_server percpu
	load 10000 "$tmp/calibration"
	stop_server "$tmp/report"
	n=$(awk -v seconds="$seconds" '$1 == "rate" { n = int($2 * seconds) }
		END { print n < 1000 ? 1000 : n }' "$tmp/calibration")
}

# ---- reading and comparing -----------------------------------------------------------------------

value() { # file, key
	awk -v key="$2" '$1 == key { print $2; exit }' "$1"
}

# %.0f, because awk prints a large number rounded to six digits if left to itself.
sum_over_cpus() { # file, what
	awk -v key="^cpu_[0-9]+_$2\$" '$1 ~ key { s += $2 } END { printf "%.0f\n", s }' "$1"
}

same() { # description, its number, other description, its number
	if [ -z "$2" ] || [ "$2" != "$4" ]; then
		fail "$mode: $1: ${2:-nothing}, but $3: ${4:-nothing}"
	fi
}

check_sum() { # what, number, where the number is from
	same "$1 $3" "$2" "$1 seen by h2load" "$(value "$tmp/load" "$1")"
	same "$1 $3" "$2" "$1 seen by the server itself" "$(value "$tmp/report" "server_saw_$1")"
}

check_report() {
	for what in requests body_bytes $classes; do
		check_sum "$what" "$(value "$tmp/report" "counted_$what")" counted
		[ "$mode" = percpu ] || continue
		check_sum "$what" "$(sum_over_cpus "$tmp/report" "$what")" 'summed over CPUs'
	done
	same 'histogram as the server saw it' "$(value "$tmp/report" counted_as_seen)" wanted yes
	for run in 1_thread all_threads; do
		same "updates counted by $run" "$(value "$tmp/report" "hammer_counted_$run")" \
			'updates made' "$(value "$tmp/report" "hammer_expected_$run")"
		same "all counters exact after $run" "$(value "$tmp/report" "hammer_exact_$run")" \
			wanted yes
	done
}

scraped() { # metric
	value "$tmp/metrics" "$1"
}

# A worker counts an answer right after it has sent it, so a scrape that comes on the heels of the
# last answer may be one short: it gets ten tries to catch up.
scrape() {
	for try in 1 2 3 4 5 6 7 8 9 10; do
		curl -sS -D "$tmp/headers" -o "$tmp/metrics" "$url/metrics" ||
			fail "$mode: cannot scrape $url/metrics"
		[ "$(scraped http_requests_total)" != "$(value "$tmp/load" requests)" ] || return 0
		[ "$try" = 10 ] || sleep 1
	done
}

check_scrape() {
	type=$(tr -d '\r' <"$tmp/headers" | sed -n 's/^[Cc]ontent-[Tt]ype: //p')
	same 'content type of /metrics' "$type" wanted \
		'application/openmetrics-text; version=1.0.0; charset=utf-8'
	same 'last line of /metrics' "$(tail -n 1 "$tmp/metrics")" wanted '# EOF'
	requests=$(value "$tmp/load" requests)
	same 'requests in /metrics' "$(scraped http_requests_total)" 'seen by h2load' "$requests"
	same 'requests in the histogram' "$(scraped http_request_duration_seconds_count)" \
		'seen by h2load' "$requests"
	same 'body bytes in /metrics' "$(scraped http_response_body_bytes_total)" \
		'seen by h2load' "$(value "$tmp/load" body_bytes)"
	for class in $classes; do
		same "$class in /metrics" "$(scraped "http_responses_total{class=\"$class\"}")" \
			'seen by h2load' "$(value "$tmp/load" "$class")"
	done
	if [ "$mode" = percpu ]; then
		by_cpu=$(awk '/^http_requests_by_cpu_total/ { s += $2 }
			END { printf "%.0f\n", s }' "$tmp/metrics")
		same 'requests by CPU in /metrics' "$by_cpu" 'seen by h2load' "$requests"
	fi
}

# ---- the whole -----------------------------------------------------------------------------------

run_mode() {
	start_server "$mode"
	load "$n" "$tmp/load"
	scrape
	check_scrape
	stop_server "$tmp/report"
	check_report
	printf '%-8s %10s %12.0f %14s %14s %10s\n' "$mode" "$(value "$tmp/load" requests)" \
		"$(value "$tmp/load" rate)" "$(value "$tmp/report" ns_per_update_1_thread)" \
		"$(value "$tmp/report" ns_per_update_all_threads)" \
		"$(value "$tmp/report" cpus_used_all_threads)" >>"$tmp/table"
	[ "$mode" != percpu ] || cp "$tmp/report" "$tmp/percpu"
}

print_cpus() {
	sed -n 's/^backend /percpu backend: /p' "$tmp/percpu"
	echo 'percpu, requests by CPU:'
	awk '/^cpu_[0-9]+_requests / { split($1, part, "_"); printf "  cpu %-4s %12s\n", part[2], $2
			sum += $2 }
		END { printf "  %-8s %12.0f\n", "sum", sum }' "$tmp/percpu"
}

print_table() {
	threads=$(value "$tmp/percpu" threads)
	printf '%-8s %10s %12s %29s\n' '' '' '' 'ns of CPU per counter update'
	printf '%-8s %10s %12s %14s %14s %10s\n' mode requests requests/s '1 thread' \
		"$threads threads" 'on CPUs'
	cat "$tmp/table"
	echo
	print_cpus
	echo
	cat <<-'END'
		A request updates 5 counters. The mutex is taken once for all 5, and time spent
		waiting for it is not CPU time. "on CPUs": how many of the threads ran at once;
		near 1 the machine was busy, and nothing was contended. Requests/s is mostly the
		network stack and the load generator, and varies from run to run.

		In every mode requests, body bytes and each status class are exactly what h2load
		saw and what the server itself saw: no update was lost.
	END
}

[ $# -le 1 ] || unusable 'usage: demo.sh [BUILD_DIR]'
build=${1:-build}
server=$build/examples/http_server/http_server
case $seconds in '' | *[!0-9]* | 0) unusable "DEMO_SECONDS must be a positive number" ;; esac
need h2load nghttp2-client
need curl curl
[ -x "$server" ] ||
	unusable "no server at $server: build with libmicrohttpd, and give the build directory"

server_pid=
tmp=$(mktemp -d) || fail 'cannot make a temporary directory'
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

calibrate
echo "$n requests in each mode, over $connections connections; about $seconds seconds each"
echo
for mode in percpu atomic mutex; do
	run_mode
done
print_table
