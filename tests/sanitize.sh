#!/bin/sh
# Runs the tests of the allocator, which have many threads, under a sanitizer or valgrind.
# Usage: sanitize.sh KIND SOURCE BUILD
#	address   AddressSanitizer and UndefinedBehaviorSanitizer, both tiers
#	thread    ThreadSanitizer, which sees the accesses of the fallback tier
#	valgrind  what is in BUILD already, under memcheck, where the tier is the fallback
# The first two build what they need in BUILD/sanitize-KIND, once; later it is brought up to date.
set -eu
kind=$1 source=$2 build=$3

# Options of the build, tests to run, as a regular expression.
build_and_run() {
	folder=$build/sanitize-$kind
	log=$folder.log
	targets="test_chunk test_unit test_alloc test_cache test_loans test_cpu_lock"
	[ "$kind" = thread ] || targets="$targets test_fault test_alloc_model"
	mkdir -p "$folder"
	# shellcheck disable=SC2086 # $targets is a list of words
	{
		cmake -S "$source" -B "$folder" -G Ninja -DPERCPU_SANITIZE="$1" \
			-DPERCPU_TESTS=ON -DPERCPU_BENCH=OFF -DPERCPU_EXAMPLES=OFF &&
		cmake --build "$folder" --target $targets
	} >"$log" 2>&1 || { tail -50 "$log"; exit 1; }
	ctest --test-dir "$folder" --output-on-failure -j "$(nproc)" -R "$2"
}

case $kind in
address)
	# tests look at areas that are free, and count bytes that would be hidden ones
	export ASAN_OPTIONS=allow_user_poisoning=0
	build_and_run address,undefined \
		'^test_((alloc|cache|loans|cpu_lock|alloc_model)(_fallback)?|chunk|unit|fault)$'
	;;
thread)
	# jemalloc takes more locks around a fork than its search for deadlocks can follow
	export TSAN_OPTIONS=detect_deadlocks=0
	build_and_run thread '^test_(alloc|cache|cpu_lock|chunk|unit)_fallback$'
	;;
valgrind)
	command -v valgrind >/dev/null || { echo "valgrind is not installed"; exit 77; }
	# tests look at areas that are free, and at units that are not open
	export PERCPU_CONF=possible:16,tools:no
	valgrind -q --error-exitcode=9 "$build/tests/rooms/test_alloc_model" 10000
	;;
*)
	echo "sanitize.sh: the kind is address, thread or valgrind, not $kind" >&2
	exit 2
	;;
esac
