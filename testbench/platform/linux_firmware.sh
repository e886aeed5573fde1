#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Firmware loads Debian's kernel and an initial RAM disk through fw_cfg: U-Boot by its qfw command,
# EDK2 by itself (the kernel's EFI stub then finds the same interrupt controller in the device tree).

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
require_linux
require_uboot

make_initrd "$TMP/initrd" <<'INIT'
echo "INIT-REACHED $(cat /proc/cmdline)"
dmesg | grep -E 'efi: EFI|ITS@|redistributor'
poweroff -f
INIT

pad='                '
printf '\n%s\n' "${pad}qfw load 42000000 50000000" \
    "${pad}booti 42000000 50000000:\${filesize} \${fdtcontroladdr}" >"$TMP/input"
uboot "$TMP/out" "$TMP/err" --kernel "$LINUX" --initrd "$TMP/initrd" --append 'quiet console=ttyAMA0'
expect_status $? 0 "Linux, loaded by U-Boot, powers off"
expect_in "$TMP/out" '^loading kernel to address 0000000042000000'
expect_in "$TMP/out" '^INIT-REACHED quiet console=ttyAMA0$'
expect_in "$TMP/out" 'ITS@0x0000000008080000: allocated'

UEFI=$("$ROOT/scripts/fetch-guests" --path uefi 2>/dev/null) || UEFI=
if [ -f "$UEFI" ]; then
    timeout 240 "$GICVP" run --bios "$UEFI" --kernel "$LINUX" --initrd "$TMP/initrd" --cpus 2 \
        --append 'quiet console=ttyAMA0' --max-insns 8000000000 --max-time 60s \
        </dev/null >"$TMP/out.raw" 2>"$TMP/err"
    expect_status $? 0 "Linux, loaded by EDK2, powers off"
    tr -d '\r' <"$TMP/out.raw" >"$TMP/out"
    expect_in "$TMP/out" 'INIT-REACHED quiet console=ttyAMA0 initrd=initrd$'
    expect_in "$TMP/out" 'efi: EFI v2\.70 by EDK II'
    expect_in "$TMP/out" 'CPU1: found redistributor 1'
fi
[ $FAILED -eq 0 ] || show "$TMP/out"
exit $FAILED
