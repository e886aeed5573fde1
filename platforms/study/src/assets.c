/* SPDX-License-Identifier: Apache-2.0 */
/* The report's parts, taken into the program as they are. STUDY_DIR is the room's directory. */
#include "assets.h"

#define EMBED(symbol, path)                     \
    __asm__(".section .rodata\n"                \
            ".global study_asset_" #symbol "\n" \
            "study_asset_" #symbol ":\n"        \
            ".incbin \"" STUDY_DIR path "\"\n"  \
            ".byte 0\n"                         \
            ".previous\n")

EMBED(html, "/report/report.html");
EMBED(css, "/report/report.css");
EMBED(js, "/report/report.js");
EMBED(uplot_js, "/vendor/uplot/uPlot.iife.min.js");
EMBED(uplot_css, "/vendor/uplot/uPlot.min.css");
EMBED(uplot_licence, "/vendor/uplot/LICENSE");
