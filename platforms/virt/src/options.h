/* SPDX-License-Identifier: Apache-2.0 */
/* Command line of gicvp. */
#ifndef VIRT_OPTIONS_H
#define VIRT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What gicvp was asked to do. */
typedef enum vp_command {
    VP_COMMAND_RUN,
    VP_COMMAND_REGS,
    VP_COMMAND_PARAMS,
    VP_COMMAND_WHY,
    VP_COMMAND_HELP,
    VP_COMMAND_VERSION
} vp_command;

/** Where the UART's bytes go. */
typedef enum vp_uart { VP_UART_STDIO, VP_UART_NULL, VP_UART_FILE } vp_uart;

/** A back-end of a UART. */
typedef struct vp_uart_option {
    vp_uart kind;
    const char *path; /**< FILE: which. */
} vp_uart_option;

/** A moment at which the machine is saved: the first instant between activations at which simulated
 *  time or the instructions of all PEs have come so far. The other one is UINT64_MAX. */
typedef struct vp_save_point {
    uint64_t time_ps;
    uint64_t insns;
    const char *path;
} vp_save_point;

enum {
    VP_MAX_SETS = 64,    /**< --set options of one run. */
    VP_MAX_DEVICES = 32, /**< --device options of one run. */
    VP_MAX_DRIVES = 32,  /**< --drive options of one run, and --net options. */
    VP_MAX_SAVES = 16,   /**< --save-at options of one run. */
    VP_MAX_SYMBOLS = 16  /**< --symbols options of one run. */
};

/** A text log of what happens. */
typedef struct vp_log_option {
    bool on;
    const char *path;   /**< NULL: standard error. */
    uint64_t max_lines; /**< 0: a million. */
} vp_log_option;

/** The parsed command line; strings point into argv. */
typedef struct vp_options {
    vp_command command;
    bool gicv2; /**< --gic v2; otherwise a GICv3. */
    const char *cpu;
    uint32_t cpus;
    uint64_t ram;
    const char *bios, *kernel, *initrd, *append, *elf;
    const char *guest_kernel, *guest_initrd, *guest_append; /**< For a hypervisor. */
    bool secure, virtualization;
    const char *profile;
    const char *set[VP_MAX_SETS];
    unsigned num_sets;
    const char *device[VP_MAX_DEVICES]; /**< See plug.h. */
    unsigned num_devices;
    const char *drive[VP_MAX_DRIVES]; /**< See plug_virtio.h. */
    unsigned num_drives;
    const char *net[VP_MAX_DRIVES];
    unsigned num_nets;
    uint64_t max_insns;    /**< UINT64_MAX: no bound. */
    uint64_t max_time_ps;  /**< UINT64_MAX: no bound. */
    uint64_t power_key_ps; /**< When the power key is pressed; UINT64_MAX: never. */
    uint64_t max_wall_us;  /**< Time of the host; UINT64_MAX: no bound. */
    vp_uart_option uart, secure_uart;
    vp_save_point save[VP_MAX_SAVES];
    unsigned num_saves;
    const char *restore;
    const char *dump_dtb, *stats, *stamps, *trace_json, *vcd;
    vp_log_option trace_irq;
    bool latency; /**< The summary has latencies. */
    const char *symbols[VP_MAX_SYMBOLS];
    unsigned num_symbols;
    const char *profile_guest; /**< NULL: no profile; "-": standard output. */
    uint64_t profile_insns;    /**< Instructions of a PE from sample to sample. */
    uint16_t gdb_port;         /**< 0: no debugger server. */
    bool wait_gdb, json;
    bool reverse_pes;    /**< Build the PEs in reverse order (a test of determinism). */
    uint64_t quantum_ps; /**< 0: chosen by the platform. */
    const char *filter;  /**< regs, params: what to list; NULL: everything. */
    uint32_t why_intid;  /**< why: the INTID ... */
    uint32_t why_pe;     /**< ... and the PE. */
} vp_options;

/** Whether the options want interrupts recorded. */
bool vp_options_record(const vp_options *options);

/** Parses the command line. @return false with the message in `error`. */
bool vp_options_parse(vp_options *options, int argc, char **argv, vp_error *error);

/** Prints the text of `gicvp --help`. */
void vp_options_help(FILE *out);

/** Where the bytes of a console go: "stdio", "null" or "file:PATH"; `name` is the option. */
bool vp_parse_uart(vp_uart_option *uart, const char *name, const char *value, vp_error *error);

/** "4K", "512M", "2G" or a plain number of bytes. */
bool vp_parse_size(const char *text, uint64_t *bytes);

/** "10ms", "1s", "500us", "20ns", "100ps". */
bool vp_parse_time(const char *text, uint64_t *ps);

/** A whole decimal or 0x number and nothing else. */
bool vp_parse_number(const char *text, uint64_t *number);

#ifdef __cplusplus
}
#endif

#endif
