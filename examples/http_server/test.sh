#!/bin/sh
# SPDX-License-Identifier: MIT
# The odd cases of one way of counting: each is played against a real server, and the report at the
# end must show exactly the requests that were completed, and no others.
#
#   test.sh SERVER percpu|atomic|mutex
#
# demo.sh is the other half: many requests at once.

set -u
LC_ALL=C
export LC_ALL

server=$1
mode=$2
server_pid=
tmp=$(mktemp -d) || exit 1

# What the report has to show.
requests=0
body_bytes=0
class2=0 class3=0 class4=0 class5=0

fail() {
	echo "test: $mode: $*" >&2
	exit 1
}

clean_up() {
	[ -z "$server_pid" ] || kill -KILL "$server_pid" 2>/dev/null
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

same() { # what, is, should be
	[ "$2" = "$3" ] || fail "$1 is '$2', should be '$3'"
}

start_server() { # options
	rm -f "$tmp/pipe"
	mkfifo "$tmp/pipe" || fail "cannot make a pipe in $tmp"
	"$server" --counters="$mode" "$@" >"$tmp/pipe" 2>"$tmp/errors" &
	server_pid=$!
	exec 3<"$tmp/pipe"
	read -r line <&3 || fail "the server did not start: $(cat "$tmp/errors")"
	address=${line#listening on }
	port=${address##*:}
	url=http://$address
}

stop_server() { # signal
	kill "-$1" "$server_pid"
	cat <&3 >"$tmp/report"
	exec 3<&-
	wait "$server_pid"
	status=$?
	server_pid=
	same "exit status after SIG$1" "$status" 0
}

reported() { # key
	awk -v key="$1" '$1 == key { print $2; exit }' "$tmp/report"
}

expect() { # status, body bytes
	requests=$((requests + 1))
	body_bytes=$((body_bytes + $2))
	case $1 in
	2??) class2=$((class2 + 1)) ;;
	3??) class3=$((class3 + 1)) ;;
	4??) class4=$((class4 + 1)) ;;
	5??) class5=$((class5 + 1)) ;;
	esac
}

# One request with curl; its status and the size of its body.
ask() { # path, curl options
	path=$1
	shift
	curl -sS -o /dev/null -w '%{http_code} %{size_download}' "$@" "$url$path"
}

# One request that is counted.
counted() { # wanted status, path, curl options
	wanted=$1
	shift
	answer=$(ask "$@") || fail "curl failed for $*"
	same "status of $*" "${answer% *}" "$wanted"
	expect "$wanted" "${answer#* }"
}

# Bytes as they are, on a connection of their own that the client closes a second later.
send_raw() { # what, with the escapes of printf
	printf '%b' "$1" | curl -sN --max-time 1 "telnet://$address" >"$tmp/raw"
}

letters() { # how many
	head -c "$1" /dev/zero | tr '\0' a
}

# ---- the cases -----------------------------------------------------------------------------------

every_path_and_status() {
	counted 200 /
	counted 200 /hello
	counted 200 '/hello?with=query'
	counted 302 /moved
	counted 404 /missing
	counted 404 /hello/
	counted 500 /fail
}

only_get_and_head() {
	counted 405 / --data x=y
	counted 405 /missing -X DELETE
	letters 1000000 >"$tmp/upload"
	counted 405 /hello -T "$tmp/upload" -H 'Expect: 100-continue'
	counted 405 /hello -T "$tmp/upload" -H 'Expect:' -H 'Transfer-Encoding: chunked'
	counted 200 / --head
	counted 404 /missing --head
	curl -sS -D "$tmp/headers" -o /dev/null -X PUT "$url/" || fail 'PUT failed'
	expect 405 18
	same 'Allow of a 405' "$(tr -d '\r' <"$tmp/headers" | sed -n 's/^Allow: //p')" 'GET, HEAD'
}

connections_kept_and_not() {
	counted 200 / -H 'Connection: close'
	counted 200 / --http1.0
	made=$(curl -sS -o /dev/null -o /dev/null -w '%{num_connects}' "$url/hello" "$url/hello")
	expect 200 6
	expect 200 6
	same 'connections made for two requests' "$made" 10
}

pipelined() {
	send_raw 'GET /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /fail HTTP/1.1\r\nHost: a\r\n\r\n'
	expect 200 6
	expect 500 23
	same 'answers to two pipelined requests' "$(grep -c '^HTTP/1.1' "$tmp/raw")" 2
}

long_urls() {
	counted 404 "/$(letters 8000)"
	# Longer than the library's buffer: it answers by itself, and the application hears nothing.
	# It hangs up before it has read them all, and then curl may not look for the answer.
	{
		printf 'GET /'
		letters 100000
		printf ' HTTP/1.1\r\nHost: a\r\n\r\n'
	} >"$tmp/request"
	# shellcheck disable=SC2016 # for bash
	bash -c 'exec 4<>"/dev/tcp/${1%:*}/${1##*:}" && { cat <"$2" >&4 || :; cat <&4; }' bash \
		"$address" "$tmp/request" >"$tmp/raw" 2>/dev/null
	same 'status of a very long URL' "$(sed -n '1s,^HTTP/1[.][01] \([0-9]*\).*,\1,p' "$tmp/raw")" 414
}

