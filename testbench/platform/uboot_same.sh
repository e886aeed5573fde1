#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The same inputs give the same bytes, also when the PEs are built in reverse order.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
require_uboot

# Everything but the speed of the host.
summary() {
    sed 's/, [0-9.]* MIPS//' "$1"
}

printf '\n        crc32 40000000 10000\n        poweroff\n' >"$TMP/input"
for run in one two; do
    order=
    [ $run = two ] && order=--reverse-pes
    # shellcheck disable=SC2086
    uboot "$TMP/$run" "$TMP/$run.err" --cpus 4 --stats "$TMP/$run.json" \
        --vcd "$TMP/$run.vcd" $order
    expect_status $? 0 "run $run"
    summary "$TMP/$run.err" >"$TMP/$run.summary"
done
for what in one.raw:two.raw one.json:two.json one.vcd:two.vcd one.summary:two.summary; do
    cmp "$TMP/${what%%:*}" "$TMP/${what##*:}" || fail "${what%%:*} and ${what##*:} differ"
done
expect_in "$TMP/one.summary" 'the guest powered off'
exit $FAILED
