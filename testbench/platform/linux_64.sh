#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian's kernel on 64 PEs: every PE comes up and takes its timer and its IPIs, a virtio disk with
# 16 queues is read by each of them, and the MSI-X of every queue arrive by the ITS.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
require_linux

seq 1 200000 | head -c 1048576 >"$TMP/disk"
make_initrd "$TMP/initrd" "${VIRTIO_PCI[@]}" virtio_blk <<'INIT'
echo "INIT-REACHED $(nproc)"
for cpu in $(seq 0 63); do
    # Past the page cache, or the others would find there what the first has read.
    taskset -c $cpu dd if=/dev/vda of=/dev/null bs=64k iflag=direct 2>/dev/null || echo "no dd $cpu"
done
awk '/arch_timer|IPI[01]:|req/ { least = $2; n = 0
    for (i = 2; i <= 65; i++) { n += $i; taken += $i > 0; if ($i < least) least = $i }
    name = $1 ~ /IPI/ ? $1 : $NF
    if (name ~ /req/) { requests += n; queues += n > 0 } else printf "ROW %s sum %d least %d\n", name, n, least }
    END { printf "ROW requests sum %d queues %d\n", requests, queues }' /proc/interrupts
md5sum /dev/vda
poweroff -f
INIT
out=$TMP/linux64
linux "$out" --cpus 64 --ram 1G --initrd "$TMP/initrd" --drive "file=$TMP/disk,ro,queues=16" \
    --stats "$out.json" --max-insns 60000000000 --max-time 300s
expect_status $? 0 "64 PEs"
expect_in "$out" '^INIT-REACHED 64$'
expect_in "$out" 'ROW arch_timer sum [0-9]+ least [1-9]'
expect_in "$out" 'ROW IPI1: sum [0-9]+ least [1-9]'
expect_in "$out" 'ROW requests sum [0-9]+ queues 16'
expect_in "$out" "^$(md5sum <"$TMP/disk" | cut -d ' ' -f 1)"
expect_in "$out.err" 'the guest powered off'
sed 's/^/    /' "$out"
exit $FAILED
