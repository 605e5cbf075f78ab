#!/bin/sh
# SPDX-License-Identifier: MIT
# parsed.sh PAGE - the reference parser of OpenMetrics (Debian: python3-prometheus-client) finds on a page
# what the same page has in JSON. Exit status 77: there is no such parser.
set -eu
page=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# Debian's, whatever else comes first in PATH
python=
for candidate in /usr/bin/python3 python3; do
	if "$candidate" -c 'import prometheus_client.openmetrics.parser' 2>/dev/null; then
		python=$candidate
		break
	fi
done
if [ -z "$python" ]; then
	echo "there is no parser (Debian: apt-get install python3-prometheus-client)"
	exit 77
fi
"$page" om >"$work/om"
"$page" json >"$work/json"
"$python" "$(dirname "$0")/parsed.py" "$work/om" "$work/json"
# It must be able to fail.
sed 's/sizes_count 64/sizes_count 65/' "$work/om" >"$work/wrong"
if "$python" "$(dirname "$0")/parsed.py" "$work/wrong" "$work/json" 2>"$work/errors"; then
	echo "a count that is wrong is not found"
	exit 1
fi
