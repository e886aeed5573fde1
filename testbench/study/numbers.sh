#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What must hold of any study's numbers.

# shellcheck source=testbench/study/lib.sh
. "$(dirname "$0")/lib.sh"

csv=$RESULTS/latency.csv
[ -s "$csv" ] || fail "$csv is missing"

# Every workload, idle and loaded, at every number of PEs.
for workload in sgi_self ppi_cntp ppi_cntv ppi_cntps spi_level spi_edge spi_1ofn preempt world_g0 \
    world_g1s world_g1ns fire_g0 fire_g1s fire_g1ns; do
    for load in idle loaded; do
        for pes in 1 2 4; do
            grep -q "^$workload,$load,$pes," "$csv" || fail "no row $workload,$load,$pes"
        done
    done
done

# The tail under load is longer than idle's, for what the storm can delay: interrupts of its priority
# and world that come from outside the PE. Quantiles are in order.
awk -F, -v normal='^(sgi_other|ppi_cntp|ppi_cntv|spi_level|spi_edge|spi_1ofn)$' '
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    {
        p99[$1, $2, $3] = $column["fw_p99_ps"]
        if ($column["fw_min_ps"] + 0 > $column["fw_p50_ps"] + 0 ||
            $column["fw_p99_ps"] + 0 > $column["fw_max_ps"] + 0) bad("order of quantiles")
        if ($2 == "loaded" && $1 ~ normal && !(p99[$1, "loaded", $3] > p99[$1, "idle", $3]))
            bad("p99 under load does not exceed idle")
        if ($column["fw_p50_ps"] <= 0) bad("no latency")
    }
    function bad(what) { print what ": " $0; failed = 1 }
    END { exit failed }
' "$csv" || fail "see above"
