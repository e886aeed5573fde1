/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "plug_reader.h"

#define VP_DEFAULT_RAM (UINT64_C(512) << 20)

/* A prime, so that samples do not keep step with loops of the guest. */
enum { DEFAULT_PROFILE_INSNS = 10007, LEAST_PROFILE_INSNS = 100 };

bool vp_parse_number(const char *text, uint64_t *number)
{
    char *end;

    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    *number = strtoull(text, &end, 0);
    return errno == 0 && *end == '\0';
}

/* A number with one of the suffixes; `scale[n]` belongs to the n-th suffix. */
static bool parse_scaled(const char *text, const char *const *suffix, const uint64_t *scale,
                         unsigned suffixes, uint64_t *value)
{
    char *end;
    uint64_t number;

    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    number = strtoull(text, &end, 0);
    if (errno != 0)
        return false;
    for (unsigned n = 0; n < suffixes; n++)
        if (strcmp(end, suffix[n]) == 0) {
            if (number > UINT64_MAX / scale[n])
                return false;
            *value = number * scale[n];
            return true;
        }
    return false;
}

bool vp_parse_size(const char *text, uint64_t *bytes)
{
    static const char *const suffix[] = {"", "K", "M", "G"};
    static const uint64_t scale[] = {1, UINT64_C(1) << 10, UINT64_C(1) << 20, UINT64_C(1) << 30};

    return parse_scaled(text, suffix, scale, 4, bytes);
}

bool vp_parse_time(const char *text, uint64_t *ps)
{
    static const char *const suffix[] = {"ps", "ns", "us", "ms", "s"};
    static const uint64_t scale[] = {1, UINT64_C(1000), UINT64_C(1000000), UINT64_C(1000000000),
                                     UINT64_C(1000000000000)};

    return parse_scaled(text, suffix, scale, 5, ps);
}

/* ---------------------------------------------------------------- the options of `run` */

static bool option_gic(vp_options *o, const char *value, vp_error *error)
{
    o->gicv2 = strcmp(value, "v2") == 0;
    if (o->gicv2 || strcmp(value, "v3") == 0)
        return true;
    if (strcmp(value, "v4") == 0)
        return vp_fail(error, "--gic v4: this version models GICv2 and GICv3; use --gic v2 or v3");
    return vp_fail(error, "--gic %s: no such GIC version; use --gic v2 or v3", value);
}

static bool option_cpus(vp_options *o, const char *value, vp_error *error)
{
    uint64_t number;

    if (!vp_parse_number(value, &number) || number == 0)
        return vp_fail(error, "--cpus %s: not a number of PEs; give 1 to %d", value, VP_MAX_CPUS);
    if (number > VP_MAX_CPUS)
        return vp_fail(error,
                       "--cpus %s: the memory map holds the Redistributors of %d PEs at most",
                       value, VP_MAX_CPUS);
    o->cpus = (uint32_t)number;
    return true;
}

static bool option_ram(vp_options *o, const char *value, vp_error *error)
{
    const uint64_t least = UINT64_C(16) << 20;

    if (!vp_parse_size(value, &o->ram) || o->ram < least || o->ram > VP_RAM_SIZE ||
        o->ram % 4096 != 0)
        return vp_fail(error, "--ram %s: not a size of RAM; give 16M to 255G, a multiple of 4K",
                       value);
    return true;
}

static bool option_set(vp_options *o, const char *value, vp_error *error)
{
    if (strchr(value, '=') == NULL)
        return vp_fail(error, "--set %s: no '='; give KEY=VALUE (see 'gicvp params')", value);
    if (o->num_sets == VP_MAX_SETS)
        return vp_fail(error, "--set %s: more than %d overrides; put them into a profile file",
                       value, VP_MAX_SETS);
    o->set[o->num_sets++] = value;
    return true;
}

static bool option_device(vp_options *o, const char *value, vp_error *error)
{
    if (o->num_devices == VP_MAX_DEVICES)
        return vp_fail(error, "--device %s: more than %d of these options; use count=N", value,
                       VP_MAX_DEVICES);
    o->device[o->num_devices++] = value;
    return true;
}

static bool option_drive(vp_options *o, const char *value, vp_error *error)
{
    if (o->num_drives == VP_MAX_DRIVES)
        return vp_fail(error, "--drive %s: more than %d drives; give fewer", value, VP_MAX_DRIVES);
    o->drive[o->num_drives++] = value;
    return true;
}

