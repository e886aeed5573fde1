#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian's kernel on 4 PEs with a virtio disk and two network cards whose MSI-X go through the ITS: the
# affinity of the cards' interrupts is moved, PEs are unplugged and plugged while a file crosses the
# wire, modules are unloaded and loaded; nothing is lost, and kernel, devices and model counted the
# same. Then the same devices by GICv2m, by INTx, timed, and over virtio-mmio,
# on each of the cores.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
require_linux

seq 1 200000 | head -c 1048576 >"$TMP/content"
sum=$(md5sum <"$TMP/content" | cut -d ' ' -f 1)

# What both inits begin with: the second card lives in a network of its own, so that what the
# first sends to it crosses the wire.
network() {
    cat <<'INIT'
# Nothing is sent that nobody asked for: the counts must not move between being read and the end.
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
unshare -n sleep 100000 &
sleep 1
other=$(pidof sleep)
inside() { nsenter -t $other -n "$@"; }
cards() {
    ip link set eth1 netns $other
    inside sysctl -q -w net.ipv6.conf.all.disable_ipv6=1
    ip addr add 10.0.0.1/24 dev eth0
    ip link set eth0 up
    inside ip addr add 10.0.0.2/24 dev eth1
    inside ip link set eth1 up
}
# download WHAT: the disk's content from the other network's server.
download() { echo "$1 $(wget -q -O - http://10.0.0.2/file | md5sum)"; }
# rows: interrupts of virtio devices, each as its count, number and name.
rows() { awk '/virtio/ { n = 0; for (i = 2; $i ~ /^[0-9]+$/; i++) n += $i; print n, $1 + 0, $NF }' /proc/interrupts; }
taken() { rows | awk '{ n += $1 } END { print n + 0 }'; }
cards
cat /dev/vda >/file
inside httpd -p 80 -h /
INIT
}

{
    network
    cat <<'INIT'
download LOADED
# The affinity of every interrupt of the cards, round and round.
for i in 1 2 3 4 5 6 7 8; do download MOVING; done >/downloads &
load=$!
moves=0
round=0
while kill -0 $load 2>/dev/null; do
    round=$((round + 1))
    for irq in $(rows | awk '/put/ { print $2 }'); do
        echo $(((round + irq) % 4)) >/proc/irq/$irq/smp_affinity_list && moves=$((moves + 1))
    done
done
cat /downloads
[ $moves -ge 40 ] && echo "MOVED"
for i in 1 2 3 4; do download PLUGGING; done >/downloads &
load=$!
for cpu in 1 2 3 1 2 3; do
    echo 0 >/sys/devices/system/cpu/cpu$cpu/online
    echo "online $(cat /sys/devices/system/cpu/online)"
    echo 1 >/sys/devices/system/cpu/cpu$cpu/online
done
wait $load
cat /downloads
echo "PLUGGED $(cat /sys/devices/system/cpu/online)"
# Each half of the disk becomes the other.
dd if=/file of=/dev/vda bs=512k count=1 seek=1 conv=fsync 2>/dev/null
dd if=/file of=/dev/vda bs=512k count=1 skip=1 conv=fsync 2>/dev/null
ip link set eth0 down
inside ip link set eth1 down
sleep 1
before=$(taken)
cat /proc/interrupts
rmmod virtio_net && rmmod virtio_blk || echo "modules stay"
rows | grep . && echo "interrupts stay"
insmod /lib/virtio_blk.ko
insmod /lib/virtio_net.ko
cards
echo "AGAIN $(md5sum </dev/vda)"
download AGAIN
sleep 1
echo "TAKEN $((before + $(taken)))"
poweroff -f
INIT
} | make_initrd "$TMP/initrd" "${VIRTIO_PCI[@]}" "${VIRTIO_DEVICES[@]}"

# number FILE NAME: a counter of the statistics; what never happened is not there.
number() {
    local value
    value=$(sed -n "s/^ *\"$2\": \([0-9]*\),*\$/\1/p" "$1" | head -n 1)
    echo "${value:-0}"
}

