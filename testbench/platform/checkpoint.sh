#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A restored run is the rest of the uninterrupted one, byte for byte: UART, traces, and the
# statistics of the whole run. Saving changes nothing. What is no whole checkpoint of this machine is
# refused in one line.
# Usage: checkpoint.sh GICVP FIRMWARE-DIRECTORY

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
GICTLM_FIRMWARE_DIR=${2:-}
require_firmware hello.elf
HELLO=$FIRMWARE
require_firmware latency.elf
LATENCY=$FIRMWARE
require_firmware its.elf
ITS=$FIRMWARE
require_firmware msi.elf
MSI=$FIRMWARE

# Everything but the speed of the host.
summary() {
    sed '/gicvp: saved at/d; s/, [0-9.]* MIPS//' "$1"
}

# go NAME OPTION...: one run with every file that can be written.
go() {
    local name=$1
    shift
    timeout 200 "$GICVP" run --max-insns 100000000 --stats "$TMP/$name.json" \
        --stamps "$TMP/$name.csv" --vcd "$TMP/$name.vcd" --trace-json "$TMP/$name.trace" "$@" \
        <"$INPUT" >"$TMP/$name.out" 2>"$TMP/$name.err"
    echo $? >"$TMP/$name.status"
}

# tail_is WHAT RESTORED WHOLE: the lines of one file are the last ones of the other.
tail_is() {
    local lines
    lines=$(wc -l <"$2")
    tail -n "$lines" "$3" | cmp -s - "$2" || fail "$1 is not the rest of the whole one ($CASE)"
}

# The files of a restored run without what stands at their beginning again: headers, names of
# tracks, levels at the time of saving.
# part WHAT FILE
part() {
    case $1 in
    csv) tail -n +2 "$2" ;;
    trace) sed '1,/traceEvents/d' "$2" | grep -v '"ph": "M"' ;;
    vcd)
        awk '/^\$dumpvars/ { head = 1 } head && /^\$end/ { head = 2; next }
             head == 2 && /^#/ { times++ } times > 1' "$2"
        ;;
    esac
}

# restored POINT OPTION...: the run from $TMP/POINT.ckpt on, against the uninterrupted one.
restored() {
    local point=$1 what
    shift
    CASE="$point of $*"
    go restored --restore "$TMP/$point.ckpt" "$@"
    for what in status json; do
        cmp -s "$TMP/whole.$what" "$TMP/restored.$what" || {
            fail "$what differs ($CASE)"
            diff "$TMP/whole.$what" "$TMP/restored.$what" | head -n 10 >&2
            show "$TMP/restored.err"
        }
    done
    summary "$TMP/whole.err" | grep -v guest: >"$TMP/whole.summary"
    summary "$TMP/restored.err" | grep -v guest: >"$TMP/restored.summary"
    cmp -s "$TMP/whole.summary" "$TMP/restored.summary" || fail "the summary differs ($CASE)"
    tail -c "$(wc -c <"$TMP/restored.out")" "$TMP/whole.out" | cmp -s - "$TMP/restored.out" ||
        fail "the UART's output is not the rest of the whole one ($CASE)"
    for what in csv trace vcd; do
        part "$what" "$TMP/restored.$what" >"$TMP/part"
        grep -v '"ph": "M"' "$TMP/whole.$what" >"$TMP/whole.part"
        tail_is "$what" "$TMP/part" "$TMP/whole.part"
    done
}

