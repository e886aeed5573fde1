/* SPDX-License-Identifier: Apache-2.0 */
#include "gdb.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GDB_SIGINT = 2,
    GDB_SIGTRAP = 5,
    GDB_MEMORY = GDB_PACKET / 2 - 16,
    GDB_TEXT = 6000,
    GDB_XML = 8192
};

static const char gdb_target_xml[] =
    "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\">"
    "<target version=\"1.0\"><architecture>aarch64</architecture>"
    "<feature name=\"org.gnu.gdb.aarch64.core\">";

/* The views of a vector register, under the names that GDB itself gives them. */
static const char gdb_vector_xml[] =
    "<feature name=\"org.gnu.gdb.aarch64.fpu\">"
    "<vector id=\"v2d\" type=\"ieee_double\" count=\"2\"/>"
    "<vector id=\"v2u\" type=\"uint64\" count=\"2\"/>"
    "<vector id=\"v2i\" type=\"int64\" count=\"2\"/>"
    "<vector id=\"v4f\" type=\"ieee_single\" count=\"4\"/>"
    "<vector id=\"v4u\" type=\"uint32\" count=\"4\"/>"
    "<vector id=\"v4i\" type=\"int32\" count=\"4\"/>"
    "<vector id=\"v8u\" type=\"uint16\" count=\"8\"/>"
    "<vector id=\"v8i\" type=\"int16\" count=\"8\"/>"
    "<vector id=\"v16u\" type=\"uint8\" count=\"16\"/>"
    "<vector id=\"v16i\" type=\"int8\" count=\"16\"/>"
    "<vector id=\"v1u\" type=\"uint128\" count=\"1\"/>"
    "<vector id=\"v1i\" type=\"int128\" count=\"1\"/>"
    "<union id=\"vnd\"><field name=\"f\" type=\"v2d\"/><field name=\"u\" type=\"v2u\"/>"
    "<field name=\"s\" type=\"v2i\"/></union>"
    "<union id=\"vns\"><field name=\"f\" type=\"v4f\"/><field name=\"u\" type=\"v4u\"/>"
    "<field name=\"s\" type=\"v4i\"/></union>"
    "<union id=\"vnh\"><field name=\"u\" type=\"v8u\"/><field name=\"s\" type=\"v8i\"/></union>"
    "<union id=\"vnb\"><field name=\"u\" type=\"v16u\"/><field name=\"s\" type=\"v16i\"/></union>"
    "<union id=\"vnq\"><field name=\"u\" type=\"v1u\"/><field name=\"s\" type=\"v1i\"/></union>"
    "<union id=\"aarch64v\"><field name=\"d\" type=\"vnd\"/><field name=\"s\" type=\"vns\"/>"
    "<field name=\"h\" type=\"vnh\"/><field name=\"b\" type=\"vnb\"/>"
    "<field name=\"q\" type=\"vnq\"/></union>";

/* ---------------------------------------------------------------- answers */

static void gdb_answer(gdb_server *g, const char *text)
{
    gdb_link_send(&g->link, text, strlen(text));
}

static void gdb_ok(gdb_server *g)
{
    gdb_answer(g, "OK");
}

static void gdb_error(gdb_server *g)
{
    gdb_answer(g, "E01");
}

static void gdb_put_hex(char *out, const uint8_t *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t n = 0; n < length; n++) {
        out[2 * n] = digits[bytes[n] >> 4];
        out[2 * n + 1] = digits[bytes[n] & 15];
    }
    out[2 * length] = '\0';
}

/* Reads pairs of hex digits; how many bytes. */
static size_t gdb_get_hex(const char *text, uint8_t *bytes, size_t room)
{
    size_t n = 0;

    while (n < room && text[2 * n] != '\0' && text[2 * n + 1] != '\0') {
        const char pair[3] = {text[2 * n], text[2 * n + 1], '\0'};
        char *end;

        bytes[n] = (uint8_t)strtoul(pair, &end, 16);
        if (end != pair + 2)
            break;
        n++;
    }
    return n;
}

static unsigned gdb_reg_bytes(unsigned reg)
{
    if (reg >= GDB_REG_V0 && reg < GDB_REG_FPSR)
        return 16;
    return reg == GDB_REG_CPSR || reg >= GDB_REG_FPSR ? 4 : 8;
}

