#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A small study, twice: it succeeds (firmware and model agree within a cycle, no causality
# violation: the driver checks that itself), and the same inputs give the same bytes.

# shellcheck source=testbench/study/lib.sh
. "$(dirname "$0")/lib.sh"

# run DIR [OPTION...]
run() {
    "$STUDY" latency --pes 1,2,4 --samples 48 --seed 3 "${@:2}" --out "$1" --gicvp "$BUILD/bin/gicvp" \
        --firmware "$BUILD/firmware/latency.elf" >"$1.txt" || fail "the study failed"
}

rm -rf "$RESULTS" "$RESULTS-again"
run "$RESULTS"
run "$RESULTS-again"
for file in latency.csv latency.json samples.csv report.html; do
    cmp "$RESULTS/$file" "$RESULTS-again/$file" || fail "$file is not deterministic"
done
rm -rf "$RESULTS-again" "$RESULTS-again.txt"
rm -rf "$RESULTS-gicv2"
run "$RESULTS-gicv2" --gic v2
