#!/bin/sh
# SPDX-License-Identifier: MIT
# prometheus.sh SERVER - a Prometheus (Debian: prometheus) scrapes two HTTP servers that h2load asks, and
# what it has of both together is, to the last request, what h2load saw. Exit status 77: there is no
# prometheus, or no h2load. $PROMETHEUS names another one than that of PATH.
set -eu
LC_ALL=C
export LC_ALL
server=$1
prometheus=${PROMETHEUS:-prometheus}
for program in "$prometheus" h2load curl; do
	command -v "$program" >/dev/null || {
		echo "there is no $program (Debian: apt-get install prometheus nghttp2-client curl)"
		exit 77
	}
done

work=$(mktemp -d)
pids=
clean_up() {
	for pid in $pids; do
		kill -KILL "$pid" 2>/dev/null || :
	done
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

fail() {
	echo "$*" >&2
	exit 1
}

# Until it succeeds, at most a minute.
wait_for() { # COMMAND WHAT
	for _ in $(seq 120); do
		! $1 || return 0
		sleep 0.5
	done
	fail "not within a minute: $2"
}

# --- two servers, each with counters of another kind, and their load ---
start_server() { # NUMBER COUNTERS
	"$server" --counters="$2" --cost-calls=0 >"server_$1" &
	pids="$pids $!"
	listening() { grep -q '^listening on' "server_$1"; }
	wait_for "listening $1" 'a server that listens'
	sed -n 's/^listening on //p' "server_$1" >"address_$1"
}

load() { # NUMBER REQUESTS
	h2load --h1 -n "$2" -c 8 -t 1 "http://$(cat "address_$1")/" /hello /moved /missing /fail \
		>"load_$1" 2>&1 || fail "h2load: $(tail -n 3 "load_$1")"
}

# What h2load saw, of both: the number before a word of the line that starts with $1.
seen() { # LINE WORD
	cat load_1 load_2 | awk -v line="$1" -v word="$2" '
		index($0, line) == 1 {
			for (i = 2; i <= NF; i++) {
				w = $i; sub(/,$/, "", w)
				if (w == word) { n = $(i - 1); gsub(/[()]/, "", n); sum += n }
			}
		}
		END { printf "%.0f\n", sum }'
}

# --- Prometheus ---
start_prometheus() {
	cat >prometheus.yml <<-END
		global:
		  scrape_interval: 1s
		  scrape_timeout: 1s
		scrape_configs:
		  - job_name: http_server
		    static_configs:
		      - targets: ["$(cat address_1)", "$(cat address_2)"]
	END
	port=$((20000 + $$ % 20000))
	"$prometheus" --config.file=prometheus.yml --storage.tsdb.path=data \
		--web.listen-address="127.0.0.1:$port" >prometheus.log 2>&1 &
	pids="$pids $!"
	ready() { curl -s -f -o ready "http://127.0.0.1:$port/-/ready"; }
	wait_for ready "a Prometheus that is ready: $(tail -n 3 prometheus.log)"
}

# The value of a query that has one, as it is: "123".
query() {
	curl -s -G --data-urlencode "query=$1" "http://127.0.0.1:$port/api/v1/query" |
		sed -n 's/.*"value":\[[0-9.]*,"\([^"]*\)"\].*/\1/p'
}

same() { # WHAT QUERY EXPECTED
	found=$(query "$2")
	[ "$found" = "$3" ] || fail "$1: $found in Prometheus, and $3 seen by h2load ($2)"
	echo "$1: $found"
}

start_server 1 percpu
start_server 2 atomic
start_prometheus
load 1 30000
load 2 20000
has_all() { [ "$(query 'sum(http_requests_total)')" = "$(seen requests: 'done')" ]; }
wait_for has_all "all $(seen requests: 'done') requests; there are $(query 'sum(http_requests_total)')"
both='count(up == 1)'
[ "$(query "$both")" = 2 ] || fail "not both servers are scraped"

same requests 'sum(http_requests_total)' "$(seen requests: 'done')"
same 'requests in histograms' 'sum(http_request_duration_seconds_count)' "$(seen requests: 'done')"
same 'requests in last buckets' 'sum(http_request_duration_seconds_bucket{le="+Inf"})' \
	"$(seen requests: 'done')"
same 'requests by CPU' 'sum(http_requests_by_cpu_total)' \
	"$(awk '/^requests:/ { print $2 }' load_1)"
same 'bytes of bodies' 'sum(http_response_body_bytes_total)' "$(seen traffic: data)"
for class in 2xx 3xx 4xx 5xx; do
	same "$class" "sum(http_responses_total{class=\"$class\"})" "$(seen 'status codes:' $class)"
done
# One histogram of both.
quantile=$(query 'histogram_quantile(0.5, sum by (le) (http_request_duration_seconds_bucket))')
case $quantile in '' | NaN | 0 | -*) fail "the median of both is '$quantile'" ;; esac
echo "median: $quantile s"