/* ---------------------------------------------------------------- registers and memory */

static size_t gdb_print_reg(gdb_server *g, unsigned reg, char *out)
{
    uint8_t bytes[16];

    for (unsigned half = 0; half < 2 && 8 * half < gdb_reg_bytes(reg); half++) {
        const uint64_t value = g->target.get_reg(g->target.ctx, g->pe, reg, half);

        for (unsigned n = 0; n < 8; n++)
            bytes[8 * half + n] = (uint8_t)(value >> (8 * n));
    }
    gdb_put_hex(out, bytes, gdb_reg_bytes(reg));
    return 2 * gdb_reg_bytes(reg);
}

static const char *gdb_scan_reg(gdb_server *g, unsigned reg, const char *text)
{
    uint8_t bytes[16] = {0};

    if (gdb_get_hex(text, bytes, gdb_reg_bytes(reg)) != gdb_reg_bytes(reg))
        return NULL;
    for (unsigned half = 0; half < 2 && 8 * half < gdb_reg_bytes(reg); half++) {
        uint64_t value = 0;

        for (unsigned n = 0; n < 8; n++)
            value |= (uint64_t)bytes[8 * half + n] << (8 * n);
        g->target.set_reg(g->target.ctx, g->pe, reg, half, value);
    }
    return text + 2 * gdb_reg_bytes(reg);
}

static void gdb_read_regs(gdb_server *g)
{
    char out[GDB_REGS * 32 + 1];
    size_t n = 0;

    for (unsigned reg = 0; reg < GDB_REGS; reg++)
        n += gdb_print_reg(g, reg, out + n);
    gdb_answer(g, out);
}

static void gdb_write_regs(gdb_server *g, const char *text)
{
    for (unsigned reg = 0; reg < GDB_REGS && text != NULL; reg++)
        text = gdb_scan_reg(g, reg, text);
    if (text != NULL)
        gdb_ok(g);
    else
        gdb_error(g);
}

static void gdb_read_reg(gdb_server *g, const char *text)
{
    const unsigned long reg = strtoul(text, NULL, 16);
    char out[33];

    if (reg >= GDB_REGS) {
        gdb_error(g);
        return;
    }
    (void)gdb_print_reg(g, (unsigned)reg, out);
    gdb_answer(g, out);
}

static void gdb_write_reg(gdb_server *g, const char *text)
{
    char *end;
    const unsigned long reg = strtoul(text, &end, 16);

    if (reg < GDB_REGS && *end == '=' && gdb_scan_reg(g, (unsigned)reg, end + 1) != NULL)
        gdb_ok(g);
    else
        gdb_error(g);
}

/* "ADDRESS,LENGTH" and what follows it. */
static const char *gdb_range(const char *text, uint64_t *address, uint64_t *length)
{
    char *end;

    *address = strtoull(text, &end, 16);
    if (*end != ',')
        return NULL;
    *length = strtoull(end + 1, &end, 16);
    return end;
}

static void gdb_read_memory(gdb_server *g, const char *text)
{
    uint8_t data[GDB_MEMORY];
    char out[2 * GDB_MEMORY + 1];
    uint64_t address, length;
    uint32_t done;

    if (gdb_range(text, &address, &length) == NULL) {
        gdb_error(g);
        return;
    }
    if (length > sizeof data)
        length = sizeof data;
    done = g->target.read(g->target.ctx, g->pe, address, data, (uint32_t)length);
    if (done == 0 && length != 0) {
        gdb_error(g);
        return;
    }
    gdb_put_hex(out, data, done);
    gdb_answer(g, out);
}

static void gdb_finish_write(gdb_server *g, uint64_t address, const uint8_t *data, uint64_t length)
{
    if (g->target.write(g->target.ctx, g->pe, address, data, (uint32_t)length) == length)
        gdb_ok(g);
    else
        gdb_error(g);
}

static void gdb_write_memory(gdb_server *g, const char *text)
{
    uint8_t data[GDB_MEMORY];
    uint64_t address, length;
    const char *rest = gdb_range(text, &address, &length);

    if (rest == NULL || *rest != ':' || length > sizeof data ||
        gdb_get_hex(rest + 1, data, length) != length)
        gdb_error(g);
    else
        gdb_finish_write(g, address, data, length);
}

