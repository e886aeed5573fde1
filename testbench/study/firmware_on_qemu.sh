#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The firmware on QEMU's virt board: GIC set-up, all three groups, SGIs, timers, world switches.

# shellcheck source=testbench/study/lib.sh
. "$(dirname "$0")/lib.sh"

qemu=$(command -v qemu-system-aarch64) || skip "no qemu-system-aarch64 (Debian: qemu-system-arm)"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# run MACHINE PES ELF ARGUMENTS: UART in $out/uart, exit status of the guest.
run() {
    timeout 60 "$qemu" -M "virt,gic-version=3$1" -cpu cortex-a57 -smp "$2" -display none \
        -monitor none -serial "file:$out/uart" -semihosting-config enable=on,target=native \
        -kernel "$BUILD/firmware/$3.elf" -append "$4"
}

for machine in "" ,virtualization=on ,secure=on ,secure=on,virtualization=on; do
    for pes in 1 4; do
        run "$machine" $pes hello "" || fail "hello on virt$machine with $pes PEs: status $?"
        grep -q "sgi: $pes of $pes PEs" "$out/uart" || fail "hello on virt$machine: not all PEs"
    done
done
status=0
run "" 1 hello "exit=7" || status=$?
[ $status -eq 7 ] || fail "exit code $status instead of 7"

run "" 1 its "" || fail "its: status $?"
run "" 2 its "bits=16" || fail "its with 2 PEs: status $?"
grep -q "MAPC moves a collection" "$out/uart" || fail "its with 2 PEs: not all steps"

run "" 1 bench_sgi "iterations=1000" || fail "bench_sgi: status $?"
run "" 1 bench_loop "iterations=1000" || fail "bench_loop: status $?"

run ,virtualization=on 1 virt "samples=4" || fail "virt: status $?"
grep -q '^X' "$out/uart" && fail "virt: $(grep -m1 '^X' "$out/uart")"
grep -q '^E' "$out/uart" || fail "virt did not come to its end"
# Four ways of 4 samples, a burst of 8 each time, 7 costs of 4.
samples=$(grep -c "^S" "$out/uart")
[ "$samples" -eq $((4 * 4 + 4 * 8 + 7 * 4)) ] || fail "virt: $samples samples"
status=0
run "" 1 virt "samples=4" || status=$?
[ $status -eq 2 ] || fail "virt without EL2: status $status instead of 2"

run ,secure=on 4 latency "samples=8" || fail "latency: status $?"
grep -q '^X' "$out/uart" && fail "latency: $(grep -m1 '^X' "$out/uart")"
grep -q '^E' "$out/uart" || fail "latency did not come to its end"
# Every workload, idle and loaded, on every PE; samples of timers that came too early for a machine
# without simulated time are left out.
[ "$(grep -c "^D" "$out/uart")" -eq 112 ] || fail "latency: not every workload is done"
samples=$(grep -c "^S" "$out/uart")
case $((samples >= 208 && samples <= 256)) in
0) fail "latency: $samples samples, not 208 to 256" ;;
esac
status=0
run "" 1 latency "samples=8" || status=$?
[ $status -eq 2 ] || fail "latency without EL3: status $status instead of 2"
