#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gicdiff itself: bad usage, the same program from the same seed, and that it finds, and makes small,
# a difference that is there. The other machine is gicvp again, with one answer changed or none.
#
# Usage: tool.sh BUILD-DIRECTORY

set -euo pipefail
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    printf 'tool.sh: %s\n' "$*" >&2
    exit 1
}

# expect STATUS ARGUMENT...
expect() {
    local want=$1 status=0
    shift
    timeout 300 "$build/tools/gicdiff" "$@" >"$work/out" 2>"$work/err" || status=$?
    [ $status -eq "$want" ] || { cat "$work/out" "$work/err" >&2; fail "gicdiff $*: status $status, not $want"; }
}

# other NAME SED-SCRIPT: a machine that is gicvp with its log edited.
other() {
    cat >"$work/$1" <<OTHER
#!/usr/bin/env bash
options=()
gicv2=(--set gic.priority_bits=8 --set gic.preemption_bits=7)
for word in "\$@"; do
    case \$word in
    *gic-version=2*) options+=(--gic v2 "\${gicv2[@]}") ;;
    *secure=on*) options+=(--secure) ;;
    *virtualization=on*) options+=(--virtualization) ;;
    esac
    [ "\${last:-}" != -smp ] || options+=(--cpus "\$word")
    last=\$word
done
[[ \${options[*]} = *v2* ]] || for key in one_of_n mbis dpg lpi_inv_register its_umsi its_seis; do
    options+=(--set "gic.\$key=0")
done
"$build/bin/gicvp" run "\${options[@]}" --ram 128M --elf "\$last" | sed -E '$2'
OTHER
    chmod +x "$work/$1"
}

# The list of defects and the faults in the sources: every one of the list is there, and every peer-*
# of the sources is in the list.
root=$(cd "$(dirname "$0")/../.." && pwd)
awk -F'|' '/^[[:space:]]*(#|$)/ { next } { gsub(/[ \t]+$/, "", $1); print $1 }' \
    "$root/testbench/differential/faults" | sort >"$work/listed"
grep -rhoE 'GIC_FAULT\("[^"]*"\)' "$root/models" | sed 's/.*("\(.*\)")/\1/' | sort -u >"$work/seeded"
[ -z "$(uniq -d "$work/listed")" ] || fail "twice in the list: $(uniq -d "$work/listed")"
[ -z "$(comm -23 "$work/listed" "$work/seeded")" ] ||
    fail "in the list, not in the sources: $(comm -23 "$work/listed" "$work/seeded")"
[ -z "$(grep '^peer-' "$work/seeded" | comm -13 "$work/listed" -)" ] ||
    fail "in the sources, not in the list: $(grep '^peer-' "$work/seeded" | comm -13 "$work/listed" -)"

expect 2
expect 2 --seeds 5..1
expect 2 --seeds x
expect 2 --jobs 0
expect 2 --what
expect 2 --print
"$build/tools/gicdiff" --print 7 >"$work/first"
"$build/tools/gicdiff" --print 7 >"$work/second"
cmp -s "$work/first" "$work/second" || fail "one seed, two programs"
[ "$(wc -l <"$work/first")" -ge 100 ] || fail "a program of fewer than 100 steps"

machines=(--gicvp "$build/bin/gicvp" --firmware "$build/firmware/differential.elf")
other same ''
expect 0 "${machines[@]}" --qemu "$work/same" --seeds 1..3 --json "$work/json"
grep -q '"equal": 3' "$work/json" || fail "not 3 of 3 programs equal to themselves"

# The running priority after a read that gives 0xf8, as ICC_PMR often does, is what none can be.
other changed 's/^(s [0-9a-f]+ [0-9a-f]+ 0 f8 .*) [0-9a-f]+$/\1 11/'
expect 1 "${machines[@]}" --qemu "$work/changed" --seeds 1..12 --shrink 1 --keep "$work/kept"
grep -q '^>> ' "$work/out" || fail "no step is marked"
grep -q 'RPR: [0-9a-f]* by gicvp, 11 by qemu' "$work/out" ||
    fail "the planted difference is not the one that is shown"
[ "$(grep -c '^ *[0-9]* *PE' "$work/out")" -le 6 ] || fail "the program has not been made small"
ls "$work"/kept/seed-*.elf >/dev/null || fail "nothing kept"

other silent '/^end/d'
expect 1 "${machines[@]}" --qemu "$work/silent" --seeds 1 --shrink 0
