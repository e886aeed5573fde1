// SPDX-License-Identifier: Apache-2.0
// Names of interrupts, the log of events, and the timeline's tracks of devices and ITS.
#include <map>
#include <string>
#include <vector>

#include "gic/outbox.h"
#include "gictime/log.h"
#include "gictime/names.h"
#include "gictime/observer.h"
#include "gictime/trace.h"

#include "json_check.hpp"
#include "text_file.hpp"
#include "gtest/gtest.h"

namespace
{

gic_config two_pes()
{
    gic_config gic = gic_config_default();
    gic.pe_count = 2;
    return gic;
}

gic_event event_of(gic_event_id id, uint32_t intid, uint64_t time_ps, uint16_t pe = GIC_PE_NONE,
                   uint64_t arg = 0)
{
    gic_event e = {};
    e.id = static_cast<uint8_t>(id);
    e.intid = intid;
    e.time_ps = time_ps;
    e.pe = pe;
    e.arg = arg;
    return e;
}

/* DeviceID 8 is known. */
void source(void *, uint32_t device, uint32_t event, char *text, size_t size)
{
    snprintf(text, size, "%s", "");
    if (device == 8)
        snprintf(text, size, "disk vector %u", event);
}

struct named {
    gictime_names *names = gictime_names_create(source, nullptr);
    named() = default;
    ~named()
    {
        gictime_names_destroy(names);
    }
    named(const named &) = delete;
    named &operator=(const named &) = delete;
    std::string operator[](uint32_t intid) const
    {
        return gictime_name_of(names, intid);
    }
    void translated(uint32_t intid, uint64_t device, uint64_t event)
    {
        gic_event e = event_of(GIC_EV_TRANSLATED, intid, 0, 0, device << 32 | event);
        gictime_names_event(names, &e);
    }
};

/* ------------------------------------------------------------------ names */

TEST(Names, WiresAreToldAndLpisAreLearnt)
{
    named n;
    gictime_names_wire(n.names, 33, "uart");
    gictime_names_wire(n.names, 33, std::string(200, 'x').c_str());
    gictime_names_wire(n.names, 34, "rtc");
    n.translated(8193, 8, 1);
    n.translated(8194, 9, 2);
    EXPECT_EQ(n[33], std::string(GICTIME_NAME_MAX - 1, 'x'));
    EXPECT_EQ(n[34], "rtc");
    EXPECT_EQ(n[8193], "disk vector 1");
    EXPECT_EQ(n[8194], "DeviceID 0x9 event 2");
    EXPECT_EQ(n[8195], "");
    EXPECT_STREQ(gictime_name_of(nullptr, 33), "");
    n.translated(8193, 8, 5); /* mapped again */
    EXPECT_EQ(n[8193], "disk vector 5");
}

TEST(Names, BeyondTheBoundThereIsNone)
{
    named n;
    for (uint32_t intid = 8192; intid < 8192 + GICTIME_NAMES_MAX + 10; intid++)
        n.translated(intid, 8, intid);
    EXPECT_EQ(n[8192], "disk vector 8192");
    EXPECT_NE(n[8192 + GICTIME_NAMES_MAX - 1], "");
    EXPECT_EQ(n[8192 + GICTIME_NAMES_MAX], "");
}

TEST(Names, WhatWasLearntIsSavedAndForgeriesAreRefused)
{
    named n, again, bad;
    gictime_bytes bytes = {};
    gictime_names_wire(n.names, 33, "uart");
    n.translated(8193, 8, 1);
    n.translated(9000, 9, 2);
    gictime_names_save(n.names, &bytes);
    gictime_cursor cursor = {bytes.data, bytes.size, false};
    gictime_names_load(again.names, &cursor);
    EXPECT_TRUE(gictime_cursor_done(&cursor));
    EXPECT_EQ(again[8193], "disk vector 1");
    EXPECT_EQ(again[9000], "DeviceID 0x9 event 2");
    EXPECT_EQ(again[33], "") << "wires are told again";
    bytes.data[bytes.size - 1] = 'x';
    cursor = {bytes.data, bytes.size - 1, false};
    gictime_names_load(bad.names, &cursor);
    EXPECT_TRUE(cursor.bad) << "cut";
    bytes.data[3] = 0xff;
    cursor = {bytes.data, bytes.size, false};
    gictime_names_load(bad.names, &cursor);
    EXPECT_TRUE(cursor.bad) << "too many";
    gictime_bytes_free(&bytes);
}

/* ------------------------------------------------------------------ log */

/* An observer with nothing but a log. */
struct logged {
    text_file out;
    named names;
    gictime_profile profile;
    gictime_observer *o = nullptr;

