#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# --kernel on a GIC with two Security states: the kernel starts Non-secure, everything in Group 1.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
for tool in gcc objcopy; do
    command -v aarch64-linux-gnu-$tool >/dev/null || {
        echo "skipped: aarch64-linux-gnu-$tool is not installed"
        exit 77
    }
done

aarch64-linux-gnu-gcc -nostdlib -static -Wl,--build-id=none,-Ttext=0,-e,0 -o "$TMP/elf" \
    "$(dirname "$0")/secure_kernel.S" || exit 1
aarch64-linux-gnu-objcopy -O binary -j .text "$TMP/elf" "$TMP/Image"

for options in "--secure" "--secure --virtualization" "--secure --cpus 130" \
    "--secure --profile gic600"; do
    # shellcheck disable=SC2086
    timeout 100 "$GICVP" run --kernel "$TMP/Image" $options --uart null --max-time 100ms \
        </dev/null >"$TMP/out" 2>"$TMP/err"
    expect_status $? 0 "gicvp run --kernel $options"
    expect_in "$TMP/err" '^gicvp: INTID 27: 1  timer virtual$'
    if grep -q causality "$TMP/err"; then
        fail "causality violations with $options"
    fi
done
exit $FAILED
