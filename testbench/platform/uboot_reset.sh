#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# PSCI SYSTEM_RESET: U-Boot starts again from its flash and powers off the second time.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
require_uboot

printf '\nmw 40000000 0 1000\n        reset\n\n                md 40000000 4\n        poweroff\n' >"$TMP/input"
uboot "$TMP/out" "$TMP/err"
expect_status $? 0 "U-Boot powers off after a reset"
[ "$(grep -c '^U-Boot 20' "$TMP/out")" -eq 2 ] || fail "U-Boot did not start twice"
expect_in "$TMP/out" '^40000000: edfe0dd0 '
[ $FAILED -eq 0 ] || show "$TMP/out"
exit $FAILED
