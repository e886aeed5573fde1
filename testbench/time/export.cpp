/* SPDX-License-Identifier: Apache-2.0 */
/* What tools read: JSON, timeline, VCD, the report of the guest's mistakes, the observer's files.
 */
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <sstream>

#include "gictime/observer.h"
#include "gictime/trace.h"
#include "gictime/vcd.h"
#include "json_check.hpp"
#include "script.hpp"
#include "text_file.hpp"

namespace
{

gic_config four_pes()
{
    gic_config gic = gic_config_default();
    gic.pe_count = 4;
    gic.spi_count = 64;
    gic.eppi_count = 32;
    gic.espi_count = 32;
    return gic;
}

TEST(Json, EscapesAndNestsAndStaysWellFormed)
{
    text_file out;
    gictime_json json;
    gictime_json_open(&json, out.file, 2);
    gictime_json_object(&json, nullptr);
    gictime_json_string(&json, "a \"quote\"\\", "line\nbreak\x01");
    gictime_json_array(&json, "list");
    gictime_json_u64(&json, nullptr, UINT64_MAX);
    gictime_json_milli(&json, nullptr, 1005);
    gictime_json_micro(&json, nullptr, 12);
    gictime_json_bool(&json, nullptr, true);
    gictime_json_string(&json, nullptr, nullptr);
    gictime_json_object(&json, nullptr);
    gictime_json_end(&json);
    gictime_json_end(&json);
    gictime_json_end(&json);
    json_check::value v = json_check::parse(out.text());
    EXPECT_EQ(v["a \"quote\"\\"].text, "line\nbreak\x01");
    EXPECT_EQ(v["list"][0].text, "18446744073709551615");
    EXPECT_EQ(v["list"][1].text, "1.005");
    EXPECT_EQ(v["list"][2].text, "0.000012");
    EXPECT_EQ(v["list"][4].kind, json_check::value::NUL);
}

TEST(Json, TheCheckerItselfRefusesWhatIsMalformed)
{
    for (const char *bad : {"", "{", "{\"a\":1,}", "[1 2]", "{\"a\":1,\"a\":2}", "01", "\"\n\"",
                            "{} {}", "{a:1}", "[1.]", "nul"})
        EXPECT_THROW(json_check::parse(bad), std::exception) << bad;
}

/* ------------------------------------------------------------------ timeline */

gictime_instance spi_instance(uint64_t seq, uint64_t t, uint32_t intid, uint16_t pe)
{
    gictime_instance i = {};
    i.seq = seq;
    i.intid = intid;
    i.pe = pe;
    for (unsigned s = 0; s < GICTIME_STAMP_COUNT; s++)
        i.stamp[s] = t + s * 1000u;
    i.stamp[GICTIME_STAMP_TRANSLATED] = GICTIME_NO_STAMP;
    i.end_ps = i.stamp[GICTIME_STAMP_DEACTIVATED];
    return i;
}

json_check::value trace_of(const std::vector<gictime_instance> &list, uint64_t max = 0)
{
    text_file out;
    gic_config gic = four_pes();
    gictime_trace *trace = gictime_trace_create(out.file, &gic, max);
    for (const gictime_instance &i : list)
        gictime_trace_instance(trace, &i);
    gictime_trace_counts(trace, 5, 1, 0);
    gictime_trace_counts(trace, 6, 1, 0);
    gictime_trace_mark(trace, 1, 7, "SPURIOUS");
    EXPECT_TRUE(gictime_trace_finish(trace));
    return json_check::parse(out.text());
}

TEST(Timeline, SlicesStandOnNamedTracksAndTheArrowLeadsThroughThem)
{
    json_check::value v = trace_of({spi_instance(7, 1000000, 40, 2)});
    std::map<std::string, std::string> names; /* "pid/tid" -> name */
    std::map<std::string, std::vector<std::string>> slices;
    std::string arrow;
    for (const json_check::value &e : v["traceEvents"].items) {
        std::string place = e["pid"].text + "/" + e["tid"].text;
        if (e["ph"].text == "M")
            names[place] = e["args"]["name"].text;
    }
    for (const json_check::value &e : v["traceEvents"].items) {
        std::string place = e["pid"].text + "/" + e["tid"].text;
        if (e["ph"].text == "X")
            slices[names.at(place)].push_back(e["name"].text + "@" + e["ts"].text);
        if (e.has("id")) {
            EXPECT_EQ(e["id"].number(), 7u);
            arrow += e["ph"].text + " " + names.at(place) + ", ";
        }
    }
    EXPECT_EQ(slices["PE 2"], (std::vector<std::string>{"exception@1.006000", "SPI 40@1.008000"}));
    EXPECT_EQ(slices["SPI 40"],
              (std::vector<std::string>{"pending@1.000000", "active@1.008000", "EOI@1.009000"}));
    EXPECT_EQ(slices["PE 2 presents"], (std::vector<std::string>{"SPI 40@1.004000"}));
    EXPECT_EQ(arrow, "s SPI 40, t PE 2 presents, t PE 2, t PE 2, f SPI 40, ");
}

TEST(Timeline, EveryTrackNumberBelongsToOneProcess)
{
    gictime_instance ppi = spi_instance(1, 0, 27, 3), eppi = spi_instance(2, 50000, 1056, 3);
    json_check::value v = trace_of({spi_instance(0, 0, 40, 0), ppi, eppi});
    std::map<std::string, std::string> process;
    for (const json_check::value &e : v["traceEvents"].items) {
        if (e["tid"].text == "0")
            continue;
        auto at = process.emplace(e["tid"].text, e["pid"].text).first;
        EXPECT_EQ(at->second, e["pid"].text) << "track " << e["tid"].text;
    }
}

TEST(Timeline, UnchangedCountersWriteNothing)
{
    json_check::value v = trace_of({});
    unsigned counters = 0, marks = 0;
    for (const json_check::value &e : v["traceEvents"].items) {
        counters += e["ph"].text == "C";
        marks += e["ph"].text == "i";
    }
    EXPECT_EQ(counters, 1u);
    EXPECT_EQ(marks, 1u);
}

TEST(Timeline, BeyondItsBoundInstancesAreCounted)
{
    json_check::value v = trace_of(
        {spi_instance(0, 0, 40, 0), spi_instance(1, 9, 41, 0), spi_instance(2, 9, 42, 0)}, 2);
    EXPECT_EQ(v["otherData"]["instances"].number(), 2u);
    EXPECT_EQ(v["otherData"]["instances_left_out"].number(), 1u);
}

TEST(Timeline, AnInterruptThatWasNeverPresentedHasNoPE)
{
    gictime_instance i = spi_instance(0, 0, 40, GIC_PE_NONE);
    for (unsigned s = GICTIME_STAMP_OFFERED; s < GICTIME_STAMP_COUNT; s++)
        i.stamp[s] = GICTIME_NO_STAMP;
    i.outcome = GICTIME_OUTCOME_WITHDRAWN;
    json_check::value v = trace_of({i});
    unsigned slices = 0;
    for (const json_check::value &e : v["traceEvents"].items)
        slices += e["ph"].text == "X";
    EXPECT_EQ(slices, 1u) << "its pending phase";
}

/* ------------------------------------------------------------------ VCD */

/* A VCD as its reader sees it: changes of each variable by full name. */
struct vcd_reader {
    std::map<std::string, std::vector<std::pair<uint64_t, char>>> changes;
    uint64_t end = 0;

