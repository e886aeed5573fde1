#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Small programs that look at one thing each.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
command -v aarch64-linux-gnu-gcc >/dev/null || {
    echo "skipped: aarch64-linux-gnu-gcc is not installed"
    exit 77
}
HERE=$(dirname "$0")

# program NAME ADDRESS: builds NAME.S.
program() {
    aarch64-linux-gnu-gcc -nostdlib -static -Wl,--build-id=none,-Ttext="$2" -o "$TMP/$1" \
        "$HERE/$1.S" || exit 1
}

# go NAME OPTION...
go() {
    local name=$1
    shift
    timeout 100 "$GICVP" run --elf "$TMP/$name" --max-time 100ms "$@" </dev/null >"$TMP/out" \
        2>"$TMP/err"
    expect_status $? 0 "$name $*"
}

# GICR_TYPER.Last at the end of each region (more than 123 PEs).
program redistributor_regions 0x40100000
go redistributor_regions --cpus 130
go redistributor_regions --cpus 130 --profile gic600

# Two accesses of one instruction.
program pair_access 0x40100000
go pair_access
[ "$(cat "$TMP/out")" = LP ] || fail "the UART got '$(cat "$TMP/out")'"
go pair_access --profile gic600
[ "$(cat "$TMP/out")" = LP ] || fail "timed, the UART got '$(cat "$TMP/out")'"

# A hypervisor and its guest, by a list register.
program virtual_interrupt 0x40100000
go virtual_interrupt --virtualization
go virtual_interrupt --virtualization --profile gic600

# An NMI through PSTATE.I and ICC_PMR, and not through PSTATE.ALLINT.
program nmi 0x40100000
go nmi --cpu max --set gic.nmi=1
go nmi --cpu max --set gic.nmi=1 --profile gic600

# The Secure UART: dropped unless it is given a back-end.
program secure_uart 0x40100000
go secure_uart --secure
[ "$(cat "$TMP/out")" = N ] || fail "by default standard output is '$(cat "$TMP/out")'"
go secure_uart --secure --secure-uart stdio
[ "$(cat "$TMP/out")" = NS ] || fail "with both on stdio: '$(cat "$TMP/out")'"
go secure_uart --secure --uart null --secure-uart "file:$TMP/secure"
if [ -s "$TMP/out" ] || [ "$(cat "$TMP/secure")" != S ]; then
    fail "the file holds '$(cat "$TMP/secure")'"
fi
exit $FAILED