static bool option_net(vp_options *o, const char *value, vp_error *error)
{
    if (o->num_nets == VP_MAX_DRIVES)
        return vp_fail(error, "--net %s: more than %d networks; give fewer", value, VP_MAX_DRIVES);
    o->net[o->num_nets++] = value;
    return true;
}

static bool option_max_insns(vp_options *o, const char *value, vp_error *error)
{
    if (!vp_parse_number(value, &o->max_insns) || o->max_insns == 0)
        return vp_fail(error, "--max-insns %s: not a number of instructions; give 1 or more",
                       value);
    return true;
}

static bool option_max_time(vp_options *o, const char *value, vp_error *error)
{
    if (!vp_parse_time(value, &o->max_time_ps) || o->max_time_ps == 0)
        return vp_fail(error, "--max-time %s: not a time; give a number with s, ms, us, ns or ps",
                       value);
    return true;
}

static bool option_power_key(vp_options *o, const char *value, vp_error *error)
{
    if (!vp_parse_time(value, &o->power_key_ps) || o->power_key_ps == 0)
        return vp_fail(error, "--power-key %s: not a simulated time; give one as 2s", value);
    return true;
}

static bool option_max_wall(vp_options *o, const char *value, vp_error *error)
{
    const uint64_t ps_per_us = 1000000, least = 1000;
    uint64_t ps;

    if (!vp_parse_time(value, &ps) || ps / ps_per_us < least)
        return vp_fail(error, "--max-wall %s: not a time of the host; give 1ms or more, as 60s",
                       value);
    o->max_wall_us = ps / ps_per_us;
    return true;
}

/* irq[,max=LINES][,to=FILE] */
static bool option_trace(vp_options *o, const char *value, vp_error *error)
{
    plug_reader r = {.option = "--trace", .text = value};
    bool good = true;

    if (!plug_name_is(value, "irq"))
        return vp_fail(error, "--trace %s: no such trace; give irq[,max=LINES][,to=FILE]", value);
    while (good && plug_next_key(&r, "to")) {
        if (plug_key_is(&r, "max"))
            good = plug_read_number(&r, 1, UINT32_MAX, &o->trace_irq.max_lines, error);
        else if (plug_key_is(&r, "to") && r.value_length != 0)
            o->trace_irq.path = r.value;
        else
            good = vp_fail(error, "--trace %s: no such key; give max=LINES or to=FILE", value);
    }
    o->trace_irq.on = true;
    return good;
}

static bool option_symbols(vp_options *o, const char *value, vp_error *error)
{
    if (value[0] == '\0')
        return vp_fail(error, "--symbols: its value is empty");
    if (o->num_symbols == VP_MAX_SYMBOLS)
        return vp_fail(error, "--symbols %s: more than %d files; give fewer", value,
                       VP_MAX_SYMBOLS);
    o->symbols[o->num_symbols++] = value;
    return true;
}

static bool option_profile_insns(vp_options *o, const char *value, vp_error *error)
{
    if (!vp_parse_number(value, &o->profile_insns) || o->profile_insns < LEAST_PROFILE_INSNS)
        return vp_fail(error,
                       "--profile-insns %s: not a number of instructions between samples; give "
                       "%d or more",
                       value, LEAST_PROFILE_INSNS);
    return true;
}

static bool option_quantum(vp_options *o, const char *value, vp_error *error)
{
    if (!vp_parse_time(value, &o->quantum_ps) || o->quantum_ps == 0)
        return vp_fail(error, "--quantum %s: not a time; give a number with s, ms, us, ns or ps",
                       value);
    return true;
}

bool vp_parse_uart(vp_uart_option *uart, const char *name, const char *value, vp_error *error)
{
    if (strcmp(value, "stdio") == 0) {
        uart->kind = VP_UART_STDIO;
    } else if (strcmp(value, "null") == 0) {
        uart->kind = VP_UART_NULL;
    } else if (strncmp(value, "file:", 5) == 0 && value[5] != '\0') {
        uart->kind = VP_UART_FILE;
        uart->path = value + 5;
    } else {
        return vp_fail(error, "%s %s: no such back-end; give stdio, null or file:PATH", name,
                       value);
    }
    return true;
}

static bool option_uart(vp_options *o, const char *value, vp_error *error)
{
    return vp_parse_uart(&o->uart, "--uart", value, error);
}