    explicit vcd_reader(const std::string &text)
    {
        std::istringstream in(text);
        std::string word, scope, rest;
        std::map<std::string, std::string> name_of;
        std::vector<std::string> scopes;
        while (in >> word && word != "$enddefinitions") {
            if (word == "$scope") {
                in >> rest >> scope;
                scopes.push_back(scope);
            } else if (word == "$upscope") {
                scopes.pop_back();
            } else if (word == "$var") {
                std::string kind, width, id, name;
                in >> kind >> width >> id >> name;
                if (kind != "wire" || width != "1" || name_of.count(id))
                    throw std::runtime_error("bad $var " + id);
                std::string full;
                for (const std::string &s : scopes)
                    full += s + ".";
                name_of[id] = full + name;
            }
            while (word != "$end")
                in >> word;
        }
        if (!scopes.empty())
            throw std::runtime_error("open scope");
        in >> word; /* its $end */
        while (in >> word) {
            if (word[0] == '#') {
                uint64_t t = std::stoull(word.substr(1));
                if (t < end)
                    throw std::runtime_error("time goes back");
                end = t;
            } else if (word[0] == '0' || word[0] == '1') {
                changes[name_of.at(word.substr(1))].emplace_back(end, word[0]);
            } else if (word != "$dumpvars" && word != "$end") {
                throw std::runtime_error("what is " + word);
            }
        }
    }
};

using trace_points = std::vector<std::pair<uint64_t, char>>;

TEST(Vcd, LinesAreDeclaredOnceAndChangeInOrder)
{
    text_file out;
    gic_config gic = four_pes();
    gictime_vcd *vcd = gictime_vcd_create(out.file, &gic);
    gictime_vcd_input(vcd, 0, 40, true, 100);
    gictime_vcd_line(vcd, 3, GIC_LINE_IRQ, true, 250);
    gictime_vcd_input(vcd, 2, 1056, true, 200); /* earlier than what came before it */
    gictime_vcd_input(vcd, 0, 40, false, 300);
    gictime_vcd_input(vcd, 1, 27, true, 310);
    gictime_vcd_input(vcd, 0, 4127, true, 310);
    gictime_vcd_line(vcd, 3, GIC_LINE_IRQ, true, 320); /* no change */
    gictime_vcd_input(vcd, 0, 96, true, 330);          /* beyond the last: no variable */
    gictime_vcd_line(vcd, 4, GIC_LINE_IRQ, true, 330); /* no such PE */
    EXPECT_EQ(gictime_vcd_late(vcd), 0u);
    EXPECT_TRUE(gictime_vcd_finish(vcd, 1000));
    vcd_reader v(out.text());
    EXPECT_EQ(v.end, 1000u);
    EXPECT_EQ(v.changes.at("gic.spi40"), (trace_points{{0, '0'}, {100, '1'}, {300, '0'}}));
    EXPECT_EQ(v.changes.at("gic.pe3.irq"), (trace_points{{0, '0'}, {250, '1'}}));
    EXPECT_EQ(v.changes.at("gic.pe2.ppi1056"), (trace_points{{0, '0'}, {200, '1'}}));
    EXPECT_EQ(v.changes.at("gic.pe1.ppi27"), (trace_points{{0, '0'}, {310, '1'}}));
    EXPECT_EQ(v.changes.at("gic.spi4127"), (trace_points{{0, '0'}, {310, '1'}}));
    EXPECT_EQ(v.changes.size(), 4u * (GIC_LINE_COUNT + 16u + 32u) + 64u + 32u);
}

TEST(Vcd, RandomOrderWithinTheWindowIsSorted)
{
    text_file out;
    gic_config gic = four_pes();
    gictime_vcd *vcd = gictime_vcd_create(out.file, &gic);
    std::mt19937 random(3);
    std::vector<uint64_t> times;
    for (uint64_t t = 1; t <= 2000; t++)
        times.push_back(t * 10);
    for (size_t block = 0; block < times.size(); block += 50) {
        std::shuffle(times.begin() + static_cast<long>(block),
                     times.begin() + static_cast<long>(block) + 50, random);
        for (size_t n = block; n < block + 50; n++)
            gictime_vcd_line(vcd, 0, GIC_LINE_FIQ, times[n] / 10 % 2 == 1, times[n]);
        gictime_vcd_advance(vcd, (block + 50) * 10);
    }
    EXPECT_EQ(gictime_vcd_late(vcd), 0u);
    EXPECT_TRUE(gictime_vcd_finish(vcd, 30000));
    vcd_reader v(out.text());
    EXPECT_EQ(v.changes.at("gic.pe0.fiq").size(), 2001u);
}

TEST(Vcd, AChangeThatComesTooLateIsCountedAndTimeDoesNotGoBack)
{
    text_file out;
    gic_config gic = four_pes();
    gictime_vcd *vcd = gictime_vcd_create(out.file, &gic);
    gictime_vcd_line(vcd, 0, GIC_LINE_IRQ, true, 500);
    gictime_vcd_advance(vcd, 600);
    gictime_vcd_line(vcd, 1, GIC_LINE_IRQ, true, 400);
    gictime_vcd_advance(vcd, 600);
    EXPECT_EQ(gictime_vcd_late(vcd), 1u);
    EXPECT_TRUE(gictime_vcd_finish(vcd, 700));
    vcd_reader v(out.text());
    EXPECT_EQ(v.changes.at("gic.pe1.irq"), (trace_points{{0, '0'}, {500, '1'}}));
}

/* ------------------------------------------------------------------ the guest's mistakes */

const gic_reg_row some_rows[] = {
    {"GICD_CTLR", 0x0, 4, 0, 0, 4, GIC_W32, 0, nullptr, nullptr, 0, 0},
    {"GICD_ISENABLER", 0x100, 0x80, 0, 1, 4, GIC_W32, 0, nullptr, nullptr, 0, 0},
};

struct mistakes {
    std::vector<std::string> lines;
    uint8_t index[8];
    gic_frame frame = {some_rows, 2, 1024, index};
    gictime_guest guest = {};

