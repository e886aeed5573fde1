/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are part of the program, see assets.c. Each ends with a zero byte. */
#ifndef STUDY_ASSETS_H
#define STUDY_ASSETS_H

extern const char study_asset_frame_html[];   /**< report/frame.html: what all reports share */
extern const char study_asset_latency_page[]; /**< report/latency.page */
extern const char study_asset_lpi_page[];
extern const char study_asset_storm_page[];
extern const char study_asset_virt_page[];
extern const char study_asset_css[];    /**< report/report.css */
extern const char study_asset_kit_js[]; /**< report/kit.js: what all reports share */
extern const char study_asset_latency_js[];
extern const char study_asset_lpi_js[];
extern const char study_asset_storm_js[];
extern const char study_asset_virt_js[];
extern const char study_asset_uplot_js[];
extern const char study_asset_uplot_css[];
extern const char study_asset_uplot_licence[];

#endif