/* The same with the bytes as they are; the link has taken the escapes out. */
static void gdb_write_binary(gdb_server *g, const char *text)
{
    const char *packet_end = g->link.packet + g->link.length;
    uint64_t address, length;
    const char *rest = gdb_range(text, &address, &length);

    if (rest == NULL || *rest != ':' || (uint64_t)(packet_end - rest - 1) < length)
        gdb_error(g);
    else
        gdb_finish_write(g, address, (const uint8_t *)rest + 1, length);
}

/* ---------------------------------------------------------------- breakpoints */

static bool gdb_change_point(gdb_server *g, char type, uint64_t address, uint64_t length, bool add)
{
    switch (type) {
    case '0':
    case '1':
        return g->target.breakpoint(g->target.ctx, address, add);
    case '2':
        return g->target.watchpoint(g->target.ctx, address, length, false, true, add);
    case '3':
        return g->target.watchpoint(g->target.ctx, address, length, true, false, add);
    default:
        return g->target.watchpoint(g->target.ctx, address, length, true, true, add);
    }
}

/* "TYPE,ADDRESS,KIND" */
static void gdb_point(gdb_server *g, const char *text, bool add)
{
    uint64_t address, length;

    if (text[0] < '0' || text[0] > '4' || text[1] != ',') {
        gdb_answer(g, "");
        return;
    }
    if (gdb_range(text + 2, &address, &length) != NULL &&
        gdb_change_point(g, text[0], address, length, add))
        gdb_ok(g);
    else
        gdb_error(g);
}

/* ---------------------------------------------------------------- threads */

/* A thread number (hex, from 1) as PE; 0 and -1 (any, all) are the present one. */
static bool gdb_thread(const gdb_server *g, const char *text, unsigned *pe)
{
    const long id = strtol(text, NULL, 16);

    if (id > (long)g->target.pes)
        return false;
    *pe = id <= 0 ? g->pe : (unsigned)id - 1;
    return true;
}

static void gdb_select(gdb_server *g, const char *text)
{
    unsigned pe;

    if (!gdb_thread(g, text + 1, &pe)) {
        gdb_error(g);
        return;
    }
    if (text[0] == 'g')
        g->pe = pe;
    gdb_ok(g);
}

static void gdb_list_threads(gdb_server *g)
{
    char out[8 * 512 + 16] = "m";
    size_t n = 1;

    for (unsigned pe = 0; pe < g->target.pes; pe++)
        n += (size_t)snprintf(out + n, sizeof out - n, pe == 0 ? "%x" : ",%x", pe + 1);
    gdb_answer(g, out);
}

static void gdb_thread_info(gdb_server *g, const char *text)
{
    char line[128], out[257];
    unsigned pe;

    if (!gdb_thread(g, text, &pe)) {
        gdb_error(g);
        return;
    }
    g->target.describe(g->target.ctx, pe, line, sizeof line);
    gdb_put_hex(out, (const uint8_t *)line, strlen(line));
    gdb_answer(g, out);
}

/* ---------------------------------------------------------------- queries */

static size_t gdb_build_xml(char *out, size_t size)
{
    size_t n = (size_t)snprintf(out, size, "%s", gdb_target_xml);

    for (unsigned reg = 0; reg < 31; reg++)
        n += (size_t)snprintf(out + n, size - n, "<reg name=\"x%u\" bitsize=\"64\"/>", reg);
    n += (size_t)snprintf(out + n, size - n,
                          "<reg name=\"sp\" bitsize=\"64\" type=\"data_ptr\"/>"
                          "<reg name=\"pc\" bitsize=\"64\" type=\"code_ptr\"/>"
                          "<reg name=\"cpsr\" bitsize=\"32\"/></feature>%s",
                          gdb_vector_xml);
    for (unsigned reg = 0; reg < 32; reg++)
        n += (size_t)snprintf(out + n, size - n,
                              "<reg name=\"v%u\" bitsize=\"128\" type=\"aarch64v\"/>", reg);
    n += (size_t)snprintf(out + n, size - n,
                          "<reg name=\"fpsr\" bitsize=\"32\"/>"
                          "<reg name=\"fpcr\" bitsize=\"32\"/></feature></target>");
    return n;
}

