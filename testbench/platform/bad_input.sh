#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Bad usage and input: one line that names the thing and what would be right, exit status 2.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"

# refused NAMES ADVISES OPTION...
refused() {
    local names=$1 advises=$2 status
    shift 2
    timeout 60 "$GICVP" "$@" >"$TMP/out" 2>"$TMP/err" </dev/null
    status=$?
    expect_status $status 2 "gicvp $*"
    [ "$(wc -l <"$TMP/err")" -eq 1 ] || {
        fail "not one line for: gicvp $*"
        show "$TMP/err"
    }
    [ ! -s "$TMP/out" ] || fail "output for: gicvp $*"
    grep -qF -- "$names" "$TMP/err" || fail "'$names' is not named by: $(cat "$TMP/err")"
    grep -qF -- "$advises" "$TMP/err" || fail "'$advises' is not advised by: $(cat "$TMP/err")"
}

printf 'MZ not an image at all, but long enough to have a header of sixty-four bytes\n' >"$TMP/noise"
: >"$TMP/empty"
head -c 70000000 /dev/zero >"$TMP/big"
printf 'nonsense.key = 3\n' >"$TMP/bad.profile"
printf '\037\213\010\000' >"$TMP/gz"
printf 'hello\n' >"$TMP/text"
printf '0000000000000000 T _text\n' >"$TMP/hidden"
# The header of an arm64 Image: text_offset, image_size, flags, magic.
image() {
    head -c 8 /dev/zero
    printf '%b%b%b' "$1" "$2" "$3"
    head -c 24 /dev/zero
    printf 'ARM\144\000\000\000\000'
}
zero='\000\000\000\000\000\000\000\000'
image "$zero" '\000\000\001\000\000\000\000\000' "$zero" >"$TMP/image"
image "$zero" '\000\000\000\020\000\000\000\000' "$zero" >"$TMP/large"
image '\377\377\377\377\377\377\377\377' "$zero" "$zero" >"$TMP/nowhere"
image "$zero" "$zero" '\001\000\000\000\000\000\000\000' >"$TMP/be"