static bool option_secure_uart(vp_options *o, const char *value, vp_error *error)
{
    return vp_parse_uart(&o->secure_uart, "--secure-uart", value, error);
}

/* TIME or insns:N. */
static bool parse_moment(const char *text, vp_save_point *point)
{
    if (strncmp(text, "insns:", 6) == 0)
        return vp_parse_number(text + 6, &point->insns) && point->insns != 0;
    return vp_parse_time(text, &point->time_ps) && point->time_ps != 0;
}

static bool option_save_at(vp_options *o, const char *value, vp_error *error)
{
    const char *equals = strchr(value, '=');
    const size_t length = equals != NULL ? (size_t)(equals - value) : 0;
    vp_save_point point = {UINT64_MAX, UINT64_MAX, NULL};
    char moment[48];

    if (o->num_saves == VP_MAX_SAVES)
        return vp_fail(error, "--save-at %s: more than %d moments; give fewer", value,
                       VP_MAX_SAVES);
    if (length == 0 || length >= sizeof moment || equals[1] == '\0')
        return vp_fail(error, "--save-at %s: give WHEN=FILE with WHEN a time or insns:N", value);
    memcpy(moment, value, length);
    moment[length] = '\0';
    if (!parse_moment(moment, &point))
        return vp_fail(error,
                       "--save-at %s: not a moment; give a time with s, ms, us, ns or ps, or "
                       "insns:N",
                       value);
    point.path = equals + 1;
    o->save[o->num_saves++] = point;
    return true;
}

static bool option_gdb(vp_options *o, const char *value, vp_error *error)
{
    uint64_t number;

    if (!vp_parse_number(value, &number) || number == 0 || number > UINT16_MAX)
        return vp_fail(error, "--gdb %s: not a TCP port; give 1 to 65535", value);
    o->gdb_port = (uint16_t)number;
    return true;
}

/* A row: a flag sets `flag`, a text option sets `text`, the others are parsed by `parse`. */
typedef struct option_row {
    const char *name;
    bool (*parse)(vp_options *, const char *, vp_error *);
    size_t text;
    size_t flag;
    bool may_be_empty; /* a text that says something empty, too */
} option_row;

#define TEXT(member)    NULL, offsetof(vp_options, member) + 1, 0, false
#define WORDS(member)   NULL, offsetof(vp_options, member) + 1, 0, true
#define FLAG(member)    NULL, 0, offsetof(vp_options, member) + 1, false
#define PARSE(function) function, 0, 0, false

static const option_row option_rows[] = {
    {"--gic", PARSE(option_gic)},
    {"--cpu", TEXT(cpu)},
    {"--cpus", PARSE(option_cpus)},
    {"--ram", PARSE(option_ram)},
    {"--bios", TEXT(bios)},
    {"--kernel", TEXT(kernel)},
    {"--initrd", TEXT(initrd)},
    {"--append", WORDS(append)},
    {"--elf", TEXT(elf)},
    {"--guest-kernel", TEXT(guest_kernel)},
    {"--guest-initrd", TEXT(guest_initrd)},
    {"--guest-append", WORDS(guest_append)},
    {"--secure", FLAG(secure)},
    {"--virtualization", FLAG(virtualization)},
    {"--profile", TEXT(profile)},
    {"--set", PARSE(option_set)},
    {"--device", PARSE(option_device)},
    {"--drive", PARSE(option_drive)},
    {"--net", PARSE(option_net)},
    {"--max-insns", PARSE(option_max_insns)},
    {"--max-time", PARSE(option_max_time)},
    {"--max-wall", PARSE(option_max_wall)},
    {"--power-key", PARSE(option_power_key)},
    {"--quantum", PARSE(option_quantum)},
    {"--uart", PARSE(option_uart)},
    {"--secure-uart", PARSE(option_secure_uart)},
    {"--save-at", PARSE(option_save_at)},
    {"--restore", TEXT(restore)},
    {"--dump-dtb", TEXT(dump_dtb)},
    {"--stats", TEXT(stats)},
    {"--stamps", TEXT(stamps)},
    {"--trace-json", TEXT(trace_json)},
    {"--vcd", TEXT(vcd)},
    {"--trace", PARSE(option_trace)},
    {"--latency", FLAG(latency)},
    {"--symbols", PARSE(option_symbols)},
    {"--profile-guest", TEXT(profile_guest)},
    {"--profile-insns", PARSE(option_profile_insns)},
    {"--gdb", PARSE(option_gdb)},
    {"--wait-gdb", FLAG(wait_gdb)},
    {"--json", FLAG(json)},
    {"--reverse-pes", FLAG(reverse_pes)},
};