    explicit logged(uint64_t max = 0)
    {
        gictime_error error;
        gic_config gic = two_pes();
        gictime_observer_config c = {};
        EXPECT_TRUE(gictime_profile_load(&profile, "gic600", &error)) << error.text;
        gictime_names_wire(names.names, 40, "uart");
        c.gic = &gic;
        c.profile = &profile;
        c.log = out.file;
        c.log_max = max;
        c.names = names.names;
        o = gictime_observer_create(&c, &error);
        EXPECT_NE(o, nullptr) << error.text;
    }
    ~logged()
    {
        gictime_observer_destroy(o);
    }
    logged(const logged &) = delete;
    logged &operator=(const logged &) = delete;
    void event(gic_event_id id, uint32_t intid, uint64_t t, uint16_t pe = GIC_PE_NONE,
               uint64_t arg = 0)
    {
        gic_event e = event_of(id, intid, t, pe, arg);
        gictime_observer_event(o, &e);
    }
    std::string finish()
    {
        gictime_run run = {};
        gictime_error error;
        EXPECT_TRUE(gictime_observer_finish(o, &run, &error)) << error.text;
        return out.text();
    }
};

TEST(Log, TheLifeOfAnInterruptWithItsHops)
{
    logged w;
    w.event(GIC_EV_ASSERTED, 40, 1000000);
    w.event(GIC_EV_PENDING, 40, 1002000, GIC_PE_NONE, 0x2a0);
    w.event(GIC_EV_OFFERED, 40, 1003000, 1);
    w.event(GIC_EV_SET, 40, 1005500, 1);
    w.event(GIC_EV_SIGNALLED, 40, 1006000, 1, GIC_LINE_FIQ);
    gictime_observer_exception(w.o, 1, true, 1007000);
    gictime_observer_note(w.o, 1, 1007000, "takes FIQ");
    gictime_observer_handler(w.o, 1, true, 1007500);
    w.event(GIC_EV_ACKNOWLEDGED, 40, 1010000, 1);
    w.event(GIC_EV_EOI, 40, 1110000, 1);
    w.event(GIC_EV_DEACTIVATED, 40, 1110001);
    EXPECT_EQ(
        w.finish(),
        "     0.001000000 ms  -      SPI 40     uart                             asserted\n"
        "     0.001002000 ms  -      SPI 40     uart                             pending, priority "
        "0xa0  +2.000 ns\n"
        "     0.001003000 ms  PE 1   SPI 40     uart                             offered by the "
        "Distributor  +1.000 ns\n"
        "     0.001005500 ms  PE 1   SPI 40     uart                             presented to the "
        "CPU "
        "interface  +2.500 ns\n"
        "     0.001006000 ms  PE 1   SPI 40     uart                             signalled as FIQ  "
        "+0.500 ns\n"
        "     0.001007000 ms  PE 1   -                                           takes FIQ\n"
        "     0.001010000 ms  PE 1   SPI 40     uart                             acknowledged  "
        "+2.500 "
        "ns\n"
        "     0.001110000 ms  PE 1   SPI 40     uart                             EOI  +100.000 ns\n"
        "     0.001110001 ms  -      SPI 40     uart                             deactivated  "
        "+0.001 "
        "ns\n");
}

TEST(Log, AnMsiByTheNameThatItsTranslationGives)
{
    logged w;
    const uint64_t msi = UINT64_C(8) << 32 | 3;
    w.event(GIC_EV_MSI, 0, 5000, GIC_PE_NONE, msi);
    w.event(GIC_EV_TRANSLATED, 8195, 47000, 0, msi);
    w.event(GIC_EV_LPI_MOVED, 8195, 48000, 0, 1);
    w.event(GIC_EV_ITS_UNMAPPED, 0, 49000, GIC_PE_NONE, msi + 1);
    EXPECT_EQ(
        w.finish(),
        "     0.000005000 ms  -      -                                           MSI written, "
        "DeviceID 0x8 event 3\n"
        "     0.000047000 ms  PE 0   LPI 8195   disk vector 3                    translated by the "
        "ITS, DeviceID 0x8 event 3  +42.000 ns\n"
        "     0.000048000 ms  PE 0   LPI 8195   disk vector 3                    moved to another "
        "PE, "
        "to PE 1\n"
        "     0.000049000 ms  -      -                                           MSI without a "
        "mapping "
        "dropped, DeviceID 0x8 event 4\n");
}

TEST(Log, IsBoundedAndSaysSo)
{
    logged w(3);
    for (unsigned n = 0; n < 10; n++)
        w.event(GIC_EV_ASSERTED, 40, n);
    gictime_observer_note(w.o, 0, 11, "note");
    const std::string text = w.finish();
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
    EXPECT_NE(text.find("\n8 further lines were left out\n"), std::string::npos) << text;
}

TEST(Log, TellsNothingOfTrafficAndMistakes)
{
    logged w;
    w.event(GIC_EV_ITS_COMMAND, 0, 1);
    w.event(GIC_EV_CREDIT_WAIT, 0, 1);
    w.event(GIC_EV_BAD_EOIR, 0, 1, 0);
    EXPECT_EQ(w.finish(), "");
}

/* ------------------------------------------------------------------ timeline */

gictime_instance instance_of(uint64_t seq, uint32_t intid, uint64_t t)
{
    gictime_instance i = {};
    i.seq = seq;
    i.intid = intid;
    i.pe = 1;
    i.sender = GIC_PE_NONE;
    for (unsigned s = 0; s < GICTIME_STAMP_COUNT; s++)
        i.stamp[s] = t + s * 1000u;
    if (gic_classify(intid) != GIC_CLASS_LPI)
        i.stamp[GICTIME_STAMP_TRANSLATED] = GICTIME_NO_STAMP;
    i.end_ps = i.stamp[GICTIME_STAMP_DEACTIVATED];
    return i;
}

struct timeline {
    std::map<std::string, std::string> tracks; /* "pid/tid" -> "process: track" */
    std::vector<std::string> slices;
    std::string arrow;

