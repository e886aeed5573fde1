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

EMBED(frame_html, "/report/frame.html");
EMBED(latency_page, "/report/latency.page");
EMBED(lpi_page, "/report/lpi.page");
EMBED(storm_page, "/report/storm.page");
EMBED(virt_page, "/report/virt.page");
EMBED(css, "/report/report.css");
EMBED(kit_js, "/report/kit.js");
EMBED(latency_js, "/report/latency.js");
EMBED(lpi_js, "/report/lpi.js");
EMBED(storm_js, "/report/storm.js");
EMBED(virt_js, "/report/virt.js");
EMBED(uplot_js, "/vendor/uplot/uPlot.iife.min.js");
EMBED(uplot_css, "/vendor/uplot/uPlot.min.css");
EMBED(uplot_licence, "/vendor/uplot/LICENSE");
