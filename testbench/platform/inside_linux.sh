#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Looking inside Debian's kernel: its own /proc/kallsyms names its addresses, in the profile, in the
# log of interrupts and where a bound ends the run.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
require_linux

make_initrd "$TMP/initrd" <<'INIT'
echo "SYMBOLS-BEGIN"
grep -v '\[' /proc/kallsyms | awk '$2 ~ /[tT]/ && n++ % 100 == 0'
echo "SYMBOLS-END"
poweroff -f
INIT
linux "$TMP/boot" --initrd "$TMP/initrd" --max-wall 200s
expect_status $? 0 "boot"
sed -n '/^SYMBOLS-BEGIN/,/^SYMBOLS-END/p' "$TMP/boot" | sed '1d;$d' >"$TMP/kallsyms"
[ "$(wc -l <"$TMP/kallsyms")" -gt 100 ] || fail "the kernel says no symbols"
expect_in "$TMP/boot.err" '^gicvp: INTID 27: [0-9]+  timer virtual$'

# The same kernel, up to a bound: no randomisation, so that its addresses are the same.
timeout 100 "$GICVP" run --kernel "$LINUX" --ram 256M --max-insns 150000000 --max-time 60s \
    --append "quiet cryptomgr.notests console=ttyAMA0" --initrd "$TMP/initrd" \
    --symbols "$TMP/kallsyms" --profile-guest "$TMP/profile.csv" --latency \
    --trace "irq,max=2000,to=$TMP/log" </dev/null >"$TMP/out" 2>"$TMP/err"
expect_status $? 3 "a bound"
expect_in "$TMP/err" '^gicvp: PE 0: running at EL1, 0xffff[0-9a-f]+ [A-Za-z0-9_.]+(\+0x[0-9a-f]+)?; last exception '
expect_in "$TMP/err" '^gicvp: INTID 27: [0-9]+( +[0-9.]+){6}  timer virtual$'
expect_in "$TMP/log" 'takes IRQ to EL1, was in EL1 at 0xffff[0-9a-f]+ [A-Za-z0-9_.]+\+0x[0-9a-f]+$'
expect_in "$TMP/profile.csv" '^0,1,0xffff[0-9a-f]+,[A-Za-z0-9_.]+,[0-9]+$'
expect_in "$TMP/profile.csv" '^0,1,0x4[0-9a-f]+,,[0-9]+$' # before the MMU is on
exit $FAILED
