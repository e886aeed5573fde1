#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# KVM of Debian's arm64 kernel runs a guest of ours with its virtual GICv3, or GICv2 on a GICv2: timer,
# SGIs, SPIs by line and by irqfd, ends told, MSIs through the virtual ITS, while the guest is awake
# and asleep; on 1 and 4 virtual CPUs, with and without the host extensions.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
GICTLM_FIRMWARE_DIR=${2:-}
require_linux
require_firmware kvm_guest.elf

# initrd FILE VERSION: its init runs guests with such a GIC.
initrd() {
    make_initrd --add "$GICTLM_FIRMWARE_DIR/kvmrun" --add "$FIRMWARE" "$1" <<INIT
dmesg | grep 'kvm \['
for vcpus in 1 4; do
    /kvmrun --gic $2 --vcpus \$vcpus --seconds 20 --append 'semihosting=0 rounds=4' /kvm_guest.elf
    echo "KVMRUN \$vcpus \$?"
done
poweroff -f
INIT
}

# expected VERSION VCPUS: all that such a guest has to say.
expected() {
    local rounds=4 version=$1 vcpus=$2
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
        [[ $version = 2 && $what = MSI* ]] || echo "ok     $what: $rounds"
    done
    [ "$version" -eq 3 ] || echo 'no ITS'
    [[ $vcpus -eq 1 || $version -eq 2 ]] || echo "ok     MSIs of another vCPU, by MOVI: $rounds"
    echo PASSED
    echo "KVMRUN $vcpus 0"
}

# host OUT VERSION OPTION...: boots a host with such a GIC and runs both guests.
host() {
    local out=$1 version=$2
    shift 2
    linux "$out" --virtualization --initrd "$TMP/initrd$version" "$@"
    expect_status $? 0 "$*"
    expect_in "$out" 'kvm \[1\]: vgic interrupt IRQ'
    for vcpus in 1 4; do
        sed -n "/^guest at EL1, $vcpus /,/^KVMRUN/p" "$out" >"$TMP/guest"
        expected "$version" $vcpus | cmp -s - "$TMP/guest" || {
            fail "a guest with $vcpus virtual CPUs ($*):"
            show "$TMP/guest"
        }
    done
}

for version in 2 3; do initrd "$TMP/initrd$version" $version; done
host "$TMP/nvhe" 3 --cpus 4
expect_in "$TMP/nvhe" 'kvm \[1\]: GIC system register CPU interface enabled'
expect_in "$TMP/nvhe" 'kvm \[1\]: Hyp mode initialized successfully'
host "$TMP/vhe" 3 --cpus 4 --cpu max
expect_in "$TMP/vhe" 'kvm \[1\]: VHE mode initialized successfully'
host "$TMP/one" 3 --cpus 1 --cpu cortex-a53
host "$TMP/gicv2" 2 --cpus 4 --gic v2
exit $FAILED
