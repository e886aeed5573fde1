#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Small studies of LPIs, of a storm, and of virtual interrupts: they succeed (firmware and model agree within a cycle, every
# MSI was delivered or merged: the driver checks that itself), the same inputs give the same bytes,
# and the numbers say what caches and load must do.

# shellcheck source=testbench/study/lib.sh
. "$(dirname "$0")/lib.sh"

# run STUDY DIRECTORY OPTION...
run() {
    local study=$1 out=$2
    shift 2
    timeout 200 "$STUDY" "$study" "$@" --seed 3 --out "$out" --gicvp "$BUILD/bin/gicvp" \
        --firmware "$BUILD/firmware/$firmware.elf" >"$out.txt" || fail "the $study study failed"
}

rm -rf "$RESULTS-lpi"* "$RESULTS-storm"* "$RESULTS-virt"*
firmware=lpi
for again in "" -again; do
    run lpi "$RESULTS-lpi$again" --samples 64 --sweeps devices,events,itt_cache,memory
    run storm "$RESULTS-storm$again" --pes 1 --samples 64 --duration 200 --rates 500,2000,4000
done
firmware=virt
for again in "" -again; do
    run virt "$RESULTS-virt$again" --samples 16 --lists 1,2,4,16 --burst 16
done
firmware=virt_gicv2
run virt "$RESULTS-virt-gicv2" --gic v2 --samples 16 --lists 4 --profile a53-gic400
for file in lpi/lpi.csv lpi/lpi.json lpi/report.html storm/storm.csv storm/storm.json storm/report.html \
    virt/virt.csv virt/virt.json virt/report.html; do
    cmp "$RESULTS-${file%%/*}/${file#*/}" "$RESULTS-${file%%/*}-again/${file#*/}" ||
        fail "$file is not deterministic"
done
[ "$(grep -c '^4,' "$RESULTS-virt-gicv2/virt.csv")" -eq 12 ] || fail "workloads of a GICv2 are missing"
awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    $2 == "emulated" { found = $column["traps"] == 2 * $column["samples"] }
    END { exit !found }' "$RESULTS-virt-gicv2/virt.csv" || fail "of a GICv2, GICC_IAR and GICC_EOIR are trapped"
rm -rf "$RESULTS-lpi-again"* "$RESULTS-storm-again"* "$RESULTS-virt-again"*

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

# What each way to the guest makes the hypervisor do, and what another list register saves.
awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    {
        n[$1, $2] = $column["samples"]; maintenance[$1, $2] = $column["maintenance"]
        traps[$1, $2] = $column["traps"]; whole[$1, $2] = $column["mean_whole_ps"]
    }
    function bad(what) { print what; failed = 1 }
    END {
        if (maintenance[4, "lr_soft"] != n[4, "lr_soft"]) bad("one maintenance interrupt for each end by software")
        if (maintenance[4, "lr_hard"] + traps[4, "lr_hard"] != 0) bad("a linked list register needs nobody")
        if (traps[4, "emulated"] != 2 * n[4, "emulated"]) bad("IAR and EOIR are trapped")
        if (!(whole[4, "direct"] < whole[4, "lr_hard"] && whole[4, "lr_hard"] < whole[4, "lr_soft"]))
            bad("order of the ways")
        if (maintenance[16, "burst"] != 0) bad("a burst that has room for all needs nobody")
        if (!(whole[16, "burst"] < whole[4, "burst"] && whole[4, "burst"] < whole[1, "burst"])) bad("list registers")
        if (!(whole[16, "save_up"] > whole[4, "save_up"])) bad("saving more list registers")
        if (whole[16, "save_used"] != whole[4, "save_used"]) bad("saving those in use")
        exit failed
    }' "$RESULTS-virt/virt.csv" || fail "see above"
