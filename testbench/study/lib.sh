# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the study's tests share; read by them with `.`, not run.

set -euo pipefail

[ $# -eq 1 ] || {
    echo "usage: $0 BUILD-DIRECTORY" >&2
    exit 2
}
# shellcheck disable=SC2034  # for those who read this
{
    BUILD=$1
    STUDY=$BUILD/bin/gictlm-study
    RESULTS=$BUILD/study-test
}

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

skip() {
    echo "skipped: $*" >&2
    exit 77
}