/* "OFFSET,LENGTH" of target.xml. */
static void gdb_send_xml(gdb_server *g, const char *text)
{
    char xml[GDB_XML], out[GDB_XML + 1];
    const size_t size = gdb_build_xml(xml, sizeof xml);
    uint64_t offset, length;

    if (gdb_range(text, &offset, &length) == NULL || offset > size) {
        gdb_error(g);
        return;
    }
    if (length > size - offset)
        length = size - offset;
    out[0] = offset + length == size ? 'l' : 'm';
    memcpy(out + 1, xml + offset, length);
    gdb_link_send(&g->link, out, length + 1);
}

static void gdb_monitor(gdb_server *g, const char *hex)
{
    char command[256], text[GDB_TEXT], out[2 * GDB_TEXT + 1];
    const size_t length = gdb_get_hex(hex, (uint8_t *)command, sizeof command - 1);

    command[length] = '\0';
    text[0] = '\0';
    g->target.monitor(g->target.ctx, g->pe, command, text, sizeof text);
    gdb_put_hex(out, (const uint8_t *)text, strlen(text));
    gdb_answer(g, out[0] != '\0' ? out : "OK");
}

static const char *gdb_after(const char *packet, const char *prefix)
{
    const size_t length = strlen(prefix);

    return strncmp(packet, prefix, length) == 0 ? packet + length : NULL;
}

static void gdb_query(gdb_server *g, const char *packet)
{
    const char *rest;

    if (gdb_after(packet, "qSupported") != NULL) {
        gdb_answer(g, "PacketSize=3f00;qXfer:features:read+;QStartNoAckMode+;vContSupported+;"
                      "swbreak+;hwbreak+");
    } else if ((rest = gdb_after(packet, "qXfer:features:read:target.xml:")) != NULL) {
        gdb_send_xml(g, rest);
    } else if (gdb_after(packet, "qfThreadInfo") != NULL) {
        gdb_list_threads(g);
    } else if (gdb_after(packet, "qsThreadInfo") != NULL) {
        gdb_answer(g, "l");
    } else if ((rest = gdb_after(packet, "qThreadExtraInfo,")) != NULL) {
        gdb_thread_info(g, rest);
    } else if ((rest = gdb_after(packet, "qRcmd,")) != NULL) {
        gdb_monitor(g, rest);
    } else if (gdb_after(packet, "qAttached") != NULL) {
        gdb_answer(g, "1");
    } else if (strcmp(packet, "qC") == 0) {
        char out[16];

        (void)snprintf(out, sizeof out, "QC%x", g->pe + 1);
        gdb_answer(g, out);
    } else {
        gdb_answer(g, "");
    }
}

/* ---------------------------------------------------------------- resuming */

/* "vCont;ACTION[:THREAD]...": the first action that is a step decides. */
static bool gdb_vcont(gdb_server *g, const char *text, gdb_resume *resume)
{
    bool others = false;

    *resume = GDB_RESUME_CONTINUE;
    while (*text == ';') {
        const char action = text[1];
        const char *colon = text + 2;
        unsigned pe = g->pe;

        text = colon + strcspn(colon, ";");
        colon += strcspn(colon, ":;");
        if (*colon == ':' && !gdb_thread(g, colon + 1, &pe))
            return false;
        if ((action == 's' || action == 'S') && *resume != GDB_RESUME_STEP) {
            *resume = GDB_RESUME_STEP;
            g->step_pe = pe;
        } else if (action == 'c' || action == 'C') {
            others = true;
        }
    }
    g->step_alone = !others;
    return true;
}

static void gdb_no_ack(gdb_server *g)
{
    gdb_ok(g);
    g->link.no_ack = true;
}

