#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Opens the report of each study in headless Chromium, wide and on a phone's width, light and dark: no console
# errors, every figure drawn, nothing wider than the window, nothing fetched from elsewhere.

# shellcheck source=testbench/study/lib.sh
. "$(dirname "$0")/lib.sh"

browser=$(command -v chromium) || skip "no chromium; run scripts/setup report"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# The page with two scripts of ours around it: the first notes errors, the last tells the parent
# what the page says of itself. It is looked at in a frame, because a window has a least width.
head='<script>window.testErrors = [];
addEventListener("error", (e) => testErrors.push(e.message));
addEventListener("unhandledrejection", (e) => testErrors.push(String(e.reason)));
for (const level of ["error", "warn"]) console[level] = (...a) => testErrors.push(a.join(" "));
</script>'
tail='<script>addEventListener("load", () => setTimeout(() => {
  const root = document.documentElement, report = window.gictlmReport || {};
  const blank = [...document.querySelectorAll("canvas")].filter((c) => {
    const pixels = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
    return c.width === 0 || pixels.every((v) => v === 0);
  }).length;
  parent.postMessage(" figures=" + report.figures + " drawn=" + report.drawn +
    " blank=" + blank + " width=" + innerWidth +
    " overflow=" + (root.scrollWidth - root.clientWidth) +
    " dark=" + Number(matchMedia("(prefers-color-scheme: dark)").matches) +
    " resources=" + performance.getEntriesByType("resource").length +
    " errors=" + testErrors.length + " " + testErrors.join("; "), "*");
}, 300));</script>'
# look WIDTH FLAG...: what the page says of itself.
look() {
    local width=$1
    shift
    cat >"$out/frame.html" <<END
<!doctype html><title>frame</title>
<iframe src="page.html" width="$width" height="1200" frameborder="0"></iframe>
<script>addEventListener("message", (e) => document.body.append("RESULT" + e.data));</script>
END
    timeout 80 "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
        --disable-background-networking --disable-component-update --disable-sync \
        --user-data-dir="$(mktemp -d "$out/profile.XXXX")" --window-size=1400,1300 \
        --enable-logging=stderr --virtual-time-budget=8000 "$@" --dump-dom \
        "file://$out/frame.html" 2>"$out/log" >"$out/dom" || fail "the browser: status $?"
    ! grep -q 'CONSOLE' "$out/log" || fail "console: $(grep -m1 CONSOLE "$out/log")"
    grep -o 'RESULT figures=[^<]*' "$out/dom" | tail -n 1
}

value() {
    printf '%s\n' "$1" | sed -n "s/.* $2=\(-\{0,1\}[0-9]*\).*/\1/p"
}

# check WIDTH DARK FLAG...
check() {
    local width=$1 dark=$2 result
    shift 2
    result=$(look "$width" "$@")
    echo "$width $* $result"
    [ -n "$result" ] || fail "the page says nothing of itself"
    [ "$(value "$result" errors)" = 0 ] || fail "script errors"
    [ "$(value "$result" figures)" -ge "$least" ] || fail "too few figures"
    [ "$(value "$result" figures)" = "$(value "$result" drawn)" ] || fail "not every figure is drawn"
    [ "$(value "$result" blank)" = 0 ] || fail "a canvas is blank"
    [ "$(value "$result" width)" = "$width" ] || fail "the frame is not $width wide"
    [ "$(value "$result" dark)" = "$dark" ] || fail "the colour scheme is not the one asked for"
    [ "$(value "$result" overflow)" -le 0 ] || fail "wider than the window"
    [ "$(value "$result" resources)" = 0 ] || fail "it fetches something"
}

# report DIRECTORY LEAST-FIGURES
report() {
    local report=$1/report.html
    least=$2
    [ -s "$report" ] || fail "$report is missing"
    {
        awk -v text="$head" '{ print } /<head>/ { print text }' "$report"
        printf '%s\n' "$tail"
    } >"$out/page.html"
    check 1280 0 --blink-settings=preferredColorScheme=1
    check 390 0 --blink-settings=preferredColorScheme=1
    check 1280 1 --blink-settings=preferredColorScheme=0
    ! grep -qE '(src|href)="(https?:)?//' "$report" || fail "a link to an external resource"
}

report "$RESULTS" 20
report "$RESULTS-lpi" 8
report "$RESULTS-storm" 3
report "$RESULTS-virt" 3
