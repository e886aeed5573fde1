#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs a build into a temporary prefix and builds and runs a stranger's program against it: found
# by find_package, and found by pkg-config.
#
# Usage: testbench/package/run.sh BUILD-DIRECTORY
#
# The program is the integration example of the documentation. Exit status: 0 both took their
# interrupt, 1 not.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
build=${1:?usage: run.sh BUILD-DIRECTORY}
example=$root/docs/examples/integration.cpp
export SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1

fail() {
    printf 'package: %s\n' "$*" >&2
    exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ -f "$example" ] || fail "no example $example"
[ "$(wc -l <"$example")" -le 60 ] || fail "the example has more than 60 lines"

cmake --install "$build" --prefix "$work/prefix" >"$work/log" 2>&1 || { cat "$work/log"; fail "install"; }

# By find_package, from sources that are a copy: nothing of the checkout is in reach.
cp "$here/consumer/CMakeLists.txt" "$example" "$work/"
cmake -S "$work" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" \
    -DCMAKE_BUILD_TYPE=Release >"$work/log" 2>&1 || { cat "$work/log"; fail "find_package(gictlm)"; }
cmake --build "$work/build" >"$work/log" 2>&1 || { cat "$work/log"; fail "build by find_package"; }
timeout 60 "$work/build/integration" >"$work/out" || { cat "$work/out"; fail "run, by find_package"; }

# By pkg-config.
pc=$(dirname "$(find "$work/prefix" -name gictlm.pc)")
flags=$(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs gictlm) || fail "pkg-config gictlm"
# shellcheck disable=SC2086  # a list of flags
"${CXX:-g++}" -std=c++17 "$work/integration.cpp" -o "$work/by-pkg-config" $flags >"$work/log" 2>&1 ||
    { cat "$work/log"; fail "build by pkg-config"; }
LD_LIBRARY_PATH=$(dirname "$pc") timeout 60 "$work/by-pkg-config" >"$work/out2" || { cat "$work/out2"; fail "run, by pkg-config"; }

cmp "$work/out" "$work/out2" || fail "the two programs print different things"
cat "$work/out"
