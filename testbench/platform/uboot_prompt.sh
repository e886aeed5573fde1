#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian's U-Boot, unmodified: boots to its prompt, does what is typed, powers off.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
require_uboot

pad='                '
printf '\n%s\n' bdinfo "${pad}md 40000000 4" "${pad}crc32 40000000 1000000" \
    "${pad}crc32 40000000 1000" "${pad}crc32 0 100000" "${pad}poweroff" >"$TMP/input"
uboot "$TMP/out" "$TMP/err" --dump-dtb "$TMP/dtb"
expect_status $? 0 "U-Boot powers off by PSCI"
expect_in "$TMP/out" '^U-Boot 20'
expect_in "$TMP/out" '^DRAM: +512 MiB'
expect_in "$TMP/out" '^Flash: +[0-9]+ MiB'
expect_in "$TMP/out" '^=> bdinfo'
expect_in "$TMP/out" '^-> size +=? *= 0x0000000020000000'
expect_in "$TMP/out" '^40000000: edfe0dd0 '
expect_in "$TMP/out" '^poweroff'

# crc_of FILE BYTES: CRC of a file, cut or filled with zeros; gzip's trailer has the same one.
crc_of() {
    (cat "$1" && head -c "$2" /dev/zero) | head -c "$2" | gzip -1 | tail -c 8 | head -c 4 |
        od -An -tx4 | tr -d ' '
}
expect_in "$TMP/out" '^crc32 for 40000000 \.\.\. 40ffffff ==> [0-9a-f]{8}$'
expect_in "$TMP/out" "^crc32 for 40000000 \.\.\. 40000fff ==> $(crc_of "$TMP/dtb" 4096)"
expect_in "$TMP/out" "^crc32 for 00000000 \.\.\. 000fffff ==> $(crc_of "$UBOOT" 1048576)"
expect_in "$TMP/err" 'the guest powered off'
expect_in "$TMP/err" 'instructions, .* ms simulated, .* MIPS'
exit $FAILED
