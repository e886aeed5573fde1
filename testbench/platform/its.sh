#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An ITS taken through its commands by firmware, in the ways in which an ITS can be built; the same
# bytes with PEs in reverse order and after a restore.
# Usage: its.sh GICVP FIRMWARE-DIRECTORY

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
GICTLM_FIRMWARE_DIR=${2:-}
require_firmware its.elf

# passes PES BITS OPTION...
passes() {
    local pes=$1 bits=$2
    shift 2
    run_firmware "$TMP/out" --cpus "$pes" --append "bits=$bits" "$@"
    expect_status $? 0 "$pes PEs, $bits bits, $*"
    expect_in "$TMP/out" '^PASSED'
    expect_in "$TMP/out" '^storm: 950 of 950'
    expect_in "$TMP/out" 'waits without end: 0'
    if [ "$pes" -gt 1 ]; then
        expect_in "$TMP/out" '^ok +MAPC moves a collection'
    fi
}

passes 1 14
passes 2 16
passes 2 20 --set gic.lpi_bits=20
passes 2 14 --set gic.its_pta=1
passes 2 14 --set gic.its_indirect=0 --set gic.its_page_sizes=4
passes 2 14 --profile gic600
passes 2 14 --secure
passes 2 14 --set gic.its_stall=1
expect_in "$TMP/out" '^faulty commands: 2 of 2 stalled the queue'
run_firmware "$TMP/none" --set gic.its=0
expect_status $? 1 "no ITS"
expect_in "$TMP/none" '^FAILED: no ITS'

common=(--cpus 2 --profile gic600)
run_firmware "$TMP/whole" "${common[@]}" --stats "$TMP/whole.json" --save-at "600us=$TMP/at600" \
    --save-at "800us=$TMP/at800" --save-at "1000us=$TMP/at1000"
expect_status $? 0 "the whole run"
run_firmware "$TMP/reverse" "${common[@]}" --stats "$TMP/reverse.json" --reverse-pes
cmp "$TMP/whole" "$TMP/reverse" || fail "the order of the PEs matters"
cmp "$TMP/whole.json" "$TMP/reverse.json" || fail "the order of the PEs matters"
for at in 600 800 1000; do
    run_firmware "$TMP/rest" "${common[@]}" --stats "$TMP/rest.json" --restore "$TMP/at$at"
    expect_status $? 0 "restored at $at us"
    cmp "$TMP/whole.json" "$TMP/rest.json" || fail "another run when restored at $at us"
done
exit $FAILED