    timeline(const named &n, const gictime_instance &i)
    {
        text_file out;
        gic_config gic = two_pes();
        gictime_trace *trace = gictime_trace_create(out.file, &gic, 0);
        gictime_trace_names(trace, n.names);
        gictime_trace_instance(trace, &i);
        EXPECT_TRUE(gictime_trace_finish(trace));
        read(json_check::parse(out.text()));
    }
    void read(json_check::value v)
    {
        std::map<std::string, std::string> process;
        for (const json_check::value &e : v["traceEvents"].items) {
            const std::string place = e["pid"].text + "/" + e["tid"].text;
            if (e["name"].text == "process_name")
                process[e["pid"].text] = e["args"]["name"].text;
            else if (e["ph"].text == "M")
                tracks[place] = process.at(e["pid"].text) + ": " + e["args"]["name"].text;
            else if (e["ph"].text == "X")
                slices.push_back(tracks.at(place) + ": " + e["name"].text);
            else
                arrow += e["ph"].text + " " + tracks.at(place) + "\n";
        }
    }
};

TEST(Timeline, AnArrowLeadsFromTheDeviceOverTheItsToTheEoi)
{
    named n;
    n.translated(8193, 8, 1);
    const timeline t(n, instance_of(0, 8193, 1000));
    EXPECT_EQ(t.arrow, "s Devices: disk vector 1\nt ITS: LPI 8193\nt Redistributors: LPI 8193\n"
                       "t Redistributors: PE 1 presents\nt PEs: PE 1\nt PEs: PE 1\n"
                       "f Redistributors: LPI 8193\n");
    EXPECT_EQ(t.slices,
              (std::vector<std::string>{
                  "Devices: disk vector 1: LPI 8193", "ITS: LPI 8193: translation",
                  "Redistributors: LPI 8193: pending", "Redistributors: LPI 8193: active",
                  "Redistributors: LPI 8193: EOI", "Redistributors: PE 1 presents: LPI 8193",
                  "PEs: PE 1: exception", "PEs: PE 1: LPI 8193"}));
}

TEST(Timeline, AWireStartsAtItsDevice)
{
    named n;
    gictime_names_wire(n.names, 40, "uart");
    gictime_names_wire(n.names, 27, "timer");
    EXPECT_EQ(timeline(n, instance_of(0, 40, 1000)).arrow.substr(0, 44),
              "s Devices: uart\nt Distributor: SPI 40\nt Redi");
    EXPECT_EQ(timeline(n, instance_of(0, 27, 1000)).arrow.substr(0, 22), "s Devices: PE 1 timer\n");
}

TEST(Timeline, AnSgiStartsAtItsSender)
{
    const named n;
    gictime_instance sgi = instance_of(0, 3, 1000);
    sgi.sender = 0;
    const timeline t(n, sgi);
    EXPECT_EQ(t.arrow.substr(0, 44), "s PEs: PE 0\nt Redistributors: PE 1 SGI 3\nt R");
    EXPECT_EQ(t.slices.front(), "PEs: PE 0: sends SGI 3");
}

} // namespace