    mistakes()
    {
        gic_frame_index(index, some_rows, 2, 1024);
        guest.line = take;
        guest.ctx = this;
        guest.gicd = &frame;
        guest.verbatim = 2;
    }
    void event(gic_event_id id, uint64_t arg, uint32_t intid = 0, gic_port port = GIC_PORT_GICD)
    {
        gic_event e = {};
        e.time_ps = 1234567;
        e.id = static_cast<uint8_t>(id);
        e.arg = arg;
        e.intid = intid;
        e.pe = 1;
        e.port = static_cast<uint8_t>(port);
        gictime_guest_event(&guest, &e);
    }
    static void take(void *ctx, const char *line)
    {
        static_cast<mistakes *>(ctx)->lines.push_back(line);
    }
};

TEST(GuestReport, NamesTheRegisterByTheFramesRows)
{
    mistakes m;
    m.event(GIC_EV_BAD_RESERVED, UINT64_C(0x108) << 32 | 0xFF);
    m.event(GIC_EV_BAD_READ_ONLY, UINT64_C(0x0) << 32 | 0x1);
    m.event(GIC_EV_BAD_SIZE, UINT64_C(0x50) << 32 | 8);
    ASSERT_EQ(m.lines.size(), 3u);
    EXPECT_EQ(m.lines[0],
              "1234.567 ns, PE 1: BAD_RESERVED: GICD+0x00108 (GICD_ISENABLER<2>), value "
              "0xff: access to a reserved offset");
    EXPECT_NE(m.lines[1].find(": GICD+0x00000 (GICD_CTLR), value 0x1: write of"), std::string::npos)
        << m.lines[1];
    EXPECT_NE(m.lines[2].find("GICD+0x00050, 8 bytes"), std::string::npos) << m.lines[2];
}

TEST(GuestReport, EveryGuestEventHasALine)
{
    for (unsigned id = 0; id < GIC_EV_COUNT; id++) {
        mistakes m;
        m.event(static_cast<gic_event_id>(id), 0, 40, GIC_PORT_CPUIF);
        bool guest = gic_event_class_of(id) == GIC_EVENT_GUEST;
        ASSERT_EQ(m.lines.size(), guest ? 1u : 0u) << gic_event_name(id);
        EXPECT_EQ(gictime_guest_total(&m.guest), guest ? 1u : 0u);
        if (guest) {
            EXPECT_NE(m.lines[0].find(gic_event_name(id)), std::string::npos);
        }
    }
}

TEST(GuestReport, IsRateLimitedAndCountsEverything)
{
    mistakes m;
    for (int n = 0; n < 12345; n++)
        m.event(GIC_EV_BAD_EOIR, 40, 40, GIC_PORT_CPUIF);
    m.event(GIC_EV_BAD_DIR, 40, 40, GIC_PORT_CPUIF);
    EXPECT_EQ(m.guest.count[GIC_EV_BAD_EOIR], 12345u);
    ASSERT_EQ(m.lines.size(), 2u + 4u + 1u); /* 2, then the 10th, 100th, 1000th, 10000th */
    EXPECT_NE(m.lines[5].find("(10000 times so far)"), std::string::npos) << m.lines[5];
    EXPECT_EQ(gictime_guest_total(&m.guest), 12346u);
}

/* ------------------------------------------------------------------ the observer */

struct observed {
    temporary_file stats, trace, vcd, stamps;
    gictime_profile profile;
    gictime_observer *o = nullptr;

