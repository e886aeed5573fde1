#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Traffic generators on PCIe: every arrival is taken by firmware, whatever way its interrupt goes;
# the same bytes with PEs in reverse order and after a restore.
# Usage: msi.sh GICVP FIRMWARE-DIRECTORY

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
GICTLM_FIRMWARE_DIR=${2:-}
require_firmware msi.elf

# all_taken OUT GENERATORS ARRIVALS
all_taken() {
    local n
    expect_in "$1" '^PASSED'
    for n in $(seq 0 $(($2 - 1))); do
        expect_in "$1" "^tgen $n: arrivals $3 .*taken $3.?$"
    done
}

for profile in "" "--profile gic600"; do
    for way in its v2m spi intx; do
        # shellcheck disable=SC2086 # the profile is two words or none
        run_firmware "$TMP/$way" --device tgen,vectors=32,count=3 --append "msi=$way count=40" $profile
        expect_status $? 0 "msi=$way $profile"
        all_taken "$TMP/$way" 3 40
    done
    expect_in "$TMP/v2m" '^masked: held 1 merged 4 taken 1'
    expect_in "$TMP/v2m" '^pci 00:0\.0 vendor a64c device 1 '
done
run_firmware "$TMP/mapped" --device tgen --device pcie,base=0x8000,mask=0xf8 --append \
    "msi=its count=40 devbase=0x8000 devmask=0xf8"
expect_status $? 1 "DeviceIDs beyond the table of the firmware"
run_firmware "$TMP/mapped" --device tgen,count=3 --device pcie,base=0x1000,mask=0xf8 --append \
    "msi=its count=40 devbase=0x1000 devmask=0xf8"
expect_status $? 0 "moved DeviceIDs"
all_taken "$TMP/mapped" 3 40
run_firmware "$TMP/secure" --device tgen --append "msi=v2m count=40" --secure
expect_status $? 0 "with EL3"
all_taken "$TMP/secure" 1 40
for kind in 1 2 3; do
    run_firmware "$TMP/kind" --device tgen --append "msi=v2m kind=$kind count=100 period=20000" \
        --profile gic600
    expect_status $? 0 "kind $kind"
done
run_firmware "$TMP/moved" --device tgen --device v2m,base=90,spis=20 --append "msi=v2m count=40"
expect_status $? 1 "INTID 80 is not in the frame any more: nothing is taken"
expect_in "$TMP/moved" '^FAILED'

# A trace: three arrivals, the last long after the others.
printf '# ns vector\n0 0\n1500.5 7\n400000 3\n' >"$TMP/trace"
run_firmware "$TMP/traced" --device "tgen,vectors=8,trace=$TMP/trace" --append "msi=v2m kind=4 count=3"
expect_status $? 0 "a trace"
expect_in "$TMP/traced" '^tgen 0: arrivals 3 sent 3 taken 3'

# The same bytes, with and without a checkpoint on the way, whatever is under way then.
common=(--device "tgen,count=3" --append "msi=its count=30 period=2000" --profile gic600 --cpus 2)
saves=()
# Some of them between the moment a message is sent and its arrival at the ITS, and while it is translated.
moments="627490 627498 627504 628660 628668 628671 640000 655000 680170 733790"
for at in $moments; do
    saves+=(--save-at "${at}ns=$TMP/at$at")
done
run_firmware "$TMP/whole" "${common[@]}" --stats "$TMP/whole.json" "${saves[@]}"
expect_status $? 0 "the whole run"
run_firmware "$TMP/reverse" "${common[@]}" --stats "$TMP/reverse.json" --reverse-pes
cmp "$TMP/whole" "$TMP/reverse" || fail "the order of the PEs matters"
cmp "$TMP/whole.json" "$TMP/reverse.json" || fail "the order of the PEs matters"
for at in $moments; do
    run_firmware "$TMP/rest" "${common[@]}" --stats "$TMP/rest.json" --restore "$TMP/at$at"
    expect_status $? 0 "restored at $at ns"
    cmp "$TMP/whole.json" "$TMP/rest.json" || fail "another run when restored at $at ns"
done
# More in one instant than the ITS has room for: writers wait inside the GIC, at its own time.
require_firmware lpi.elf
run_firmware "$TMP/burst" --device tgen,vectors=1024 --profile gic600 --stats "$TMP/burst.json" \
    --append "source=msi events=128 burst=64 samples=64"
expect_status $? 0 "bursts that fill the queue of the ITS"
expect_in "$TMP/burst.json" '"violations": 0,'
expect_in "$TMP/burst.json" '"its0\.queue_full": [1-9]'
require_firmware msi.elf

sed 's/400000/400001/' "$TMP/trace" >"$TMP/trace2"
traced=(--append "msi=v2m kind=4 count=3" --max-time 300us)
run_firmware "$TMP/x" --device "tgen,vectors=8,trace=$TMP/trace" "${traced[@]}" --save-at "250us=$TMP/t"
cp "$TMP/trace2" "$TMP/trace"
run_firmware "$TMP/x" --device "tgen,vectors=8,trace=$TMP/trace" "${traced[@]}" --restore "$TMP/t"
expect_status $? 2 "another trace under the same name"
exit $FAILED