clients_that_leave_half_way() {
	send_raw 'GET /hello HTT'
	send_raw 'GET /hello HTTP/1.1\r\nHost: a\r\n'
	send_raw 'POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc'
	send_raw 'no HTTP at all\r\n\r\n'
	send_raw ''
}

metrics_are_not_counted() {
	same '/metrics' "$(ask /metrics | cut -d ' ' -f 1)" 200
	same 'HEAD /metrics' "$(ask /metrics --head | cut -d ' ' -f 1)" 200
	same 'POST /metrics' "$(ask /metrics --data x | cut -d ' ' -f 1)" 405
	same 'http_requests_total' "$(curl -sS "$url/metrics" |
		sed -n 's/^http_requests_total //p')" "$requests"
}

report_is_exact() {
	for prefix in counted server_saw; do
		same "$prefix requests" "$(reported "${prefix}_requests")" "$requests"
		same "$prefix body bytes" "$(reported "${prefix}_body_bytes")" "$body_bytes"
		same "$prefix 2xx" "$(reported "${prefix}_2xx")" "$class2"
		same "$prefix 3xx" "$(reported "${prefix}_3xx")" "$class3"
		same "$prefix 4xx" "$(reported "${prefix}_4xx")" "$class4"
		same "$prefix 5xx" "$(reported "${prefix}_5xx")" "$class5"
	done
	same 'counted as seen' "$(reported counted_as_seen)" yes
	same 'exact under hammering' "$(reported hammer_exact_all_threads)" yes
}

# The same port each time: connections of the last server must not keep it.
starts_again_at_once() {
	start_server --cost-calls=0
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		same 'status after a restart' "$(ask /hello | cut -d ' ' -f 1)" 200
		stop_server INT
		same 'requests after a restart' "$(reported counted_requests)" 1
		start_server --cost-calls=0 --port="$port"
	done
	stop_server TERM
}

one_thread_and_many() {
	for threads in 1 2 100; do
		start_server --cost-calls=0 --threads="$threads"
		ask / >/dev/null
		stop_server TERM
		same "requests with $threads threads" "$(reported counted_requests)" 1
	done
}

ipv6() {
	[ -s /proc/net/if_inet6 ] || return 0
	start_server --cost-calls=0 --address=::1
	same 'status over IPv6' "$(ask /hello -g | cut -d ' ' -f 1)" 200
	stop_server TERM
}

# Whether somebody is connected to the server.
is_connected() {
	grep -q "^ *[0-9]*: 0100007F:$(printf %04X "$port") 0100007F:.... 01 " /proc/net/tcp
}

# A connection that is open but silent does not hold up the stop for long; it would for 30 s, until it is
# closed for its silence.
stops_with_an_idle_client() {
	start_server --cost-calls=0
	mkfifo "$tmp/silence"
	sleep 100 >"$tmp/silence" &
	silent_pid=$!
	curl -s "telnet://$address" <"$tmp/silence" >/dev/null &
	idle_pid=$!
	for _ in $(seq 100); do
		! is_connected || break
		sleep 0.1
	done
	is_connected || fail 'the idle client has not connected within 10 s'
	before=$(date +%s)
	stop_server TERM
	after=$(date +%s)
	kill "$idle_pid" "$silent_pid" 2>/dev/null
	[ $((after - before)) -le 20 ] || fail "the stop took $((after - before)) s"
}

refused() { # wanted status, options
	wanted=$1
	shift
	"$server" "$@" >"$tmp/output" 2>"$tmp/errors" </dev/null
	same "exit status of $*" "$?" "$wanted"
	[ -s "$tmp/errors" ] || fail "$* is refused without a word"
}

bad_command_lines() {
	for option in --port=65536 --port=-1 --port=x --port= --port=1x '--port= 1' --threads=0 \
		--threads=1025 --threads=99999999999999999999 --counters=no --counters= \
		--cost-calls=-1 --cost-calls=x \
		--address=nowhere --address=127.0.0.256 --address= --unknown --port argument; do
		refused 2 "$option"
	done
	start_server --cost-calls=0
	refused 1 --port="$port"
	stop_server TERM
	"$server" --help | grep -q '^Usage:' || fail '--help does not help'
}

start_server
every_path_and_status
only_get_and_head
connections_kept_and_not
pipelined
long_urls
clients_that_leave_half_way
metrics_are_not_counted
stop_server TERM
report_is_exact
starts_again_at_once
one_thread_and_many
ipv6
stops_with_an_idle_client
bad_command_lines
echo "test: $mode: all exact"