    observed()
    {
        gictime_error error;
        gic_config gic = four_pes();
        gictime_observer_config c = {};
        EXPECT_TRUE(gictime_profile_load(&profile, "gic600", &error)) << error.text;
        c.gic = &gic;
        c.profile = &profile;
        c.stats_path = stats.path();
        c.trace_path = trace.path();
        c.vcd_path = vcd.path();
        c.stamps_path = stamps.path();
        c.buckets = true;
        o = gictime_observer_create(&c, &error);
        EXPECT_NE(o, nullptr) << error.text;
    }
    ~observed()
    {
        gictime_observer_destroy(o);
    }
    observed(const observed &) = delete;
    observed &operator=(const observed &) = delete;

    void event(uint64_t t, gic_event_id id, uint32_t intid, uint16_t pe = GIC_PE_NONE)
    {
        gic_event e = {};
        e.time_ps = t;
        e.id = static_cast<uint8_t>(id);
        e.intid = intid;
        e.pe = pe;
        gictime_observer_event(o, &e);
    }
    void one_interrupt(uint64_t t)
    {
        gictime_observer_input(o, 0, 40, true, t);
        event(t, GIC_EV_ASSERTED, 40);
        event(t + 1000, GIC_EV_PENDING, 40);
        event(t + 2000, GIC_EV_OFFERED, 40, 1);
        event(t + 3000, GIC_EV_SET, 40, 1);
        event(t + 4000, GIC_EV_SIGNALLED, 40, 1);
        gictime_observer_line(o, 1, GIC_LINE_IRQ, true, t + 4000);
        gictime_observer_exception(o, 1, false, t + 5000);
        gictime_observer_handler(o, 1, false, t + 6000);
        event(t + 7000, GIC_EV_ACKNOWLEDGED, 40, 1);
        gictime_observer_line(o, 1, GIC_LINE_IRQ, false, t + 7000);
        gictime_observer_input(o, 0, 40, false, t + 7500);
        event(t + 8000, GIC_EV_EOI, 40, 1);
        event(t + 9000, GIC_EV_DEACTIVATED, 40);
        gictime_observer_advance(o, t + 9000);
    }
};

TEST(Observer, WritesEveryFileAndTheyAgree)
{
    observed w;
    gictime_error error;
    gic_assembly_stats gic = {};
    gictime_fact fact = {"instructions", 4711};
    gictime_run run = {};
    gic.causality_violations = 3;
    gic.causality_skew_ps = 77;
    gic.events[GIC_EV_PENDING] = 10;
    run.title = "a test";
    run.end_ps = 1000000;
    run.gic = &gic;
    run.fact = &fact;
    run.fact_count = 1;
    for (uint64_t n = 0; n < 10; n++)
        w.one_interrupt(n * 20000);
    ASSERT_TRUE(gictime_observer_finish(w.o, &run, &error)) << error.text;

    json_check::value v = json_check::parse(w.stats.read());
    EXPECT_EQ(v["schema"].text, "gictlm-stats-1");
    EXPECT_EQ(v["platform"]["instructions"].number(), 4711u);
    EXPECT_EQ(v["causality"]["violations"].number(), 3u);
    EXPECT_EQ(v["causality"]["largest_skew_ps"].number(), 77u);
    EXPECT_EQ(v["events"]["PENDING"].number(), 10u);
    EXPECT_EQ(v["instances"]["completed"].number(), 10u);
    EXPECT_EQ(v["breakdown"][0]["spans"]["to_acknowledged"]["p50_ps"].number(), 7000u);
    EXPECT_EQ(v["profile"]["name"].text, "gic600");
    EXPECT_FALSE(json_check::parse(w.trace.read())["traceEvents"].items.empty());
    EXPECT_EQ(vcd_reader(w.vcd.read()).changes.at("gic.spi40").size(), 21u);
    std::string csv = w.stamps.read();
    EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 11);
}