# same "POINT WHEN POINT WHEN ..." OPTION...: saves at each moment, restores from each.
same() {
    local points=$1 saves=() point
    shift
    rm -f "$TMP"/*.ckpt
    go whole "$@"
    # shellcheck disable=SC2086
    set -- $points -- "$@"
    while [ "$1" != -- ]; do
        saves+=(--save-at "$2=$TMP/$1.ckpt")
        shift 2
    done
    shift
    go saving "${saves[@]}" "$@"
    for point in status out json csv vcd trace; do
        cmp -s "$TMP/whole.$point" "$TMP/saving.$point" || fail "saving changes $point ($*)"
    done
    # shellcheck disable=SC2086
    set -- $points -- "$@"
    local list=()
    while [ "$1" != -- ]; do
        list+=("$1")
        shift 2
    done
    shift
    for point in "${list[@]}"; do
        [ -f "$TMP/$point.ckpt" ] || {
            fail "nothing was saved at $point of $*"
            continue
        }
        restored "$point" "$@"
    done
}

INPUT=/dev/null
# hello: eight PEs start, exchange SGIs, wait for timers; most of the time all of them sleep.
same "start insns:1 boot 20us asleep 150123457ps sgi 350123456ps sgi2 355001ns" \
    --elf "$HELLO" --cpus 8 --profile gic600
same "asleep 200us sgi 346us later 351us" --elf "$HELLO" --cpus 8 --secure --reverse-pes
# latency: interrupts of every kind; the moments are closer together than a message travels.
same "a 1500000ns b 1500009ns c 1500017ns d 1500026ns e 1500034ns f 1500043ns g 1500052ns" \
    --elf "$LATENCY" --secure --append samples=2 --cpus 2 --profile gic600
same "a 500us b 900us c insns:900000" \
    --elf "$LATENCY" --secure --append samples=2 --cpus 2 --profile a53-gic400
same "a 700us b insns:1000000" --elf "$LATENCY" --secure --append samples=2 --cpus 3

# its, msi: commands in the queue, walks of tables, LPIs in caches and in the pending table.
same "a 300us b 600us c 1000001ns d 1000013ns e 1000027ns f 1000040ns g 1000055ns h 1100us" \
    --elf "$ITS" --cpus 2 --profile gic600
same "a 400us b 1ms c insns:700000" --elf "$ITS" --cpus 2
same "a 300us b 500001ns c 500012ns d 500025ns e 500037ns f 600us" --elf "$MSI" --cpus 2 \
    --device tgen,count=2 --append "msi=its count=20 period=2000" --profile gic600

# Two accesses of one instruction: saved before, between and after them, and while they are on their
# way.
if command -v aarch64-linux-gnu-gcc >/dev/null; then
    aarch64-linux-gnu-gcc -nostdlib -static -Wl,--build-id=none,-Ttext=0x40100000 -o "$TMP/pair" \
        "$(dirname "$0")/pair_access.S" || exit 1
    same "a 20ns b 61ns c 102ns d 143ns e 184ns f 225ns g 266ns h 307ns i 348ns j 389ns k 430ns
          l 471ns m 512ns n 553ns" --elf "$TMP/pair" --profile gic600
    [ "$(cat "$TMP/whole.out")" = LP ] || fail "an access of a pair is made twice, or not at all"
fi

# A checkpoint of a restored run is as good as one of the uninterrupted run.
go whole --elf "$HELLO" --cpus 8 --profile gic600
go saving --save-at "50us=$TMP/first.ckpt" --save-at "350us=$TMP/direct.ckpt" --elf "$HELLO" \
    --cpus 8 --profile gic600
go saving --restore "$TMP/first.ckpt" --save-at "350us=$TMP/second.ckpt" --elf "$HELLO" --cpus 8 \
    --profile gic600
cmp "$TMP/direct.ckpt" "$TMP/second.ckpt" || fail "the same moment makes another file when restored"
restored second --elf "$HELLO" --cpus 8 --profile gic600

# ------------------------------------------------------------------ what is refused

# refused NAMES FILE OPTION...
refused() {
    local names=$1 file=$2 status
    shift 2
    timeout 60 "$GICVP" run --restore "$file" "$@" </dev/null >"$TMP/out" 2>"$TMP/err"
    status=$?
    expect_status $status 2 "--restore $file $*"
    [ "$(wc -l <"$TMP/err")" -eq 1 ] || {
        fail "not one line for: --restore $file $*"
        show "$TMP/err"
    }
    [ ! -s "$TMP/out" ] || fail "output for: --restore $file $*"
    grep -qF -- "$names" "$TMP/err" || fail "'$names' is not named by: $(cat "$TMP/err")"
}

GOOD=$TMP/first.ckpt
hello() {
    local names=$1 file=$2
    shift 2
    refused "$names" "$file" --elf "$HELLO" --cpus 8 --profile gic600 \
        --stats "$TMP/x.json" --stamps "$TMP/x.csv" --vcd "$TMP/x.vcd" \
        --trace-json "$TMP/x.trace" "$@"
}
hello '/nonexistent' /nonexistent
hello 'not a gicvp checkpoint' "$HELLO"
hello 'not a gicvp checkpoint' /dev/null
hello '--cpus' "$GOOD" --cpus 4
hello '--ram' "$GOOD" --ram 64M
hello 'gic.spis' "$GOOD" --set gic.spis=64
hello 'memory.read' "$GOOD" --set memory.read=81ns
hello '--elf' "$GOOD" --elf "$LATENCY"
hello '--secure' "$GOOD" --secure
refused 'another record' "$GOOD" --elf "$HELLO" --cpus 8 --profile gic600
printf 'x' | cat "$GOOD" - >"$TMP/bad"
hello 'extended' "$TMP/bad"
SIZE=$(wc -c <"$GOOD")
# Cut everywhere between the first byte and the last; a changed byte in every part of the file.
for n in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
    at=$((n == 0 ? 0 : n == 15 ? SIZE - 1 : SIZE * n / 15 + 37 * n))
    head -c "$at" "$GOOD" >"$TMP/bad"
    hello '--restore' "$TMP/bad"
    {
        head -c "$at" "$GOOD"
        tail -c "+$((at + 1))" "$GOOD" | head -c 1 | tr '\000-\377' '\001-\377\000'
        tail -c "+$((at + 2))" "$GOOD"
    } >"$TMP/bad"
    [ "$(wc -c <"$TMP/bad")" -eq "$SIZE" ] || fail "the damaged file has another size"
    hello '--restore' "$TMP/bad"
done

# A moment that never comes leaves no file, and says so.
timeout 60 "$GICVP" run --elf "$HELLO" --save-at "10s=$TMP/never.ckpt" </dev/null >"$TMP/out" \
    2>"$TMP/err"
expect_status $? 0 "a moment that never comes"
expect_in "$TMP/err" 'never.ckpt: the run ended before'
if [ -e "$TMP/never.ckpt" ] || [ -e "$TMP/never.ckpt.part" ]; then
    fail "a file is left"
fi
timeout 60 "$GICVP" run --elf "$HELLO" --save-at "1us=/nonexistent/x" </dev/null >"$TMP/out" \
    2>"$TMP/err"
expect_status $? 2 "a file that cannot be written"
expect_in "$TMP/err" '/nonexistent/x: .*written'
exit $FAILED