refused 'no command' 'run'
refused '--wrong' '--help' run --wrong
refused 'v4' '--gic v2 or v3' run --gic v4 --elf "$TMP/noise"
refused 'v1' '--gic v2 or v3' run --gic v1 --elf "$TMP/noise"
refused '--cpus 9' '--gic v3' run --gic v2 --cpus 9 --elf "$TMP/noise"
refused 'gicv2' 'LPIs' run --gic v2 --set gic.lpi_bits=16 --bios "$TMP/noise"
refused 'gicv2' 'extended' run --gic v2 --set gic.espis=32 --bios "$TMP/noise"
refused '513' '512' run --cpus 513 --elf "$TMP/noise"
refused '/nonexistent' 'exists' run --bios /nonexistent
refused 'empty' 'image' run --bios "$TMP/empty"
refused 'noise' 'AArch64' run --elf "$TMP/noise"
refused 'noise' 'arm64 Image' run --kernel "$TMP/noise"
refused 'gz' 'gunzip' run --kernel "$TMP/gz"
refused 'be' 'little-endian' run --kernel "$TMP/be"
refused 'large' '--ram' run --kernel "$TMP/large" --ram 64M
refused 'nowhere' 'text_offset' run --kernel "$TMP/nowhere"
refused '/nonexistent/i' 'exists' run --kernel "$TMP/image" --initrd /nonexistent/i
refused 'initrd' 'image' run --kernel "$TMP/image" --initrd "$TMP/empty"
refused 'big' '--ram' run --kernel "$TMP/image" --initrd "$TMP/big" --ram 64M
refused '--guest-kernel' '--kernel FILE' run --elf "$TMP/noise" --guest-kernel "$TMP/image"
refused '--guest-initrd' '--guest-kernel FILE' run --kernel "$TMP/image" --guest-initrd "$TMP/noise"
refused '--guest-append' '--guest-kernel FILE' run --kernel "$TMP/image" --guest-append x
refused '/nonexistent/g' 'exists' run --kernel "$TMP/image" --guest-kernel /nonexistent/g
refused 'big' '--ram' run --kernel "$TMP/image" --guest-kernel "$TMP/big" --ram 64M
refused '/nonexistent/m' 'exists' run --bios "$TMP/noise" --symbols /nonexistent/m
refused "$TMP" 'regular file' run --bios "$TMP/noise" --symbols "$TMP"
refused 'empty' 'empty' run --bios "$TMP/noise" --symbols "$TMP/empty"
refused 'text' 'System.map' run --bios "$TMP/noise" --symbols "$TMP/text"
refused 'hidden' 'root' run --bios "$TMP/noise" --symbols "$TMP/hidden"
refused 'gicvp' 'AArch64' run --bios "$TMP/noise" --symbols "$GICVP"
refused '/nonexistent/l' 'written' run --bios "$TMP/noise" --trace irq,to=/nonexistent/l
refused '/nonexistent/p' 'written' run --bios "$TMP/noise" --profile-guest /nonexistent/p
refused 'big' '64 MiB' run --bios "$TMP/big"
refused 'pentium' 'cortex-a57' run --cpu pentium --bios "$TMP/noise"
refused 'nonsense.key' 'bad.profile' run --profile "$TMP/bad.profile" --bios "$TMP/noise"
refused 'absent' 'profile' run --profile absent --bios "$TMP/noise"
refused 'no.such.key' 'key' run --set no.such.key=1 --bios "$TMP/noise"
refused 'gic.spis=33' '32 to 988' run --set gic.spis=33 --bios "$TMP/noise"
refused 'gic.nothing' 'gicvp params' run --set gic.nothing=1 --bios "$TMP/noise"
refused 'gic.nmi' 'max has' run --set gic.nmi=1 --cpu cortex-a72 --bios "$TMP/noise"
refused 'floppy' 'tgen, console, rng, v2m or pcie' run --device floppy --bios "$TMP/noise"
refused 'vectors' '1 to 2048' run --device tgen,vectors=2049 --bios "$TMP/noise"
refused 'speed' 'vectors, count or trace' run --device tgen,speed=1 --bios "$TMP/noise"
refused 'room' '248' run --device tgen,count=248 --device tgen --bios "$TMP/noise"
refused '/nonexistent/t' 'exists' run --device tgen,trace=/nonexistent/t --bios "$TMP/noise"
refused 'empty' 'image' run --device tgen,trace="$TMP/empty" --bios "$TMP/noise"
refused 'noise:1' 'TIME_NS VECTOR' run --device tgen,trace="$TMP/noise" --bios "$TMP/noise"
refused 'v2m,base=300' '287' run --device v2m,base=300 --bios "$TMP/noise"
refused 'base' '32 to 1019' run --device v2m,base=5 --bios "$TMP/noise"
refused 'size' 'base or spis' run --device v2m,size=5 --bios "$TMP/noise"
refused 'nonexistent' 'exists' run --drive file=/nonexistent/d --bios "$TMP/noise"
refused 'noise' 'whole sectors' run --drive "file=$TMP/noise" --bios "$TMP/noise"
refused "$TMP" 'disk image' run --drive "file=$TMP" --bios "$TMP/noise"
refused "$TMP" 'disk image' run --drive "file=$TMP,ro" --bios "$TMP/noise"
refused 'sata' 'if=pci or if=mmio' run --drive "file=$TMP/big,if=sata" --bios "$TMP/noise"
refused 'ro' 'file=PATH' run --drive ro --bios "$TMP/noise"
refused 'queues' '1 to 16' run --drive "file=$TMP/big,queues=17" --bios "$TMP/noise"
refused 'bridge' 'loopback, pair or user' run --net bridge --bios "$TMP/noise"
refused 'mac' '52:54:00:12:34:56' run --net loopback,mac=53:54:00:12:34:56 --bios "$TMP/noise"
refused 'seed' '18446744073709551615' run --device rng,seed=-1 --bios "$TMP/noise"
refused 'floppy' 'stdio, null or file:PATH' run --device console,to=floppy --bios "$TMP/noise"
pairs=()
for _ in 1 2 3 4 5 6 7 8 9; do pairs+=(--net "pair,if=mmio"); done
refused 'mmio' 'gic.spis=64' run "${pairs[@]}" --set gic.spis=32 --bios "$TMP/noise"
refused 'virtio.latency' '0 to 1s' run --set virtio.latency=2s --bios "$TMP/noise"
# A file that not even root may write.
if [ -f /sys/kernel/notes ]; then
    refused '/sys/kernel/notes' ',ro' run --drive file=/sys/kernel/notes --bios "$TMP/noise"
fi
if [ "$(id -u)" -ne 0 ]; then
    chmod a-w "$TMP/big"
    refused 'big' ',ro' run --drive "file=$TMP/big" --bios "$TMP/noise"
fi
refused '/nonexistent/x' 'written' run --bios "$TMP/noise" --dump-dtb /nonexistent/x
refused '/nonexistent/u' 'written' run --bios "$TMP/noise" --uart file:/nonexistent/u
refused '/nonexistent/s' '' run --bios "$TMP/noise" --uart null --stats /nonexistent/s
refused 'NOSUCH' 'gicvp regs' regs NOSUCH
refused 'nosuch' 'gicvp params' params nosuch
exit $FAILED
