#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian's U-Boot drives virtio disks, by virtio-mmio and by PCIe: it finds them, reads them, and
# writes what is read back the same; a read-only one keeps its content.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
require_uboot

# crc_of FILE: gzip's trailer has it.
crc_of() {
    gzip -1 <"$1" | tail -c 8 | head -c 4 | od -An -tx4 | tr -d ' '
}

seq 1 40000 | head -c 131072 >"$TMP/one"
pad='                '
printf '\n%s\n' "virtio info" "${pad}virtio dev 0" "${pad}virtio read 41000000 0 100" \
    "${pad}crc32 41000000 20000" "${pad}virtio dev 1" "${pad}virtio write 41002000 8 f0" \
    "${pad}virtio read 42000000 0 100" "${pad}crc32 42000000 20000" "${pad}virtio dev 0" \
    "${pad}virtio write 42000000 0 1" "${pad}poweroff" >"$TMP/input"

# disks IF OPTION...: one run, disk 0 read-only.
disks() {
    local if=$1
    shift
    cp "$TMP/one" "$TMP/zero"
    head -c 131072 /dev/zero >"$TMP/two"
    uboot "$TMP/out" "$TMP/err" --drive "file=$TMP/zero,ro,if=$if" \
        --drive "if=$if,file=$TMP/two,queues=2" --stats "$TMP/stats" "$@"
    expect_status $? 0 "U-Boot powers off by PSCI ($if $*)"
    expect_in "$TMP/out" 'Capacity: 0\.1 MB = 0\.0 GB \(256 x 512\)'
    expect_in "$TMP/out" '256 blocks read: OK$'
    expect_in "$TMP/out" "^crc32 for 41000000 \.\.\. 4101ffff ==> $(crc_of "$TMP/one")"
    expect_in "$TMP/out" '240 blocks written: OK$'
    expect_in "$TMP/out" "^crc32 for 42000000 \.\.\. 4201ffff ==> $(crc_of "$TMP/two")"
    expect_in "$TMP/out" 'device 0 block # 0, count 1 \.\.\. .*ERROR'
    cmp -s "$TMP/one" "$TMP/zero" || fail "the read-only disk was written ($if)"
    # Sectors 8 to 247 of the second are those from byte 8192 of the first.
    cmp -s -n 122880 -i 4096:8192 "$TMP/two" "$TMP/one" || fail "not what was written ($if)"
    expect_in "$TMP/stats" '"drive1\.errors": 0'
    grep -qE '"drive1\.requests": [1-9]' "$TMP/stats" || fail "no requests are counted ($if)"
}

disks mmio
disks pci
disks pci --profile gic600 --set virtio.latency=50us

# Saved at moments of the boot, some with a request under way, and restored: the counts of the whole run.
cp "$TMP/stats" "$TMP/whole"
saves=()
for at in 40 60 70 80; do saves+=(--save-at "${at}ms=$TMP/$at.ckpt"); done
disks pci --profile gic600 --set virtio.latency=50us "${saves[@]}"
cmp -s "$TMP/whole" "$TMP/stats" || fail "saving changes the run"
for at in 40 60 70 80; do
    [ -f "$TMP/$at.ckpt" ] || { fail "nothing was saved at $at ms" && continue; }
    cp "$TMP/one" "$TMP/zero"
    uboot "$TMP/out" "$TMP/err" --drive "file=$TMP/zero,ro,if=pci" \
        --drive "if=pci,file=$TMP/two,queues=2" --stats "$TMP/stats" --profile gic600 \
        --set virtio.latency=50us --restore "$TMP/$at.ckpt"
    expect_status $? 0 "restored at $at ms"
    cmp -s "$TMP/whole" "$TMP/stats" || fail "restored at $at ms: other counts"
done
head -c 512 /dev/zero >"$TMP/small"
uboot "$TMP/out" "$TMP/err" --drive "file=$TMP/small,ro,if=pci" --drive "file=$TMP/two,queues=2" \
    --stats "$TMP/stats" --profile gic600 --set virtio.latency=50us --restore "$TMP/40.ckpt"
expect_status $? 2 "another disk"
expect_in "$TMP/err" "virtio device 0: it was saved with"
exit $FAILED