# agree OUT: the interrupts that the kernel took, that the devices sent and that the model's PEs
# acknowledged are the same ones, apart from those that arrived while they were pending already.
agree() {
    local taken lpis sent=0 name
    taken=$(sed -n 's/^TAKEN //p' "$1")
    lpis=$(sed -n 's/^gicvp: INTID \([0-9]*\)[^:]*: \([0-9]*\).*/\1 \2/p' "$1.err" |
        awk '$1 >= 8192 { n += $2 } END { print n + 0 }')
    for name in drive0 net0 net1; do
        sent=$((sent + $(number "$1.json" "$name\\.interrupts")))
    done
    [ "$taken" -gt 1000 ] || fail "only $taken interrupts"
    [ "$taken" -eq "$lpis" ] || fail "the kernel took $taken interrupts, the model gave $lpis"
    [ "$sent" -eq $((taken + $(number "$1.json" MERGED))) ] ||
        fail "the devices sent $sent interrupts, the kernel took $taken"
    [ "$(number "$1.json" 'its0\.translated')" -eq "$sent" ] || fail "the ITS translated another number"
    [ "$(number "$1.json" 'its0\.command_errors')" -eq 0 ] || fail "a command was wrong"
    [ "$(number "$1.json" lost)" -eq 0 ] || fail "messages are lost"
}

out=$TMP/its
cp "$TMP/content" "$TMP/disk"
linux "$out" --cpus 4 --initrd "$TMP/initrd" --drive "file=$TMP/disk" --net pair --stats "$out.json"
expect_status $? 0 "4 PEs with an ITS"
for what in LOADED MOVING PLUGGING; do expect_in "$out" "^$what $sum"; done
[ "$(grep -c "^[A-Z]* $sum" "$out")" -eq 14 ] || fail "a download differs"
expect_in "$out" '^MOVED'
for left in 0,2-3 0-1,3 0-2; do expect_in "$out" "^online $left\$"; done
expect_in "$out" '^PLUGGED 0-3'
expect_in "$out" 'ITS-MSI +[0-9]+ Edge +virtio0-req\.[0-3]'
expect_in "$out" 'ITS-MSI +[0-9]+ Edge +virtio2-input'
! grep -q stay "$out" || fail "something stays after rmmod"
{ tail -c 524288 "$TMP/content" && head -c 524288 "$TMP/content"; } >"$TMP/swapped"
cmp "$TMP/swapped" "$TMP/disk" || fail "the disk is not as it was written"
expect_in "$out" "^AGAIN $(md5sum <"$TMP/swapped" | cut -d ' ' -f 1)"
agree "$out"
[ $FAILED -eq 0 ] || show "$out"

{
    network
    printf 'download LOADED\ncat /proc/interrupts\npoweroff -f\n'
} >"$TMP/short"
make_initrd "$TMP/initrd.pci" "${VIRTIO_PCI[@]}" "${VIRTIO_DEVICES[@]}" <"$TMP/short"
make_initrd "$TMP/initrd.mmio" virtio_mmio "${VIRTIO_DEVICES[@]}" <"$TMP/short"

# variant NAME IF ROW OPTION...: the same devices on 2 PEs, and a row that /proc/interrupts has.
variant() {
    local out=$TMP/$1
    linux "$out" --cpus 2 --initrd "$TMP/initrd.$2" --drive "file=$TMP/content,ro,if=$2" \
        --net "pair,if=$2" "${@:4}"
    expect_status $? 0 "$1"
    expect_in "$out" "^LOADED $sum"
    expect_in "$out" "$3"
    [ $FAILED -eq 0 ] || show "$out"
}

# Linux looks for a GICv2m frame where the GIC has no LPIs.
variant v2m pci ' MSI +[0-9]+ Edge +virtio2-input' --set gic.its=0 --set gic.lpi_bits=0 --cpu cortex-a53
variant intx pci 'GICv3 +[0-9]+ Level +virtio2$' --append "$LINUX_QUIET pci=nomsi" \
    --cpu cortex-a72
variant timed pci 'ITS-MSI +[0-9]+ Edge +virtio2-input' --profile gic600
variant mmio mmio 'GICv3 +[0-9]+ Edge +virtio2$' --cpu max
exit $FAILED
