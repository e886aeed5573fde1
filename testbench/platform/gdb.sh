#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gdb-multiarch drives a guest: breakpoints, steps, registers, memory, threads, monitor commands.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
command -v gdb-multiarch >/dev/null || {
    echo "skipped: gdb-multiarch is not installed"
    exit 77
}

# mov x0,#0; mov x1,#7; loop: add x0,x0,#1; str x0,[x2]; sub x1,x1,#1; cbnz x1,loop; b .
printf '\000\000\200\322\341\000\200\322\000\004\000\221\100\000\000\371' >"$TMP/guest"
printf '\041\004\000\321\241\377\377\265\000\000\000\024' >>"$TMP/guest"
printf '0 T _start\n8 t loop\n18 t end\n' >"$TMP/map"

cat >"$TMP/commands" <<'END'
set pagination off
set confirm off
set architecture aarch64
set remotetimeout 20
set tcp connect-timeout 20
target remote :@PORT@
printf "start pc=%#lx\n", $pc
stepi
stepi
printf "two steps pc=%#lx x1=%ld\n", $pc, $x1
set var $x2 = 0x40001000
hbreak *0xc
continue
printf "break pc=%#lx x0=%ld\n", $pc, $x0
continue
printf "again pc=%#lx x0=%ld mem=%ld\n", $pc, $x0, *(long *)0x40001000
delete
watch *(long *)0x40001000 if *(long *)0x40001000 == 5
continue
printf "watch x0=%ld mem=%ld\n", $x0, *(long *)0x40001000
delete
set var *(long *)0x40002000 = 0x1122334455667788
printf "wrote %#lx\n", *(long *)0x40002000
info threads
monitor why 27 0
monitor regs
monitor where
monitor symbol loop
monitor symbol 0x14
monitor irqs
hbreak *0x18
continue
set var $v3.d.u[1] = 0x1122334455667788
set var $v3.d.u[0] = 0x99aabbccddeeff00
set var $fpcr = 0x00c00000
printf "vector %#lx %#lx %#x fpcr=%#x fpsr=%#x\n", $v3.d.u[1], $d3.u, $v3.s.u[3], $fpcr, $fpsr
printf "end pc=%#lx x1=%ld\n", $pc, $x1
delete
detach
target remote :@PORT@
printf "back pc=%#lx x0=%ld\n", $pc, $x0
kill
END

# A free port: the server says so when one is taken.
for port in 21230 21231 21232 21233 21234; do
    timeout 100 "$GICVP" run --bios "$TMP/guest" --cpus 2 --uart null --gdb "$port" --wait-gdb \
        --symbols "$TMP/map" --max-insns 20000000000 </dev/null 2>"$TMP/err" &
    pid=$!
    for _ in $(seq 100); do
        grep -q 'debugger at' "$TMP/err" && break 2
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    wait "$pid"
done
sed "s/@PORT@/$port/" "$TMP/commands" >"$TMP/gdb"
timeout 90 gdb-multiarch -nx -batch -x "$TMP/gdb" >"$TMP/out" 2>&1
wait "$pid"
status=$?
expect_status $status 0 "the debugger kills the run"
expect_in "$TMP/out" '^start pc=0$'
expect_in "$TMP/out" '^two steps pc=0x8 x1=7$'
expect_in "$TMP/out" '^break pc=0xc x0=1$'
expect_in "$TMP/out" '^again pc=0xc x0=2 mem=1$'
expect_in "$TMP/out" '^watch x0=5 mem=5$'
expect_in "$TMP/out" '^wrote 0x1122334455667788$'
expect_in "$TMP/out" 'Thread 1 .*PE 0, EL1, running, in loop'
expect_in "$TMP/out" 'Thread 2 .*PE 1, .*off'
expect_in "$TMP/out" 'INTID 27 at PE 0: stopped at'
expect_in "$TMP/out" '^ICC_PMR_EL1'
expect_in "$TMP/out" '^PE 0: running at EL1, 0x[0-9a-f]+ loop\+0x[0-9a-f]+; no exception so far$'
expect_in "$TMP/out" '^PE 1: off$'
expect_in "$TMP/out" '^0x8 loop$'
expect_in "$TMP/out" '^0x14 loop\+0xc$'
expect_in "$TMP/out" '^none$'
expect_in "$TMP/out" '^vector 0x1122334455667788 0x99aabbccddeeff00 0x11223344 fpcr=0xc00000 fpsr=0$'
expect_in "$TMP/out" '^end pc=0x18 x1=0$'
expect_in "$TMP/out" '^back pc=0x18 x0=7$'
[ $FAILED -eq 0 ] || show "$TMP/out"
exit $FAILED
