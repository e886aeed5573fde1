#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian's U-Boot, unmodified: boots to its prompt, does what is typed, powers off.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
require_uboot

printf '\nbdinfo\n        md 40000000 4\n        crc32 40000000 1000000\n        poweroff\n' >"$TMP/input"
uboot "$TMP/out" "$TMP/err" --dump-dtb "$TMP/dtb"
expect_status $? 0 "U-Boot powers off by PSCI"
expect_in "$TMP/out" '^U-Boot 20'
expect_in "$TMP/out" '^DRAM: +512 MiB'
expect_in "$TMP/out" '^Flash: +[0-9]+ MiB'
expect_in "$TMP/out" '^=> bdinfo'
expect_in "$TMP/out" '^-> size +=? *= 0x0000000020000000'
expect_in "$TMP/out" '^40000000: edfe0dd0 '
expect_in "$TMP/out" '^poweroff'

# What lies there: the device tree, then zeros. gzip's trailer has the CRC of the same bytes.
crc=$( (cat "$TMP/dtb" && head -c 16777216 /dev/zero) | head -c 16777216 | gzip -1 |
    tail -c 8 | head -c 4 | od -An -tx4 | tr -d ' ')
expect_in "$TMP/out" "^crc32 for 40000000 \.\.\. 40ffffff ==> $crc"
expect_in "$TMP/err" 'the guest powered off'
expect_in "$TMP/err" 'instructions, .* ms simulated, .* MIPS'
exit $FAILED
