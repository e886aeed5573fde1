#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian's Xen with Linux as dom0, to its init and off, on 1 and 4 PEs with a GICv3 and on 4 with a
# GICv2: every virtual CPU takes its timer, event channels come by a PPI of Xen's.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
require_linux
XEN=$("$ROOT/scripts/fetch-guests" --path xen 2>/dev/null) || XEN=
if [ ! -f "$XEN" ]; then
    echo "skipped: Xen is not there; run scripts/fetch-guests xen"
    exit 77
fi

make_initrd "$TMP/initrd" <<'INIT'
echo "INIT-REACHED $(uname -r -m) $(nproc)"
cat /proc/interrupts
poweroff -f
INIT

# xen OUT PES OPTION...
xen() {
    local out=$1 pes=$2 timers
    shift 2
    timeout 400 "$GICVP" run --virtualization --cpus "$pes" --ram 1G --kernel "$XEN" \
        --append 'console=dtuart dom0_mem=512M' --guest-kernel "$LINUX" --guest-initrd "$TMP/initrd" \
        --guest-append 'quiet cryptomgr.notests console=hvc0' --max-insns 6000000000 --max-time 60s "$@" \
        </dev/null >"$out.raw" 2>"$out.err"
    expect_status $? 0 "Xen on $pes PEs, $*"
    tr -d '\r' <"$out.raw" >"$out"
    expect_in "$out" "^INIT-REACHED 6\\.1\\..* aarch64 $pes\$"
    expect_in "$out" ' 16 Level     events'
    expect_in "$out" '\(XEN\) Hardware Dom0 halted: halting machine'
    timers=$(awk '/arch_timer/ { for (i = 2; $i ~ /^[0-9]+$/; i++) print $i; exit }' "$out")
    [ "$(wc -w <<<"$timers")" -eq "$pes" ] || fail "not every virtual CPU has a row of its timer"
    ! grep -qx 0 <<<"$timers" || fail "a virtual CPU took no timer interrupt"
}

xen "$TMP/one" 1
xen "$TMP/four" 4
xen "$TMP/gicv2" 4 --gic v2
exit $FAILED
