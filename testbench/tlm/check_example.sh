#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The program shown in docs/integration.md is docs/examples/integration.cpp, and short.
#
# Usage: testbench/tlm/check_example.sh
# Exit status: 0 they agree, 1 not.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
example=$root/docs/examples/integration.cpp
shown=$(mktemp)
trap 'rm -f "$shown"' EXIT
# The first block of C++ in the document.
awk '/^```cpp$/ && !seen { inside = seen = 1; next } /^```$/ { inside = 0 } inside' \
    "$root/docs/integration.md" >"$shown"
diff -u "$example" "$shown"
[ "$(wc -l <"$example")" -le 60 ]
