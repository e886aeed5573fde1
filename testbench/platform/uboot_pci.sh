#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian's U-Boot enumerates the PCIe bus: it finds the generators, sizes and places their BARs, and
# reads their registers.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
require_uboot

pad='                '
printf '\n%s\n' "pci" "${pad}pci header 0.2.0" "${pad}md 10000000 4" "${pad}md 10040000 4" \
    "${pad}poweroff" >"$TMP/input"
uboot "$TMP/out" "$TMP/err" --device tgen,vectors=32,count=2
expect_status $? 0 "U-Boot powers off by PSCI"
expect_in "$TMP/out" '^00\.00\.00 +0xa64c +0x0001 +Bridge device'
expect_in "$TMP/out" '^00\.01\.00 +0xa64c +0x0010 '
expect_in "$TMP/out" '^00\.02\.00 +0xa64c +0x0010 '
expect_in "$TMP/out" 'base address 0 = +0x10040000'
expect_in "$TMP/out" 'command register ID = +0x0006'
expect_in "$TMP/out" '^10000000: 4e454754 00000020 00000020 00000000 '
expect_in "$TMP/out" '^10040000: 4e454754 '
exit $FAILED
