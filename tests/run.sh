#!/bin/sh
# Installs what is missing, builds, and runs the tests. Arguments go to ctest, for example -L torture.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
sh "$root/cmake/setup.sh" test
[ $# -gt 0 ] || set -- -LE 'torture|lab|dist|kernel'
exec ctest --test-dir "${PERCPU_BUILD:-$root/build}" --output-on-failure -j "$(nproc)" "$@"
