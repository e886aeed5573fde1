#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian's EDK2 for the virt board: to its shell, a command there, and power-off.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
UEFI=$("$ROOT/scripts/fetch-guests" --path uefi 2>/dev/null) || UEFI=
if [ ! -f "$UEFI" ]; then
    echo "skipped: EDK2 is not there; run scripts/fetch-guests uefi"
    exit 77
fi

# EDK2 waits in loops of a fixed time: a slow clock makes them short, in instructions.
mkfifo "$TMP/keys"
: >"$TMP/out"
timeout 240 "$GICVP" run --bios "$UEFI" --set "domain.cpu=100 MHz" --max-insns 8000000000 \
    <"$TMP/keys" >"$TMP/out" 2>"$TMP/err" &
run=$!
exec 3>"$TMP/keys"
type_at() {
    while [ "$(grep -c 'Shell>' "$TMP/out")" -lt "$1" ] && kill -0 $run 2>/dev/null; do
        sleep 0.2
    done
    printf '%s\r' "$2" >&3
}
type_at 1 ver
type_at 2 'reset -s'
wait $run
expect_status $? 0 "EDK2 powers off"
exec 3>&-
tr -d '\r' <"$TMP/out" | sed 's/\x1b\[[0-9;]*[A-Za-z]//g' >"$TMP/text"
expect_in "$TMP/text" 'UEFI v2\.70 \(EDK II'
expect_in "$TMP/text" 'Shell> .*reset -s'
exit $FAILED
