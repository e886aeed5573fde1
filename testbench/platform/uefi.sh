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
with_keyboard "$TMP/out" --bios "$UEFI" --set "domain.cpu=100 MHz" --max-insns 8000000000
type_at "$TMP/out" 1 'Shell>' ver
type_at "$TMP/out" 2 'Shell>' 'reset -s'
wait "$RUN"
expect_status $? 0 "EDK2 powers off"
exec 3>&-
tr -d '\r' <"$TMP/out" | sed 's/\x1b\[[0-9;]*[A-Za-z]//g' >"$TMP/text"
expect_in "$TMP/text" 'UEFI v2\.70 \(EDK II'
expect_in "$TMP/text" 'Shell> .*reset -s'
exit $FAILED
