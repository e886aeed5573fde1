#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# U-Boot, typed at from a file: what a restored run prints and does is the rest of the whole run, and
# what had been typed before is not typed again.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
require_uboot

# Everything but the speed of the host.
summary() {
    sed '/gicvp: saved at/d; s/, [0-9.]* MIPS//' "$1"
}

printf '\n        crc32 40000000 10000\n        version\n        poweroff\n' >"$TMP/input"
uboot "$TMP/whole" "$TMP/whole.err" --cpus 2 --stats "$TMP/whole.json"
expect_status $? 0 "the whole run"
INSNS=$(sed -n 's/^gicvp: \([0-9]*\) instructions.*/\1/p' "$TMP/whole.err")
SAVES=()
for n in 1 2 3 4 5; do
    SAVES+=(--save-at "insns:$((INSNS * n / 6))=$TMP/$n.ckpt")
done
uboot "$TMP/saving" "$TMP/saving.err" --cpus 2 --stats "$TMP/saving.json" "${SAVES[@]}"
expect_status $? 0 "the run that saves"
for what in raw json; do
    cmp "$TMP/whole.$what" "$TMP/saving.$what" || fail "saving changes $what"
done
summary "$TMP/whole.err" >"$TMP/whole.summary"
for n in 1 2 3 4 5; do
    uboot "$TMP/rest" "$TMP/rest.err" --cpus 2 --stats "$TMP/rest.json" --restore "$TMP/$n.ckpt"
    expect_status $? 0 "restored from moment $n"
    cmp "$TMP/whole.json" "$TMP/rest.json" || fail "the statistics differ from moment $n"
    summary "$TMP/rest.err" >"$TMP/rest.summary"
    cmp "$TMP/whole.summary" "$TMP/rest.summary" || fail "the summary differs from moment $n"
    tail -c "$(wc -c <"$TMP/rest.raw")" "$TMP/whole.raw" | cmp - "$TMP/rest.raw" ||
        fail "the output from moment $n is not the rest of the whole one"
done
[ "$(wc -c <"$TMP/rest.raw")" -lt "$(wc -c <"$TMP/whole.raw")" ] ||
    fail "the last moment is before any output"

# Commands through a pipe are new ones: the restored machine is reset, and boots its image again.
printf '\n' >"$TMP/input"
uboot "$TMP/prompt" "$TMP/prompt.err" --max-insns 90000000 --save-at "80ms=$TMP/prompt.ckpt"
expect_status $? 3 "waiting at the prompt"
printf '        reset\n' | timeout 240 "$GICVP" run --bios "$UBOOT" --max-time 60s \
    --max-insns 400000000 --restore "$TMP/prompt.ckpt" >"$TMP/reset" 2>"$TMP/reset.err"
expect_in "$TMP/reset" 'resetting'
expect_in "$TMP/reset" 'U-Boot 20'
exit $FAILED
