#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Bad options and files: exit status 2 (or 1 for what fails at run time) and one line that names it.

# shellcheck source=testbench/study/lib.sh
. "$(dirname "$0")/lib.sh"

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# expect STATUS TEXT ARGUMENT...
expect() {
    local status=$1 text=$2 got=0
    shift 2
    "$STUDY" "$@" >"$out/stdout" 2>"$out/stderr" || got=$?
    [ "$got" -eq "$status" ] || fail "study $*: status $got instead of $status"
    grep -qF -e "$text" "$out/stderr" "$out/stdout" || fail "study $*: says nothing of '$text'"
    [ "$status" -eq 0 ] || [ "$(grep -vc ' \.\.\.$' "$out/stderr")" -eq 1 ] ||
        fail "study $*: more than one line"
}

run=(latency --gicvp /bin/false --firmware none --out "$out/results")
expect 0 '--samples' --help
expect 2 'throughput' throughput
expect 2 '--pes 9' latency --pes 9
expect 2 '--pes 1;2' latency --pes '1;2'
expect 2 '--samples 0' latency --samples 0
expect 2 '--set nothing' latency --set nothing
expect 2 '--nonsense' latency --nonsense
expect 2 '--rates' latency --rates 5
expect 2 '--pes' lpi --pes 2
expect 2 '--rates 0' storm --rates 0
expect 2 '--vectors 4000' storm --vectors 4000
expect 2 'nothing' lpi --sweeps devices,nothing --gicvp /bin/false --firmware none --out "$out/results"
expect 2 '--gic v4' virt --gic v4
expect 2 '--lists 17' virt --lists 17
expect 2 '--burst 33' virt --burst 33
expect 2 '--live x' virt --live x
expect 2 '--lists' lpi --lists 4
expect 2 '--seed' latency --seed
expect 2 '--gicvp' latency
expect 2 'no-such-profile' "${run[@]}" --profile no-such-profile
expect 2 'no.such.key' "${run[@]}" --set no.such.key=1
expect 2 '/proc/none' latency --gicvp /bin/false --firmware none --out /proc/none
expect 1 'status 1' "${run[@]}" --pes 1
expect 1 '/nowhere/gicvp' latency --gicvp /nowhere/gicvp --firmware none --out "$out/results" --pes 1
