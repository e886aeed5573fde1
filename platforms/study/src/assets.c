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

EMBED(latency_html, "/report/latency.html");
EMBED(lpi_html, "/report/lpi.html");
EMBED(storm_html, "/report/storm.html");
EMBED(virt_html, "/report/virt.html");
EMBED(css, "/report/report.css");
EMBED(kit_js, "/report/kit.js");
EMBED(latency_js, "/report/latency.js");
EMBED(lpi_js, "/report/lpi.js");
EMBED(storm_js, "/report/storm.js");
EMBED(virt_js, "/report/virt.js");
EMBED(uplot_js, "/vendor/uplot/uPlot.iife.min.js");
EMBED(uplot_css, "/vendor/uplot/uPlot.min.css");
EMBED(uplot_licence, "/vendor/uplot/LICENSE");