#undef TEXT
#undef FLAG
#undef PARSE

static const option_row *find_option(const char *name, size_t length)
{
    for (size_t n = 0; n < sizeof option_rows / sizeof option_rows[0]; n++)
        if (strlen(option_rows[n].name) == length &&
            strncmp(option_rows[n].name, name, length) == 0)
            return &option_rows[n];
    return NULL;
}

static bool apply_option(vp_options *o, const option_row *row, const char *value, vp_error *error)
{
    if (row->parse != NULL)
        return row->parse(o, value, error);
    if (value[0] == '\0' && !row->may_be_empty)
        return vp_fail(error, "%s: its value is empty", row->name);
    memcpy((char *)o + row->text - 1, &value, sizeof value);
    return true;
}

/* One option at argv[*at], with its value there after '=' or in the next word. */
static bool parse_option(vp_options *o, int argc, char **argv, int *at, vp_error *error)
{
    const char *word = argv[*at];
    const char *equals = strchr(word, '=');
    const size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const option_row *row = find_option(word, length);

    if (row == NULL)
        return vp_fail(error, "%s: no such option; see 'gicvp --help'", word);
    if (row->flag != 0) {
        if (equals != NULL)
            return vp_fail(error, "%s: this option takes no value", row->name);
        *((bool *)((char *)o + row->flag - 1)) = true;
        return true;
    }
    if (equals != NULL)
        return apply_option(o, row, equals + 1, error);
    if (*at + 1 >= argc)
        return vp_fail(error, "%s: its value is missing; see 'gicvp --help'", row->name);
    *at += 1;
    return apply_option(o, row, argv[*at], error);
}

/* What a hypervisor is given for its first guest. */
static bool check_guest(const vp_options *o, vp_error *error)
{
    if (o->guest_kernel != NULL && (o->kernel == NULL || o->bios != NULL))
        return vp_fail(error, "--guest-kernel: needs a hypervisor; give it as --kernel FILE, "
                              "without --bios");
    if (o->guest_initrd != NULL && o->guest_kernel == NULL)
        return vp_fail(error, "--guest-initrd: needs a kernel; give --guest-kernel FILE as well");
    if (o->guest_append != NULL && o->guest_kernel == NULL)
        return vp_fail(error, "--guest-append: needs a kernel; give --guest-kernel FILE as well");
    return true;
}

/* What a GICv2 has no room for, and what is not part of this one. */
static bool check_gicv2(const vp_options *o, vp_error *error)
{
    if (o->cpus > VP_GICV2_MAX_CPUS)
        return vp_fail(error, "--cpus %u: a GICv2 has %d CPU interfaces at most; use --gic v3",
                       (unsigned)o->cpus, VP_GICV2_MAX_CPUS);
    return true;
}

static bool check_run(const vp_options *o, vp_error *error)
{
    if (o->gicv2 && !check_gicv2(o, error))
        return false;
    if (o->bios == NULL && o->kernel == NULL && o->elf == NULL && o->dump_dtb == NULL &&
        o->command == VP_COMMAND_RUN)
        return vp_fail(error, "nothing to run; give --bios, --kernel or --elf FILE");
    if (o->elf != NULL && (o->bios != NULL || o->kernel != NULL))
        return vp_fail(error, "--elf: excludes --bios and --kernel; give one of them");
    if (o->initrd != NULL && o->kernel == NULL)
        return vp_fail(error, "--initrd: needs a kernel; give --kernel FILE as well");
    if (o->append != NULL && o->kernel == NULL && o->elf == NULL)
        return vp_fail(error, "--append: needs a kernel; give --kernel or --elf FILE as well");
    if (!check_guest(o, error))
        return false;
    if (o->secure_uart.kind != VP_UART_NULL && !o->secure)
        return vp_fail(error, "--secure-uart: there is no Secure UART; give --secure as well");
    for (unsigned n = 0; n < o->num_nets; n++)
        if (strncmp(o->net[n], "user", 4) == 0 && (o->num_saves != 0 || o->restore != NULL))
            return vp_fail(
                error,
                "--net %s: what the network knows is not in a checkpoint; use loopback or "
                "pair",
                o->net[n]);
    if (o->wait_gdb && o->gdb_port == 0)
        return vp_fail(error, "--wait-gdb: nothing to wait for; give --gdb PORT as well");
    return true;
}

