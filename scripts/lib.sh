# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the scripts share; read by them with `.`, not run.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# SystemC prints its banner from every program, also while CMake lists the tests of one.
export SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1
SCRIPT=${0##*/}

# The script's own header comment, from line 3 to the first line that is no comment.
usage() {
    sed -n '3,/^[^#]/{/^#/!q;s/^# \{0,1\}//;p}' "$0"
}

# Progress, on stderr: stdout belongs to results.
say() {
    printf '%s: %s\n' "$SCRIPT" "$*" >&2
}

# die STATUS MESSAGE: 2 for bad usage or input, 1 for what failed.
die() {
    local status=$1
    shift
    say "$*"
    exit "$status"
}

bad_option() {
    die 2 "unknown option '$1' (see scripts/$SCRIPT --help)"
}

# Number of jobs: what the machine has, or GICTLM_JOBS.
jobs_wanted() {
    printf '%s\n' "${GICTLM_JOBS:-$(nproc 2>/dev/null || echo 2)}"
}

# Sources of the repository that match the given git patterns: tracked, and new ones not ignored.
# Outside a git checkout (a release archive) the tree itself is the list.
sources() {
    if git -C "$ROOT" rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git -C "$ROOT" ls-files --cached --others --exclude-standard -- "$@" | sort -u |
            while IFS= read -r file; do
                if [ -f "$ROOT/$file" ]; then printf '%s\n' "$file"; fi
            done
    else
        (cd "$ROOT" && for pattern in "$@"; do
            find . -path ./build -prune -o -type f -path "./${pattern#./}" -print
        done) | sed 's|^\./||' | sort -u
    fi
}

# Waits for a build in the background, with a line of progress every 15 s; its exit status.
watch_build() {
    local pid=$1 log=$2 ticks=0 status=0
    while kill -0 "$pid" 2>/dev/null; do
        sleep 0.2
        ticks=$((ticks + 1))
        [ $((ticks % 75)) -ne 0 ] || say "  $(tail -c 400 "$log" | grep -ao '\[[0-9]*/[0-9]*\]' | tail -1)"
    done
    wait "$pid" || status=$?
    return $status
}

# Configures a preset when it is not yet, or when its files changed, and builds it.
# build_preset PRESET [TARGET...]
build_preset() {
    local preset=$1 dir=$ROOT/build/$1
    shift
    mkdir -p "$ROOT/build"
    if [ ! -f "$dir/build.ninja" ] || [ "$ROOT/CMakePresets.json" -nt "$dir/build.ninja" ]; then
        say "configuring build/$preset"
        (cd "$ROOT" && cmake --preset "$preset") >"$dir.configure.log" 2>&1 ||
            { cat "$dir.configure.log" >&2; die 1 "configuring build/$preset failed"; }
    fi
    say "building build/$preset"
    cmake --build "$dir" -j "$(jobs_wanted)" ${1:+--target "$@"} >"$dir.build.log" 2>&1 &
    watch_build $! "$dir.build.log" ||
        { grep -E 'FAILED|error|warning|undefined|No such|CMake' -A3 "$dir.build.log" | head -60 >&2
          die 1 "building build/$preset failed (all of it: build/$preset.build.log)"; }
}