TEST(Observer, SameInputsGiveTheSameBytes)
{
    std::string bytes[2];
    for (std::string &b : bytes) {
        observed w;
        gictime_error error;
        gictime_run run = {};
        for (uint64_t n = 0; n < 5; n++)
            w.one_interrupt(n * 20000);
        ASSERT_TRUE(gictime_observer_finish(w.o, &run, &error)) << error.text;
        b = w.stats.read() + w.trace.read() + w.vcd.read() + w.stamps.read();
    }
    EXPECT_EQ(bytes[0], bytes[1]);
}

/** The lines behind the first one with @p mark. */
std::string behind(const std::string &text, const std::string &mark)
{
    const size_t at = text.find(mark);
    return at == std::string::npos ? "" : text.substr(text.find('\n', at) + 1);
}

bool ends_with(const std::string &whole, const std::string &part)
{
    return whole.size() >= part.size() &&
           whole.compare(whole.size() - part.size(), part.size(), part) == 0;
}

/** Half of an interrupt, so that something is alive, open and on its way at the checkpoint. */
void first_half(observed &w, uint64_t t)
{
    gic_event sgi = {};
    gic_sgi to_pe1 = {};
    to_pe1.target_list = 1u << 1;
    sgi.time_ps = t + 10;
    sgi.id = GIC_EV_SGI_GENERATED;
    sgi.intid = 3;
    sgi.pe = 2;
    sgi.arg = gic_sgi_pack(to_pe1);
    gictime_observer_event(w.o, &sgi);
    gictime_observer_input(w.o, 0, 41, true, t);
    w.event(t, GIC_EV_ASSERTED, 41);
    w.event(t + 100, GIC_EV_PENDING, 41);
    w.event(t + 200, GIC_EV_SET, 41, 1);
    w.event(t + 210, GIC_EV_ASSERTED, 42);
    gictime_observer_exception(w.o, 1, false, t + 300);
    gictime_observer_handler(w.o, 1, false, t + 310);
}