/* INTID or INTID@PE. */
static bool parse_why(vp_options *o, const char *word, vp_error *error)
{
    char text[32];
    char *at;
    uint64_t intid, pe = 0;

    if (strlen(word) >= sizeof text)
        return vp_fail(error, "why %s: not an INTID; give INTID or INTID@PE", word);
    memcpy(text, word, strlen(word) + 1);
    at = strchr(text, '@');
    if (at != NULL)
        *at = '\0';
    if (!vp_parse_number(text, &intid) || intid > UINT32_MAX ||
        (at != NULL && (!vp_parse_number(at + 1, &pe) || pe >= VP_MAX_CPUS)))
        return vp_fail(error, "why %s: not an INTID; give INTID or INTID@PE", word);
    o->why_intid = (uint32_t)intid;
    o->why_pe = (uint32_t)pe;
    return true;
}

/* The words of a subcommand that are no options. */
static bool parse_operand(vp_options *o, const char *word, unsigned index, vp_error *error)
{
    if (o->command == VP_COMMAND_WHY && index == 0)
        return parse_why(o, word, error);
    if ((o->command == VP_COMMAND_REGS || o->command == VP_COMMAND_PARAMS) && index == 0) {
        o->filter = word;
        return true;
    }
    return vp_fail(error, "%s: unexpected; options begin with -- (see 'gicvp --help')", word);
}

static bool parse_command(vp_options *o, const char *word, vp_error *error)
{
    static const struct {
        const char *word;
        vp_command command;
    } table[] = {
        {"run", VP_COMMAND_RUN},   {"regs", VP_COMMAND_REGS},         {"params", VP_COMMAND_PARAMS},
        {"why", VP_COMMAND_WHY},   {"--help", VP_COMMAND_HELP},       {"-h", VP_COMMAND_HELP},
        {"help", VP_COMMAND_HELP}, {"--version", VP_COMMAND_VERSION},
    };

    for (size_t n = 0; n < sizeof table / sizeof table[0]; n++)
        if (strcmp(word, table[n].word) == 0) {
            o->command = table[n].command;
            return true;
        }
    return vp_fail(error, "%s: no such command; give run, regs, params, why, --help or --version",
                   word);
}

static bool parse_words(vp_options *o, int argc, char **argv, vp_error *error)
{
    unsigned operands = 0;

    for (int at = 2; at < argc; at++) {
        if (strcmp(argv[at], "--help") == 0) {
            o->command = VP_COMMAND_HELP;
            return true;
        }
        if (argv[at][0] == '-') {
            if (!parse_option(o, argc, argv, &at, error))
                return false;
        } else if (!parse_operand(o, argv[at], operands++, error)) {
            return false;
        }
    }
    if (o->command == VP_COMMAND_WHY && operands == 0)
        return vp_fail(error, "why: its INTID is missing; give INTID or INTID@PE");
    return true;
}

bool vp_options_record(const vp_options *o)
{
    return o->stats != NULL || o->stamps != NULL || o->trace_json != NULL || o->vcd != NULL ||
           o->trace_irq.on || o->latency;
}

bool vp_options_parse(vp_options *options, int argc, char **argv, vp_error *error)
{
    memset(options, 0, sizeof *options);
    options->cpu = "cortex-a57";
    options->cpus = 1;
    options->ram = VP_DEFAULT_RAM;
    options->max_insns = UINT64_MAX;
    options->max_time_ps = UINT64_MAX;
    options->max_wall_us = UINT64_MAX;
    options->power_key_ps = UINT64_MAX;
    options->profile_insns = DEFAULT_PROFILE_INSNS;
    options->secure_uart.kind = VP_UART_NULL;
    if (argc < 2)
        return vp_fail(error, "no command; give run, regs, params, why, --help or --version");
    if (!parse_command(options, argv[1], error) || !parse_words(options, argc, argv, error))
        return false;
    if (options->command != VP_COMMAND_RUN && options->command != VP_COMMAND_WHY)
        return true;
    if (options->command == VP_COMMAND_WHY && options->why_pe >= options->cpus)
        return vp_fail(error, "why %u@%u: no such PE; this platform has PEs 0 to %u",
                       options->why_intid, options->why_pe, options->cpus - 1);
    return check_run(options, error);
}
