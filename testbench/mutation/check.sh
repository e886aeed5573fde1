#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks the mutator: check.sh PROGRAM. What it makes of a small source, and that its draw is by seed.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mutator=$1

fail() {
    printf 'check: %s\n' "$*" >&2
    exit 1
}

cat >"$work/a.c" <<'END'
struct shape { unsigned bits : 3; };
/* a < b in a comment, and "a < b" in a string, are none */
static const char *text = "1 < 2";
int f(int a, unsigned *p)
{
    if (a < 7 && !GIC_FAULT("X-1"))
        p[0] = (unsigned)-a & 1u;
    return (a + 0x10) << 2;
}
END
cat >"$work/expected" <<'END'
5 return { return 0;
6 condition !(a < 7 && !GIC_FAULT("X-1"))
6 condition 0
6 condition 1
6 constant 8
6 operator <=
6 operator >=
7 constant 0u
7 constant 1
7 constant 2u
7 operator |
7 statement ;
8 constant 0x11
8 constant 3
8 operator -
8 operator >>
END
# The body counts as the line of the function's name: that is the line that runs.
sed -i 's/^5 return/4 return/' "$work/expected"
"$mutator" list "$work/a.c" | cut -f2,5,6 | tr '\t' ' ' | sort >"$work/got"
diff -u <(sort "$work/expected") "$work/got" || fail "other mutants than expected"

"$mutator" apply "$work/a.c" "$(grep -bo 'a < 7' "$work/a.c" | cut -d: -f1)" 5 0 >"$work/b.c"
diff <(sed 's/a < 7/0/' "$work/a.c") "$work/b.c" || fail "the change is not where it should be"

files=(models/gic/src/*.c)
first=$("$mutator" sample 20 1 "${files[@]}")
[ "$(wc -l <<<"$first")" -eq 20 ] || fail "the draw has not as many as asked for"
[ "$first" = "$("$mutator" sample 20 1 "${files[@]}")" ] || fail "a seed gives two draws"
[ "$first" != "$("$mutator" sample 20 2 "${files[@]}")" ] || fail "two seeds give one draw"
[ "$(cut -f1,2 <<<"$first" | sort -u | wc -l)" -eq 20 ] || fail "a line is drawn twice before others"
"$mutator" list /nonexistent 2>/dev/null && fail "a file that is not there is no error"
printf 'the mutator makes what it should\n'
