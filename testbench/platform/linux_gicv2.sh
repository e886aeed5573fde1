#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian's arm64 kernel on a GICv2: to power-off on 1, 4 and 8 PEs, timed, in both Security states and
# at EL2, where KVM finds the virtual CPU interface; every PE takes its timer and its IPIs. A disk and
# a network card whose MSI-X are SPIs of the GICv2m frame, moved from PE to PE. The same bytes with the
# PEs in reverse order and after a restore. U-Boot comes to its prompt.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
require_linux

make_initrd "$TMP/initrd" <<'INIT'
dmesg | grep -E 'GIC|kvm \[|unhandled|Unhandled'
echo "INIT-REACHED $(uname -r -m) $(nproc)"
cat /proc/interrupts
poweroff -f
INIT

# boot OUT OPTION...
boot() {
    linux "$1" --gic v2 --initrd "$TMP/initrd" --stats "$1.json" "${@:2}"
    expect_status $? 0 "${*:2}"
    expect_in "$1" 'reboot: Power down'
    expect_in "$1" 'GICv2m: range\[mem 0x08020000-0x08020fff\], SPI\[80:143\]'
}

# all_took OUT NAME PES: a row of /proc/interrupts has a count for each PE, and none is 0.
all_took() {
    local counts
    counts=$(awk -v name="$2" '
        /^ +CPU0/ { pes = NF }
        index($0, name) && pes { for (i = 2; i <= pes + 1; i++) print $i; exit }' "$1")
    [ "$(wc -l <<<"$counts")" -eq "$3" ] || fail "$2 has no count for each of $3 PEs in $1"
    ! grep -qx 0 <<<"$counts" || fail "a PE took no $2 in $1"
}

for pes in 1 4 8; do
    out=$TMP/linux$pes
    boot "$out" --cpus $pes
    expect_in "$out" "^INIT-REACHED 6\.1\..* aarch64 $pes\$"
    all_took "$out" 'GIC-0  27 Level     arch_timer' $pes
    [ $pes -eq 1 ] || all_took "$out" 'Function call interrupts' $pes
    [ $FAILED -eq 0 ] || show "$out"
done

boot "$TMP/again" --cpus 4 --reverse-pes --save-at "200ms=$TMP/saved"
cmp "$TMP/linux4" "$TMP/again" || fail "another console when the PEs are built in reverse order"
cmp "$TMP/linux4.json" "$TMP/again.json" || fail "other statistics"
linux "$TMP/restored" --gic v2 --initrd "$TMP/initrd" --cpus 4 --restore "$TMP/saved" \
    --stats "$TMP/restored.json"
expect_status $? 0 "--restore"
cmp "$TMP/linux4" "$TMP/restored" || fail "another console after a restore"
cmp "$TMP/linux4.json" "$TMP/restored.json" || fail "other statistics after a restore"

boot "$TMP/timed" --cpus 4 --profile "$ROOT/models/time/profiles/a53-gic400.profile"
all_took "$TMP/timed" 'GIC-0  27 Level     arch_timer' 4
grep -A1 '"causality"' "$TMP/timed.json" | grep -q '"violations": 0' || fail "causality violations"
boot "$TMP/secure" --cpus 2 --secure
all_took "$TMP/secure" 'GIC-0  27 Level     arch_timer' 2
boot "$TMP/el2" --cpus 2 --virtualization
expect_in "$TMP/el2" 'kvm \[1\]: vgic interrupt IRQ'
expect_in "$TMP/el2" 'kvm \[1\]: Hyp mode initialized successfully'
all_took "$TMP/el2" 'GICv2  30 Level     arch_timer' 2

# Disk and network by GICv2m.
seq 1 20000 | head -c 65536 >"$TMP/content"
sum=$(md5sum <"$TMP/content" | cut -d ' ' -f 1)
make_initrd "$TMP/devices" "${VIRTIO_PCI[@]}" "${VIRTIO_DEVICES[@]}" <<'INIT'
unshare -n sleep 100000 &
sleep 1
other=$(pidof sleep)
inside() { nsenter -t $other -n "$@"; }
ip link set eth1 netns $other
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
inside ip addr add 10.0.0.2/24 dev eth1
inside ip link set eth1 up
for pe in 1 3 0 2; do
    for irq in $(awk '/put/ { print $1 + 0 }' /proc/interrupts); do
        echo $pe >/proc/irq/$irq/smp_affinity_list && echo "MOVED $pe"
    done
    ping -q -c 2 -i 0.1 10.0.0.2 | grep received
done
echo "READ $(md5sum </dev/vda)"
cat /proc/interrupts
poweroff -f
INIT
linux "$TMP/disk" --gic v2 --cpus 4 --initrd "$TMP/devices" --drive "file=$TMP/content,ro" --net pair
expect_status $? 0 "a disk and two cards"
expect_in "$TMP/disk" "^READ $sum"
[ "$(grep -c '^2 packets transmitted, 2 packets received' "$TMP/disk")" -eq 4 ] || fail "packets were lost"
[ "$(grep -c '^MOVED' "$TMP/disk")" -eq 16 ] || fail "interrupts were not moved"
expect_in "$TMP/disk" 'MSI +[0-9]+ Edge +virtio0-req'
awk '/virtio1-input/ { n = 0; for (i = 2; i <= 5; i++) n += $i > 0; exit n != 4 }' "$TMP/disk" ||
    fail "not every PE took the card's interrupt"
[ $FAILED -eq 0 ] || show "$TMP/disk"

require_uboot
printf '     version\r' >"$TMP/input"
uboot "$TMP/uboot" "$TMP/uboot.err" --gic v2 --max-time 4s --max-insns 600000000
expect_in "$TMP/uboot" '^=> '
exit $FAILED
