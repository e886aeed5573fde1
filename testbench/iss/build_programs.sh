#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build_programs.sh CC SOURCE IMAGE HEADER: assembles the guest programs of the tests at 0x40000000
# and writes the addresses of their global symbols as constants PROG_<symbol>.
set -eu
cc=$1 source=$2 image=$3 header=$4
tools=${cc%gcc}
elf=$image.elf
"$cc" -nostdlib -static -Wl,-Ttext=0x40000000,--build-id=none,-N,--no-warn-rwx-segments -o "$elf" "$source"
"${tools}objcopy" -O binary "$elf" "$image"
{
    echo '/* Made from the symbol table; do not edit. */'
    "${tools}nm" "$elf" | awk '$2 == "T" && $3 !~ /^_/ {
        printf "static const uint64_t PROG_%s __attribute__((unused)) = 0x%s;\n", $3, $1
    }'
} >"$header"
