#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A shell of Debian's kernel on the console: what is typed arrives by the UART's interrupt, and a
# restart of the machine by PSCI ends in the same shell. The power key is an input event.

# shellcheck source=testbench/platform/lib.sh
. "$(dirname "$0")/lib.sh"
require_linux

make_initrd "$TMP/initrd" <<'INIT'
echo "INIT-REACHED"
exec setsid cttyhack sh -i
INIT
with_keyboard "$TMP/out" --kernel "$LINUX" --initrd "$TMP/initrd" --ram 256M \
    --append "$LINUX_QUIET" --max-insns 3000000000 --max-time 36000s
type_at "$TMP/out" 1 '/ # ' "echo the answer is \$((6 * 7))"
type_at "$TMP/out" 2 '/ # ' 'grep uart-pl011 /proc/interrupts'
type_at "$TMP/out" 3 '/ # ' 'reboot -f'
type_at "$TMP/out" 4 '/ # ' 'poweroff -f'
wait "$RUN"
expect_status $? 0 "the shell powers the machine off"
exec 3>&-
tr -d '\r' <"$TMP/out" >"$TMP/text"
expect_in "$TMP/text" '^the answer is 42$'
expect_in "$TMP/text" ' +[1-9][0-9]* +GICv3  33 Level +uart-pl011'
expect_in "$TMP/text" 'reboot: Restarting system'
[ "$(grep -c INIT-REACHED "$TMP/text")" -eq 2 ] || fail "the kernel has not started twice"
make_initrd "$TMP/initrd" evdev gpio_keys <<'INIT'
echo "EVENT $(head -c 24 /dev/input/event0 | tail -c 8 | xxd -p)"
poweroff -f
INIT
linux "$TMP/key" --initrd "$TMP/initrd" --power-key 3s
expect_status $? 0 "the key ends what waited for it"
# EV_KEY, KEY_POWER, pressed.
expect_in "$TMP/key" '^EVENT 0100740001000000$'
expect_in "$TMP/key.err" 'INTID 39: [12]  '
[ $FAILED -eq 0 ] || show "$TMP/text"
exit $FAILED
