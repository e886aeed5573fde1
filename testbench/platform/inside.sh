#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Looking inside a run: log and timeline of interrupts, names, latencies, symbols, profile, where PEs
# stand at a bound, guests that fault for ever, the progress line.
# Usage: inside.sh GICVP FIRMWARE-DIRECTORY

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
GICTLM_FIRMWARE_DIR=${2:-}

# flash OUT OPTION...: runs $TMP/flash, bounded; what it says on stderr is in OUT.err.
flash() {
    local out=$1
    shift
    timeout 60 "$GICVP" run --bios "$TMP/flash" --uart null --max-insns 100000000 "$@" \
        >"$out" 2>"$out.err" </dev/null
}

expect_not_in() {
    ! grep -qE -- "$2" "$1" || fail "a line matches '$2' in $1"
}

# ---------------------------------------------------------------- guests that end badly

# An endless loop (b .): where the PEs stand at a bound; those that stand alike share a line.
printf '\000\000\000\024' >"$TMP/flash"
printf '0000000000000000 T _start\n0000000000001000 D data\n' >"$TMP/map"
flash "$TMP/out" --cpus 20 --max-insns 12345 --symbols "$TMP/map"
expect_status $? 3 "--max-insns"
expect_in "$TMP/out.err" '^gicvp: PE 0: running at EL1, 0x0 _start; no exception so far$'
expect_in "$TMP/out.err" '^gicvp: PEs 1 to 19: off$'
flash "$TMP/out" --max-time 1ms --symbols "$TMP/map@0x100" --symbols "$TMP/map@-0x100"
expect_status $? 3 "--max-time"
expect_in "$TMP/out.err" '^gicvp: PE 0: running at EL1, 0x0; no exception so far$'
printf '\177\040\003\325\000\000\000\024' >"$TMP/flash" # wfi
flash "$TMP/out"
expect_status $? 3 "a guest that sleeps for ever"
expect_in "$TMP/out.err" '^gicvp: PE 0: asleep \(WFI\) at EL1, 0x4; no exception so far$'

# Nothing at the vectors: the first undefined instruction is met again by its handler.
printf '\000\000\000\000' >"$TMP/flash"
flash "$TMP/out"
expect_status $? 3 "an undefined instruction at its vector"
expect_in "$TMP/out.err" '^gicvp: a PE takes the same fault for ever$'
expect_in "$TMP/out.err" '^gicvp: PE 0: the handler at EL1 takes undefined instruction at 0x200, ESR 0x2000000, again and again; it began with undefined instruction at 0x0$'

# Into nowhere: movz x2, #0xd00, lsl #16; br x2.
printf '\002\240\241\322\100\000\037\326' >"$TMP/flash"
flash "$TMP/out"
expect_status $? 3 "a jump into nowhere"
expect_in "$TMP/out.err" '; it began with instruction abort at 0xd000000$'

# The handler's own load from nowhere: movz x2, #0xd00, lsl #16; svc #0; at the vector ldr x1, [x2].
{
    printf '\002\240\241\322\001\000\000\324'
    head -c 504 /dev/zero
    printf '\101\000\100\371'
} >"$TMP/flash"
flash "$TMP/out" --cpus 2
expect_status $? 3 "a handler that faults"
expect_in "$TMP/out.err" '^gicvp: PE 0: the handler at EL1 takes data abort at 0x200, ESR 0x96000010, FAR 0xd000000, again and again; it began with SVC at 0x8$'
expect_in "$TMP/out.err" '^gicvp: PE 0: running at EL1, .* last exception data abort to EL1 at .* FAR 0xd000000$'

# Nothing is wrong with a handler that returns: svc #0; b .-4; at the vector eret.
{
    printf '\001\000\000\324\377\377\377\027'
    head -c 504 /dev/zero
    printf '\340\003\237\326'
} >"$TMP/flash"
flash "$TMP/out" --max-insns 1000000
expect_in "$TMP/out.err" '^gicvp: the bound of --max-insns was reached$'

# A bound in time of the host; the progress line is for terminals.
flash "$TMP/out" --max-wall 2600ms --max-insns 1000000000000
expect_status $? 3 "--max-wall"
expect_in "$TMP/out.err" '^gicvp: the bound of --max-wall was reached$'
! grep -q $'\r' "$TMP/out.err" || fail "a progress line in a file"
if command -v script >/dev/null; then
    script -qec "'$GICVP' run --bios '$TMP/flash' --uart null --max-wall 2600ms" /dev/null \
        >"$TMP/tty" 2>&1 </dev/null
    tr '\r' '\n' <"$TMP/tty" >"$TMP/lines"
    expect_in "$TMP/lines" 'gicvp: [0-9.]+ ms simulated, [0-9.]+ MIPS, [0-9]+ interrupts/s'
fi

# ---------------------------------------------------------------- interrupts

