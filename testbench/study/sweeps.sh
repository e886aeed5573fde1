#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Small studies of LPIs and of a storm: they succeed (firmware and model agree within a cycle, every
# MSI was delivered or merged: the driver checks that itself), the same inputs give the same bytes,
# and the numbers say what caches and load must do.

# shellcheck source=testbench/study/lib.sh
. "$(dirname "$0")/lib.sh"

# run STUDY DIRECTORY OPTION...
run() {
    local study=$1 out=$2
    shift 2
    timeout 200 "$STUDY" "$study" "$@" --seed 3 --out "$out" --gicvp "$BUILD/bin/gicvp" \
        --firmware "$BUILD/firmware/lpi.elf" >"$out.txt" || fail "the $study study failed"
}

rm -rf "$RESULTS-lpi"* "$RESULTS-storm"*
for again in "" -again; do
    run lpi "$RESULTS-lpi$again" --samples 64 --sweeps devices,events,itt_cache,memory
    run storm "$RESULTS-storm$again" --pes 1 --samples 64 --duration 200 --rates 500,2000,4000
done
for file in lpi/lpi.csv lpi/lpi.json lpi/report.html storm/storm.csv storm/storm.json storm/report.html; do
    cmp "$RESULTS-${file%%/*}/${file#*/}" "$RESULTS-${file%%/*}-again/${file#*/}" ||
        fail "$file is not deterministic"
done
rm -rf "$RESULTS-lpi-again"* "$RESULTS-storm-again"*

# What a larger ITT cache saves, and slower memory costs; nothing of both with warm caches.
awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    { misses[$1, $2, $3] = $column["itt_misses"]; its[$1, $2, $3] = $column["mean_translated_ps"] }
    function bad(what) { print what; failed = 1 }
    END {
        if (!(misses["itt_cache", "MSIs", 4] > misses["itt_cache", "MSIs", 1024])) bad("ITT cache: misses")
        if (!(its["itt_cache", "MSIs", 4] > its["itt_cache", "MSIs", 1024])) bad("ITT cache: time")
        if (!(its["memory", "walked", 320] > its["memory", "walked", 20] + 250000)) bad("memory, walked")
        if (its["memory", "cached", 320] != its["memory", "cached", 20]) bad("memory, cached")
        if (misses["events", "MSIs", 1] != 0) bad("one event does not stay in the cache")
        exit failed
    }' "$RESULTS-lpi/lpi.csv" || fail "see above"

# Delivered follows offered until it saturates; then MSIs merge and wait.
awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    {
        if ($column["sent"] != $column["taken"] + $column["merged"]) bad("something is lost: " $0)
        merged[$2] = $column["merged"]; p99[$2] = $column["latency_p99_ps"]
    }
    function bad(what) { print what; failed = 1 }
    END {
        if (!(merged[4000] > merged[500])) bad("a storm merges no more than a breeze")
        if (!(p99[4000] > p99[500])) bad("a storm waits no longer than a breeze")
        exit failed
    }' "$RESULTS-storm/storm.csv" || fail "see above"
