#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# KVM of Debian's arm64 kernel runs a guest of ours with its virtual GICv3: timer, SGIs, SPIs by line
# and by irqfd, ends told by the maintenance interrupt, MSIs through the virtual ITS, while the guest
# is awake and asleep; on 1 and 4 virtual CPUs, with and without the host extensions.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
GICTLM_FIRMWARE_DIR=${2:-}
require_linux
require_firmware kvm_guest.elf

make_initrd --add "$GICTLM_FIRMWARE_DIR/kvmrun" --add "$FIRMWARE" "$TMP/initrd" <<'INIT'
dmesg | grep 'kvm \['
for vcpus in 1 4; do
    /kvmrun --vcpus $vcpus --seconds 20 --append 'semihosting=0 rounds=4' /kvm_guest.elf
    echo "KVMRUN $vcpus $?"
done
poweroff -f
INIT

# All that a guest on so many virtual CPUs has to say.
expected() {
    local rounds=4 vcpus=$1
    echo "guest at EL1, $vcpus vCPUs"
    echo "ok     timer: $rounds"
    echo "ok     timer turned off before it was taken: 0"
    echo "ok     SGIs: $((rounds * vcpus))"
    echo "ok     level SPI: $rounds"
    echo "ok     level SPI, asleep: $rounds"
    echo "ok     level SPI: $((3 * rounds))"
    for ((slot = 1; slot < vcpus; slot++)); do
        echo "ok     level SPI: $rounds"
        echo "ok     by the vCPU that it is routed to: $slot"
    done
    for what in 'edge SPI by irqfd' 'level SPI by irqfd' 'ends told' MSIs 'MSIs by irqfd'; do
        echo "ok     $what: $rounds"
    done
    [ "$vcpus" -eq 1 ] || echo "ok     MSIs of another vCPU, by MOVI: $rounds"
    echo PASSED
    echo "KVMRUN $vcpus 0"
}

# host OUT MODE OPTION...: boots the host and runs both guests.
host() {
    local out=$1 mode=$2
    shift 2
    linux "$out" --virtualization --initrd "$TMP/initrd" "$@"
    expect_status $? 0 "$*"
    expect_in "$out" 'kvm \[1\]: GIC system register CPU interface enabled'
    expect_in "$out" 'kvm \[1\]: vgic interrupt IRQ'
    expect_in "$out" "kvm \\[1\\]: $mode mode initialized successfully"
    for vcpus in 1 4; do
        sed -n "/^guest at EL1, $vcpus /,/^KVMRUN/p" "$out" >"$TMP/guest"
        expected $vcpus | cmp -s - "$TMP/guest" || {
            fail "a guest with $vcpus virtual CPUs ($*):"
            show "$TMP/guest"
        }
    done
}

host "$TMP/nvhe" Hyp --cpus 4
host "$TMP/vhe" VHE --cpus 4 --cpu max
host "$TMP/one" Hyp --cpus 1 --cpu cortex-a53
exit $FAILED