require_firmware hello.elf
run_firmware "$TMP/hello" --symbols "$FIRMWARE" --trace irq --latency --stats "$TMP/stats" --json
expect_status $? 0 "hello"
err=$TMP/hello.err
expect_in "$err" '^ +0\.[0-9]{9} ms  PE 0   PPI 27     timer virtual +asserted$'
expect_in "$err" 'PPI 27 .* pending, priority 0xa0  \+0\.000 ns$'
expect_in "$err" 'PPI 27 .* presented to the CPU interface '
expect_in "$err" 'PPI 27 .* signalled as IRQ '
expect_in "$err" 'takes IRQ to EL1, was in EL1 at 0x4[0-9a-f]+ [a-z_]+'
expect_in "$err" 'PPI 27 .* acknowledged  \+[1-9][0-9.]* ns$'
expect_in "$err" 'PPI 27 .* EOI  \+[1-9][0-9.]* ns$'
expect_in "$err" 'PPI 27 .* deactivated '
expect_in "$err" 'SGI 1 .* SGI generated$'
expect_in "$err" '^gicvp: INTID 27: 3( +[0-9.]+){6}  timer virtual$'
expect_in "$err" '^gicvp: INTID 1: 1( +[0-9.]+){6}$'
expect_in "$TMP/stats" '^ *"device": "timer virtual",$'
expect_in "$TMP/hello" '"27": ?"timer virtual"'
run_firmware "$TMP/plain"
expect_in "$TMP/plain.err" '^gicvp: INTID 27: 3  timer virtual$'
expect_not_in "$TMP/plain.err" 'latency'

run_firmware "$TMP/short" --trace "irq,max=10,to=$TMP/log"
expect_status $? 0 "a bounded log"
[ "$(wc -l <"$TMP/log")" -eq 11 ] || fail "not ten lines and the one that says so"
expect_in "$TMP/log" '^[0-9]+ further lines were left out$'
expect_not_in "$TMP/short.err" 'PPI 27 '

# MSIs: from the function and its vector over the ITS to the PE.
require_firmware msi.elf
run_firmware "$TMP/msi" --cpus 2 --append msi=its --device tgen --profile gic600 \
    --trace "irq,to=$TMP/msi.log" --trace-json "$TMP/msi.json" --symbols "$FIRMWARE"
expect_status $? 0 "msi"
expect_in "$TMP/msi.log" ' MSI written, DeviceID 0x8 event 0$'
expect_in "$TMP/msi.log" 'LPI [0-9]+ +tgen 00:01\.0 vector 0 +translated by the ITS, .* \+[1-9][0-9.]* ns$'
expect_in "$TMP/msi.err" '^gicvp: INTID [0-9]+: .*  tgen 00:01\.0 vector 0$'
for track in '"PEs"' '"Redistributors"' '"ITS"' '"Devices"' '"tgen 00:01.0 vector 0"' '"PE 1 presents"' \
    '"name": "translation"' '"ph": "s"' '"ph": "t"' '"ph": "f"'; do
    grep -qF -- "$track" "$TMP/msi.json" || fail "no $track in the timeline"
done
# Each arrow that ends has begun, and once.
awk -F'"id": ' '/"ph": "[sf]"/ { split($2, id, /[,}]/); k = $0 ~ /"ph": "s"/ ? "s" : "f"; n[k id[1]]++; seen[id[1]] }
    END { for (i in seen) if (n["s" i] != 1 || n["f" i] > 1) bad++; exit bad != 0 || length(seen) == 0 }' \
    "$TMP/msi.json" || fail "arrows without a beginning"

# ---------------------------------------------------------------- profile

run_firmware "$TMP/p1" --cpus 2 --append msi=its --device tgen --symbols "$FIRMWARE" \
    --profile-guest "$TMP/p1.csv" --profile-insns 500 --stats "$TMP/p1.json"
expect_status $? 0 "profile"
run_firmware "$TMP/p2" --cpus 2 --append msi=its --device tgen --symbols "$FIRMWARE" \
    --profile-guest "$TMP/p2.csv" --profile-insns 500 --stats "$TMP/p2.json" --reverse-pes
run_firmware "$TMP/p3" --cpus 2 --append msi=its --device tgen --stats "$TMP/p3.json"
cmp "$TMP/p1.csv" "$TMP/p2.csv" || fail "another profile of the same run"
cmp "$TMP/p1.json" "$TMP/p2.json" || fail "other statistics"
cmp "$TMP/p1.json" "$TMP/p3.json" || fail "the profile changes the run"
insns=$(sed -n 's/.*"instructions": *\([0-9]*\).*/\1/p' "$TMP/p1.json" | head -n 1)
samples=$(awk -F, 'NR > 1 { sum += $5 } END { print sum }' "$TMP/p1.csv")
if [ "$samples" -gt $((insns / 500)) ] || [ "$samples" -lt $((insns / 500 - 2)) ]; then
    fail "$samples samples of $insns instructions"
fi
expect_in "$TMP/p1.csv" '^0,1,0x4[0-9a-f]+,app_main,[0-9]+$'
require_firmware hello.elf
run_firmware "$TMP/table" --cpus 2 --symbols "$FIRMWARE" --profile-guest - --profile-insns 500
expect_in "$TMP/table" '^[0-9]+ samples, one every 500 instructions of a PE$'
expect_in "$TMP/table" '^EL1 +[0-9]+ +100\.00 %$'
expect_in "$TMP/table" '^ +[0-9]+ +[0-9.]+ %  strlen$'
exit $FAILED