void second_half(observed &w, uint64_t t)
{
    w.event(t + 400, GIC_EV_ACKNOWLEDGED, 41, 1);
    w.event(t + 410, GIC_EV_PENDING, 42);
    w.event(t + 420, GIC_EV_PENDING, 3, 1);
    gictime_observer_input(w.o, 0, 41, false, t + 430);
    w.event(t + 500, GIC_EV_EOI, 41, 1);
    w.event(t + 600, GIC_EV_DEACTIVATED, 41);
    w.event(t + 700, GIC_EV_BAD_EOIR, 5, 0);
    for (uint64_t n = 1; n < 4; n++)
        w.one_interrupt(t + n * 20000);
}

TEST(Observer, ContinuesWhereAnotherOneStood)
{
    observed whole, rest;
    gictime_bytes bytes = {};
    gictime_error error;
    gictime_run run = {};
    run.end_ps = 400000;
    for (uint64_t n = 0; n < 3; n++)
        whole.one_interrupt(n * 20000);
    first_half(whole, 100000);
    gictime_observer_save(whole.o, &bytes);
    ASSERT_FALSE(bytes.failed);
    gictime_cursor from = {bytes.data, bytes.size, false};
    ASSERT_TRUE(gictime_observer_load(rest.o, &from));
    second_half(whole, 100000);
    second_half(rest, 100000);
    ASSERT_TRUE(gictime_observer_finish(whole.o, &run, &error)) << error.text;
    ASSERT_TRUE(gictime_observer_finish(rest.o, &run, &error)) << error.text;
    EXPECT_EQ(whole.stats.read(), rest.stats.read());
    const std::string csv = behind(rest.stamps.read(), "seq,");
    EXPECT_FALSE(csv.empty());
    EXPECT_TRUE(ends_with(whole.stamps.read(), csv)) << csv;
    const std::string vcd = behind(rest.vcd.read(), "$dumpvars");
    const size_t levels = vcd.find("\n#"), changes = vcd.find("\n#", levels + 1);
    ASSERT_NE(changes, std::string::npos) << "levels at the checkpoint, then changes";
    EXPECT_TRUE(ends_with(whole.vcd.read(), vcd.substr(changes))) << vcd.substr(changes);
    EXPECT_FALSE(json_check::parse(rest.trace.read())["traceEvents"].items.empty());
    gictime_bytes_free(&bytes);
}

