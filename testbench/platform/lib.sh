# SPDX-License-Identifier: Apache-2.0
# Sourced by the platform tests: where things are, and how a check fails.
# shellcheck shell=bash

set -u
GICVP=$1
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
# shellcheck disable=SC2034 # the test's exit status
FAILED=0

fail() {
    echo "FAILED: $*" >&2
    # shellcheck disable=SC2034
    FAILED=1
}

# The lines of a file, for the log of a failed test; never more than fit on a screen.
show() {
    sed 's/^/    /' "$1" | tail -n 60 >&2
}

# expect_in FILE PATTERN: a line of the file matches the extended regular expression.
expect_in() {
    if ! grep -qE -- "$2" "$1"; then
        fail "no line matches '$2' in:"
        show "$1"
    fi
}

expect_status() {
    [ "$1" -eq "$2" ] || fail "exit status is $1 instead of $2: $3"
}

# run_firmware OUT OPTION...: runs the program of require_firmware, bounded; what it says on stderr
# is in OUT.err.
run_firmware() {
    local out=$1
    shift
    timeout 200 "$GICVP" run --elf "$FIRMWARE" --max-time 1s --max-insns 100000000 "$@" \
        >"$out" 2>"$out.err" </dev/null
}

# Path of U-Boot, or the end of the test as skipped.
require_uboot() {
    UBOOT=$("$ROOT/scripts/fetch-guests" --path u-boot 2>/dev/null) || UBOOT=
    if [ -z "$UBOOT" ] || [ ! -f "$UBOOT" ]; then
        echo "skipped: U-Boot is not there; run scripts/fetch-guests u-boot"
        exit 77
    fi
}

# Paths of the kernel and of busybox, or the end of the test as skipped.
require_linux() {
    LINUX=$("$ROOT/scripts/fetch-guests" --path linux 2>/dev/null) || LINUX=
    BUSYBOX=$("$ROOT/scripts/fetch-guests" --path busybox 2>/dev/null) || BUSYBOX=
    if [ ! -f "$LINUX" ] || [ ! -f "$BUSYBOX" ]; then
        echo "skipped: Linux is not there; run scripts/fetch-guests linux busybox"
        exit 77
    fi
}

# make_initrd FILE [MODULE...] <SCRIPT: an initial RAM disk whose init loads the kernel's modules in
# this order and runs the script with busybox.
make_initrd() {
    "$ROOT/scripts/make-initrd" "$@"
}

# Modules for virtio disks and network cards over PCIe, in the order in which they are loaded.
# shellcheck disable=SC2034 # for the tests
VIRTIO_PCI=(virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci)
# shellcheck disable=SC2034
VIRTIO_DEVICES=(virtio_blk failover net_failover virtio_net)

# The kernel's command line: little to say, none of its own tests.
# shellcheck disable=SC2034
LINUX_QUIET="quiet cryptomgr.notests console=ttyAMA0"

# linux OUT OPTION...: boots the kernel, bounded; what gicvp says is in OUT.err.
linux() {
    local out=$1
    shift
    timeout 300 "$GICVP" run --kernel "$LINUX" --ram 256M --max-insns 3000000000 --max-time 60s \
        --append "$LINUX_QUIET" "$@" </dev/null >"$out.raw" 2>"$out.err"
    local status=$?
    tr -d '\r' <"$out.raw" >"$out"
    return $status
}

# with_keyboard OUT OPTION...: runs gicvp in the background, bounded, as process $RUN that
# type_at types to; what it says on stderr is in OUT.err.
with_keyboard() {
    local out=$1
    shift
    mkfifo "$TMP/keys"
    : >"$out"
    timeout 240 "$GICVP" run "$@" <"$TMP/keys" >"$out" 2>"$out.err" &
    RUN=$!
    exec 3>"$TMP/keys"
}

# type_at OUT COUNT PROMPT TEXT: when the prompt is there for the COUNTth time.
type_at() {
    while [ "$(grep -c -- "$3" "$1")" -lt "$2" ] && kill -0 "$RUN" 2>/dev/null; do
        sleep 0.2
    done
    printf '%s\r' "$4" >&3
}

# A program of the firmware room by name, or the end of the test as skipped.
require_firmware() {
    FIRMWARE=${GICTLM_FIRMWARE_DIR:-}/$1
    if [ ! -f "$FIRMWARE" ]; then
        echo "skipped: firmware $1 is not built (no gcc-aarch64-linux-gnu?)"
        exit 77
    fi
}

# U-Boot swallows what is typed ahead while a command prints (it looks for Ctrl-C): commands in
# $TMP/input begin with spaces for it to eat.
# uboot OUT ERR OPTION...: boots U-Boot with $TMP/input typed at its prompt; bounded.
uboot() {
    local out=$1 err=$2
    shift 2
    timeout 240 "$GICVP" run --bios "$UBOOT" --max-insns 3000000000 --max-time 60s "$@" \
        <"$TMP/input" >"$out.raw" 2>"$err"
    local status=$?
    tr -d '\r' <"$out.raw" >"$out"
    return $status
}
