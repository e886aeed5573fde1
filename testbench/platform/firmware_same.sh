#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Timed, on many PEs: no message comes late, and building the PEs in reverse order changes no byte.
# Usage: firmware_same.sh GICVP FIRMWARE-DIRECTORY

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
GICTLM_FIRMWARE_DIR=${2:-}
require_firmware hello.elf

# run NAME OPTION...
run() {
    local name=$1
    shift
    timeout 200 "$GICVP" run --elf "$FIRMWARE" --max-insns 100000000 --stats "$TMP/$name.json" \
        --stamps "$TMP/$name.csv" --vcd "$TMP/$name.vcd" --trace-json "$TMP/$name.trace" "$@" \
        </dev/null >"$TMP/$name.out" 2>"$TMP/$name.err"
    expect_status $? 0 "$*"
    expect_in "$TMP/$name.out" PASSED
    if grep -q causality "$TMP/$name.err"; then
        fail "a message came late: $(grep causality "$TMP/$name.err")"
    fi
}

for options in "--cpus 8 --profile gic600" "--cpus 8 --secure --profile gic600" \
    "--cpus 1 --profile a53-gic400" "--cpus 8 --secure"; do
    # shellcheck disable=SC2086
    run forward $options
    # shellcheck disable=SC2086
    run reverse $options --reverse-pes
    for what in out json csv vcd trace; do
        cmp "$TMP/forward.$what" "$TMP/reverse.$what" || fail "$what differs with $options"
    done
done
exit $FAILED