TEST(Observer, WhatIsNotTheStateOfAnObserverIsRefused)
{
    observed saved;
    gictime_bytes bytes = {};
    saved.one_interrupt(0);
    first_half(saved, 50000);
    gictime_observer_save(saved.o, &bytes);
    for (size_t size = 0; size < bytes.size; size += size < 64 ? 1 : 1999) {
        observed other;
        gictime_cursor from = {bytes.data, size, false};
        EXPECT_FALSE(gictime_observer_load(other.o, &from)) << size;
    }
    for (size_t at = 0; at < bytes.size; at += at < 128 ? 5 : 3001) { /* must not crash */
        observed other;
        std::vector<uint8_t> bad(bytes.data, bytes.data + bytes.size);
        bad[at] ^= 0xff;
        gictime_cursor from = {bad.data(), bad.size(), false};
        (void)gictime_observer_load(other.o, &from);
    }
    gictime_bytes_free(&bytes);
}

TEST(Observer, AFileThatCannotBeWrittenIsNamed)
{
    gic_config gic = four_pes();
    gictime_profile profile;
    gictime_error error;
    gictime_observer_config c = {};
    gictime_profile_default(&profile);
    c.gic = &gic;
    c.profile = &profile;
    c.stats_path = "/nonexistent/stats.json";
    EXPECT_EQ(gictime_observer_create(&c, &error), nullptr);
    EXPECT_EQ(std::string(error.text),
              "/nonexistent/stats.json: cannot be written: No such file or directory; a writable "
              "file would be right");
}

TEST(Observer, AFullDiskIsNoticed)
{
    gic_config gic = four_pes();
    gictime_profile profile;
    gictime_error error;
    gictime_observer_config c = {};
    gictime_run run = {};
    gictime_profile_default(&profile);
    c.gic = &gic;
    c.profile = &profile;
    c.stats_path = "/dev/full";
    gictime_observer *o = gictime_observer_create(&c, &error);
    if (!o)
        GTEST_SKIP() << "no /dev/full here";
    EXPECT_FALSE(gictime_observer_finish(o, &run, &error));
    EXPECT_NE(std::string(error.text).find("/dev/full: cannot be written"), std::string::npos);
    gictime_observer_destroy(o);
}

TEST(Observer, AResetEndsWhatIsAlive)
{
    observed w;
    gictime_error error;
    gictime_run run = {};
    w.event(10, GIC_EV_PENDING, 40);
    gictime_observer_reset(w.o, 20);
    w.event(30, GIC_EV_PENDING, 40);
    w.event(40, GIC_EV_WITHDRAWN, 40);
    ASSERT_TRUE(gictime_observer_finish(w.o, &run, &error));
    const gictime_recorder_stats *s = gictime_recorder_get_stats(gictime_observer_recorder(w.o));
    EXPECT_EQ(s->outcome[GICTIME_OUTCOME_OPEN], 1u);
    EXPECT_EQ(s->outcome[GICTIME_OUTCOME_WITHDRAWN], 1u);
}

} // namespace
