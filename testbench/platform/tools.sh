#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The subcommands that list, the bounds, and what a run writes.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"

gicvp() {
    timeout 120 "$GICVP" "$@" >"$TMP/out" 2>"$TMP/err" </dev/null
}

gicvp --help
expect_status $? 0 help
expect_in "$TMP/out" '--wait-gdb'
gicvp --version
expect_in "$TMP/out" '^gicvp [0-9]+\.[0-9]+\.[0-9]+$'
gicvp regs
expect_in "$TMP/out" '^GICD +0x00000 GICD_CTLR'
expect_in "$TMP/out" '^GICR +0x00014 GICR_WAKER'
expect_in "$TMP/out" 'ICC_IAR1_EL1 +R$'
expect_in "$TMP/out" 'ICC_AP1R3_EL1 +RW$'
expect_in "$TMP/out" 'ICC_SRE_EL2 +RW$'
expect_in "$TMP/out" 'ICC_NMIAR1_EL1 +R UNDEFINED in this version$'
expect_in "$TMP/out" 'ICH_HCR_EL2 +RW$'
gicvp regs GICD_TYPER
! grep -v 'GICD_TYPER' "$TMP/out" || fail "a name lists more than itself"
expect_in "$TMP/out" '^GICD +0x00004 GICD_TYPER '
expect_in "$TMP/out" '^GICD2 +0x00004 GICD_TYPER '
gicvp params gic
expect_in "$TMP/out" '^gic.spis +256 '
gicvp params
expect_in "$TMP/out" '^hop.gicd_gicr '

# An endless loop (b .) in flash: bounds end it exactly.
printf '\000\000\000\024' >"$TMP/loop"
gicvp run --bios "$TMP/loop" --max-insns 12345 --json
expect_status $? 3 "--max-insns"
expect_in "$TMP/out" '"instructions": 12345'
gicvp run --bios "$TMP/loop" --max-time 20us
expect_status $? 3 "--max-time"
expect_in "$TMP/err" '0.020000000 ms simulated'
gicvp run --bios "$TMP/loop" --max-time 20us --cpus 3 --json
expect_in "$TMP/out" '"instructions": 20000,'

# WFI without anything that could wake it (0xd503207f).
printf '\177\040\003\325\000\000\000\024' >"$TMP/wfi"
gicvp run --bios "$TMP/wfi" --uart null --max-time 10s
expect_status $? 3 "a guest that sleeps for ever"
expect_in "$TMP/err" 'nothing is left that could wake one'

gicvp why 33 --bios "$TMP/loop" --max-insns 10
expect_status $? 3 why
expect_in "$TMP/out" '^INTID 33 at PE 0: stopped at: '
expect_in "$TMP/out" 'CLOSED .*<== the first closed gate$'
[ "$(grep -c 'first closed gate' "$TMP/out")" -eq 1 ] || fail "more than one gate is marked"

gicvp run --dump-dtb "$TMP/dtb" --cpus 512 --virtualization
expect_status $? 0 "--dump-dtb alone"
dtc -q -I dtb -O dts "$TMP/dtb" >"$TMP/dts" || fail "dtc does not read the device tree"
expect_in "$TMP/dts" '#redistributor-regions = <0x02>'
exit $FAILED
