#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian's arm64 kernel, unmodified, with a busybox init: to user space and power-off on 1 and 4
# PEs; every PE takes its timer and its IPIs, and the model counted what the kernel counted. Built in
# reverse order, and beside a busy loop, the same PEs give the same bytes.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
require_linux

make_initrd "$TMP/initrd" <<'INIT'
echo "INIT-REACHED $(uname -r -m) $(nproc)"
cat /proc/interrupts
poweroff -f
INIT

# boot OUT OPTION...
boot() {
    linux "$1" --initrd "$TMP/initrd" --stats "$1.json" "${@:2}"
    expect_status $? 0 "${*:2}"
}

# row OUT NAME: the counts per PE of a row of /proc/interrupts.
row() {
    awk -v name="$2" '
        /^ +CPU0/ { pes = NF }
        index($0, name) && pes { for (i = 2; i <= pes + 1; i++) print $i; exit }' "$1"
}

all_took() {
    local counts
    counts=$(row "$1" "$2")
    [ "$(wc -l <<<"$counts")" -eq "$3" ] || fail "$2 has no count for each of $3 PEs"
    ! grep -qx 0 <<<"$counts" || fail "a PE took no $2"
}

for pes in 1 4; do
    out=$TMP/linux$pes
    boot "$out" --cpus $pes
    expect_in "$out" "^INIT-REACHED 6\.1\..* aarch64 $pes\$"
    expect_in "$out" 'GICv3  27 Level     arch_timer'
    expect_in "$out" 'reboot: Power down'
    all_took "$out" arch_timer $pes
    [ $pes -eq 1 ] || all_took "$out" 'Function call interrupts' $pes
    kernel=$(row "$out" arch_timer | awk '{ sum += $1 } END { print sum }')
    model=$(sed -n 's/^gicvp: INTID 27: \([0-9]*\).*/\1/p' "$out.err")
    # After the kernel's count was printed there is a moment until it has powered off.
    if [ "$model" -lt "$kernel" ] || [ "$model" -gt $((kernel + 20 * pes)) ]; then
        fail "the model signalled $model timer interrupts, the kernel took $kernel"
    fi
    [ $FAILED -eq 0 ] || show "$out"
done

(while :; do :; done) &
busy=$!
boot "$TMP/again" --cpus 4 --reverse-pes
kill $busy
cmp "$TMP/linux4" "$TMP/again" || fail "another console when the PEs are built in reverse order"
cmp "$TMP/linux4.json" "$TMP/again.json" || fail "other statistics"
exit $FAILED
