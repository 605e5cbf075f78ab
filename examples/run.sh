#!/bin/sh
# The main job: a real HTTP server under real load, counting per CPU, with atomics, and with a mutex.
# Installs what is missing, builds, and runs http_server/demo.sh.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
sh "$root/cmake/setup.sh" example
exec sh "$root/examples/http_server/demo.sh" "${PERCPU_BUILD:-$root/build}"