/* Packets that end the stop. @return whether `packet` was one. */
static bool gdb_resuming(gdb_server *g, const char *packet, gdb_resume *resume)
{
    switch (packet[0]) {
    case 'c':
        *resume = GDB_RESUME_CONTINUE;
        return true;
    case 's':
        *resume = GDB_RESUME_STEP;
        g->step_pe = g->pe;
        g->step_alone = true;
        return true;
    case 'D':
        gdb_ok(g);
        *resume = GDB_RESUME_DETACH;
        return true;
    case 'k':
        *resume = GDB_RESUME_KILL;
        return true;
    case 'v':
        if (gdb_after(packet, "vKill") != NULL) {
            gdb_ok(g);
            *resume = GDB_RESUME_KILL;
            return true;
        }
        return gdb_after(packet, "vCont;") != NULL && gdb_vcont(g, packet + 5, resume);
    default:
        return false;
    }
}

static void gdb_command(gdb_server *g, const char *packet)
{
    unsigned pe;

    switch (packet[0]) {
    case '?':
        gdb_answer(g, g->stop);
        break;
    case 'g':
        gdb_read_regs(g);
        break;
    case 'G':
        gdb_write_regs(g, packet + 1);
        break;
    case 'p':
        gdb_read_reg(g, packet + 1);
        break;
    case 'P':
        gdb_write_reg(g, packet + 1);
        break;
    case 'm':
        gdb_read_memory(g, packet + 1);
        break;
    case 'M':
        gdb_write_memory(g, packet + 1);
        break;
    case 'X':
        gdb_write_binary(g, packet + 1);
        break;
    case 'Z':
        gdb_point(g, packet + 1, true);
        break;
    case 'z':
        gdb_point(g, packet + 1, false);
        break;
    case 'H':
        gdb_select(g, packet + 1);
        break;
    case 'T':
        if (gdb_thread(g, packet + 1, &pe))
            gdb_ok(g);
        else
            gdb_error(g);
        break;
    case 'q':
        gdb_query(g, packet);
        break;
    case 'Q':
        if (strcmp(packet, "QStartNoAckMode") == 0)
            gdb_no_ack(g);
        else
            gdb_answer(g, "");
        break;
    case 'v':
        gdb_answer(g, strcmp(packet, "vCont?") == 0 ? "vCont;c;C;s;S" : "");
        break;
    default:
        gdb_answer(g, "");
        break;
    }
}

static void gdb_make_stop(gdb_server *g, bool report, bool watched, uint64_t watch)
{
    const int signal = report ? GDB_SIGTRAP : GDB_SIGINT;

    if (watched)
        (void)snprintf(g->stop, sizeof g->stop, "T%02xwatch:%" PRIx64 ";thread:%x;", signal, watch,
                       g->pe + 1);
    else
        (void)snprintf(g->stop, sizeof g->stop, "T%02xthread:%x;", signal, g->pe + 1);
}

gdb_resume gdb_session(gdb_server *g, unsigned pe, bool report, bool watched, uint64_t watch)
{
    gdb_resume resume = GDB_RESUME_CONTINUE;

    g->pe = pe;
    gdb_make_stop(g, report, watched, watch);
    if (report)
        gdb_answer(g, g->stop);
    while (gdb_link_accept(&g->link, true)) {
        switch (gdb_link_receive(&g->link)) {
        case GDB_INTERRUPT:
            gdb_answer(g, g->stop);
            break;
        case GDB_CLOSED:
            return GDB_RESUME_DETACH;
        default:
            if (gdb_resuming(g, g->link.packet, &resume))
                return resume;
            gdb_command(g, g->link.packet);
            break;
        }
    }
    return GDB_RESUME_DETACH;
}

bool gdb_open(gdb_server *g, const gdb_target *target, uint16_t port, vp_error *error)
{
    memset(g, 0, sizeof *g);
    g->target = *target;
    return gdb_link_open(&g->link, port, error);
}

void gdb_close(gdb_server *g, int status)
{
    char out[8];

    (void)snprintf(out, sizeof out, "W%02x", (unsigned)status & 0xffU);
    gdb_answer(g, out);
    gdb_link_close(&g->link);
}

bool gdb_wants_stop(gdb_server *g)
{
    const bool connected = g->link.peer >= 0;

    if (!gdb_link_accept(&g->link, false))
        return false;
    return !connected || gdb_link_pending(&g->link);
}

void gdb_wait(gdb_server *g)
{
    (void)gdb_link_accept(&g->link, true);
}
