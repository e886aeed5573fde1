/* SPDX-License-Identifier: Apache-2.0 */
/* Timing profiles: every mistake is one line that names the place and what would be right. */
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <sstream>

#include "gictime/profile.h"
#include "iss/cpi.h"
#include "json_check.hpp"
#include "text_file.hpp"

namespace
{

std::string parse_error(const std::string &text)
{
    gictime_profile p;
    gictime_error error;
    if (gictime_profile_parse(&p, "file", text.data(), text.size(), &error))
        return "";
    return error.text;
}

gictime_profile parsed(const std::string &text)
{
    gictime_profile p;
    gictime_error error;
    EXPECT_TRUE(gictime_profile_parse(&p, "file", text.data(), text.size(), &error)) << error.text;
    return p;
}

std::string set_error(const std::string &assignment)
{
    gictime_profile p;
    gictime_error error;
    gictime_profile_default(&p);
    if (gictime_profile_set(&p, assignment.c_str(), &error))
        return "";
    return error.text;
}

std::string load_error(const std::string &name)
{
    gictime_profile p;
    gictime_error error;
    if (gictime_profile_load(&p, name.c_str(), &error))
        return "";
    return error.text;
}

TEST(Profile, DefaultIsLooselyTimedAndFree)
{
    gictime_profile p;
    gic_timing timing;
    gictime_profile_default(&p);
    gictime_profile_timing(&p, &timing);
    EXPECT_FALSE(timing.timed);
    for (uint64_t ps : timing.hop_ps)
        EXPECT_EQ(ps, 0u);
    for (uint64_t ps : timing.occupancy_ps)
        EXPECT_EQ(ps, 0u);
    for (uint64_t ps : timing.access_ps)
        EXPECT_EQ(ps, 0u);
    EXPECT_EQ(gictime_profile_quantum_ps(&p), 10000000u);
}

TEST(Profile, EveryDefaultIsAValueOfItsKey)
{
    std::set<std::string> names;
    for (unsigned k = 0; k < GICTIME_KEY_COUNT; k++) {
        const gictime_key_row *row = gictime_key_info(static_cast<gictime_key>(k));
        EXPECT_EQ(set_error(std::string(row->key) + "=" + row->def), "") << row->key;
        EXPECT_TRUE(names.insert(row->key).second) << row->key << " twice";
        EXPECT_NE(std::string(row->doc), "");
        EXPECT_EQ(gictime_key_find(row->key), static_cast<gictime_key>(k));
    }
    EXPECT_EQ(gictime_key_find("hop"), GICTIME_KEY_COUNT);
}

TEST(Profile, ValuesReachTheJoiner)
{
    gictime_profile p = parsed("mode = timed\n"
                               "domain.gic = 600 MHz   # a comment\n"
                               "domain.cpu=1.2 GHz\n"
                               "\n"
                               "  hop.gicd_gicr = 12 gic cycles\n"
                               "hop.cpuif_pe = 3 cpu\n"
                               "station.gicr = 1.5 ns\n"
                               "access.icc_iar = 7 ps\n"
                               "hop.spi_line = 0\n"
                               "cpi.entry = 40 cpu");
    gic_timing timing;
    gictime_profile_timing(&p, &timing);
    EXPECT_TRUE(timing.timed);
    EXPECT_EQ(timing.hop_ps[GIC_HOP_GICD_GICR], 12u * 1667u);
    EXPECT_EQ(timing.hop_ps[GIC_HOP_CPUIF_PE], 3u * 833u);
    EXPECT_EQ(timing.hop_ps[GIC_HOP_SPI_LINE], 0u);
    EXPECT_EQ(timing.occupancy_ps[GIC_STATION_GICR], 1500u);
    EXPECT_EQ(timing.access_ps[GIC_COST_SYSREG_IAR], 7u);
    EXPECT_EQ(gictime_profile_cycles(&p, GICTIME_KEY_CPI_ENTRY), 40u);
    EXPECT_EQ(gictime_profile_period_ps(&p, GICTIME_DOMAIN_CPU), 833u);
}

TEST(Profile, ASweepOfAClockMovesEverythingInItsDomain)
{
    gictime_profile p = parsed("mode = timed\ndomain.gic = 500 MHz\nhop.gicd_gicr = 4 gic\n");
    gictime_error error;
    EXPECT_EQ(gictime_profile_ps(&p, GICTIME_KEY_HOP_GICD_GICR), 8000u);
    ASSERT_TRUE(gictime_profile_set(&p, "domain.gic=1 GHz", &error)) << error.text;
    EXPECT_EQ(gictime_profile_ps(&p, GICTIME_KEY_HOP_GICD_GICR), 4000u);
}

TEST(Profile, UnknownKeyIsNamedWithItsPlaceAndTheNearestKey)
{
    EXPECT_EQ(parse_error("mode = timed\n\nhop.gicd_gcir = 4 gic\n"),
              "file:3: unknown key 'hop.gicd_gcir'; did you mean 'hop.gicd_gicr'?");
    EXPECT_EQ(parse_error("colour = red\n"),
              "file:1: unknown key 'colour'; 'gicvp params' lists the keys");
    EXPECT_EQ(set_error("hop.gicd_gcir=4 gic"),
              "--set: unknown key 'hop.gicd_gcir'; did you mean 'hop.gicd_gicr'?");
}

TEST(Profile, MissingUnitIsRefused)
{
    EXPECT_EQ(parse_error("hop.gicd_gicr = 4"),
              "file:1: 'hop.gicd_gicr = 4' has no unit; write cycles of a domain such as 4 gic, 4 "
              "cpu, 4 interconnect or 4 memory, or a time such as 4 ns");
    EXPECT_EQ(parse_error("domain.cpu = 1000000000"),
              "file:1: 'domain.cpu = 1000000000' has no unit; write a frequency such as 600 MHz");
}

TEST(Profile, BadValuesAreRefusedWithWhatWouldBeRight)
{
    const std::map<std::string, std::string> cases = {
        {"hop.gicd_gicr = four gic", "is no number with a unit"},
        {"hop.gicd_gicr = 4 gic 5", "is no number with a unit"},
        {"hop.gicd_gicr = -4 gic", "is no number with a unit"},
        {"hop.gicd_gicr = 4. gic", "is no number with a unit"},
        {"hop.gicd_gicr = 1234567890123456 ps", "is no number with a unit"},
        {"hop.gicd_gicr = 4 fortnights", "has an unknown unit"},
        {"hop.gicd_gicr = 1.5 gic", "is no whole number of cycles"},
        {"hop.gicd_gicr = 1.5 ps", "is no whole number of ps"},
        {"hop.gicd_gicr = 2000 us", "out of range; 0 to 1000000000 ps"},
        {"hop.gicd_gicr = 2000000 gic", "out of range; at most 1000000 cycles"},
        {"domain.gic = 600 ns", "has a unit that is no frequency"},
        {"domain.gic = 0 MHz", "out of range; 1000000 to 10000000000 Hz"},
        {"domain.gic = 11 GHz", "out of range"},
        {"mode = fast", "is none of its words; write loosely-timed or timed"},
        {"quantum = 0 cpu", "out of range; 1 to"},
        {"cpi.alu = 1 gic", "is in the wrong domain; write cycles of the PE"},
        {"cpi.alu = 1 ns", "has an unknown unit; write cycles of the PE"},
        {"cpi.alu = 0 cpu", "out of range; 1 to 65535 cycles"},
        {"cpi.entry = 65536 cpu", "out of range; 0 to 65535 cycles"},
        {"hop.gicd_gicr =", "has no value; write e.g. hop.gicd_gicr = 0"},
        {"hop.gicd_gicr 4 gic", "is no assignment; write key = value"},
    };
    for (const auto &c : cases) {
        std::string error = parse_error(c.first);
        EXPECT_EQ(error.rfind("file:1: ", 0), 0u) << c.first << " -> " << error;
        EXPECT_NE(error.find(c.second), std::string::npos) << c.first << " -> " << error;
        EXPECT_EQ(error.find('\n'), std::string::npos);
        EXPECT_NE(set_error(c.first), "") << c.first;
    }
}

TEST(Profile, DuplicateKeyIsRefusedAndBothLinesNamed)
{
    EXPECT_EQ(parse_error("hop.spi_line = 1 gic\nmode = timed\nhop.spi_line = 2 gic\n"),
              "file:3: 'hop.spi_line' was set in line 1 already; keep one of them");
}

TEST(Profile, WhatIsNoTextIsRefused)
{
    EXPECT_EQ(parse_error(std::string("mode = timed\n\0\0", 15)),
              "file:2: byte 0x00 is no text; a profile is a text file");
    std::string error = parse_error("# " + std::string(600, 'x') + "\n");
    EXPECT_EQ(error, "file:1: line of 602 bytes; at most 511 would be right");
}

TEST(Profile, MissingFileAndUnknownNameAreNamed)
{
    EXPECT_NE(load_error("/nonexistent/x.profile").find("/nonexistent/x.profile: No such file"),
              std::string::npos);
    EXPECT_NE(load_error("/").find("/: "), std::string::npos);
    EXPECT_EQ(load_error("gic6000"),
              "no profile 'gic6000'; there are loosely-timed, gic600, a53-gic400, or name a file "
              "(FILE.profile)");
}

TEST(Profile, AFileIsReadByItsPath)
{
    temporary_file file(".profile");
    gictime_profile p;
    gictime_error error;
    file.write("mode = timed\r\nhop.spi_line = 5 ns\r\n");
    ASSERT_TRUE(gictime_profile_load(&p, file.path(), &error)) << error.text;
    EXPECT_EQ(gictime_profile_ps(&p, GICTIME_KEY_HOP_SPI_LINE), 5000u);
    EXPECT_EQ(std::string(p.name), file.path());
}

TEST(Profile, AFailureLeavesTheProfileAsItWas)
{
    gictime_profile p = parsed("mode = timed\nhop.spi_line = 5 ns\n");
    gictime_error error;
    const std::string bad = "hop.spi_line = 7 ns\nnonsense\n";
    EXPECT_FALSE(gictime_profile_parse(&p, "file", bad.data(), bad.size(), &error));
    EXPECT_FALSE(gictime_profile_set(&p, "hop.spi_line=x", &error));
    EXPECT_FALSE(gictime_profile_load(&p, "nothing", &error));
    EXPECT_EQ(gictime_profile_ps(&p, GICTIME_KEY_HOP_SPI_LINE), 5000u);
}

TEST(Profile, ACostThatCannotTakeEffectIsRefused)
{
    gictime_profile p = parsed("hop.spi_line = 5 ns\n");
    gictime_error error;
    EXPECT_FALSE(gictime_profile_check(&p, &error));
    EXPECT_EQ(std::string(error.text), "file:1: 'hop.spi_line': has no effect while mode is "
                                       "loosely-timed; set mode = timed as well");
    ASSERT_TRUE(gictime_profile_set(&p, "mode=timed", &error));
    EXPECT_TRUE(gictime_profile_check(&p, &error)) << error.text;
    ASSERT_TRUE(gictime_profile_set(&p, "hop.spi_line=1000000 gic", &error));
    ASSERT_TRUE(gictime_profile_set(&p, "domain.gic=1 MHz", &error));
    EXPECT_FALSE(gictime_profile_check(&p, &error));
    EXPECT_EQ(std::string(error.text), "--set hop.spi_line: comes to 1000000000000 ps; at most "
                                       "1000000000 ps would be right");
}

TEST(Profile, AutoQuantumIsTheShortestWayBetweenPEs)
{
    gictime_profile p = parsed("mode = timed\nhop.gicr_cpuif = 6 ns\nhop.cpuif_pe = 2 ns\n"
                               "hop.gicd_gicr = 12 ns\n");
    gictime_error error;
    EXPECT_EQ(gictime_profile_quantum_ps(&p), 8000u);
    EXPECT_FALSE(gictime_profile_quantum_coarse(&p));
    ASSERT_TRUE(gictime_profile_set(&p, "quantum=9 ns", &error));
    EXPECT_EQ(gictime_profile_quantum_ps(&p), 9000u);
    EXPECT_TRUE(gictime_profile_quantum_coarse(&p));
    p = parsed("mode = timed\n");
    EXPECT_EQ(gictime_profile_quantum_ps(&p), 1000u) << "never less than a cycle";
}

TEST(Profile, GeometryOfCachesGoesIntoTheConfiguration)
{
    gictime_profile p = parsed("its.walks = 3\nits.queue = 100\nits.itt_cache.entries = 48\n"
                               "its.itt_cache.ways = 3\nits.itt_cache.replacement = random\n"
                               "lpi.pending_cache = 5\nlpi.property_lines = 7\n");
    gic_config config = gic_config_default();
    config.lpi_bits = 16;
    config.its_count = 1;
    gictime_profile_geometry(&p, &config);
    EXPECT_EQ(config.its.walks, 3);
    EXPECT_EQ(config.its.queue, 100);
    EXPECT_EQ(config.its.itt_cache.entries, 48);
    EXPECT_EQ(config.its.itt_cache.ways, 3);
    EXPECT_EQ(config.its.itt_cache.replacement, GIC_REPLACE_RANDOM);
    EXPECT_EQ(config.its.device_cache.entries, 256);
    EXPECT_EQ(config.lpi_cache, 5);
    EXPECT_EQ(config.lpi_property_cache, 7);
    EXPECT_EQ(gic_config_check(&config), GIC_CONFIG_OK);
}

TEST(Profile, CountsAndGeometriesAreChecked)
{
    gictime_error error;
    EXPECT_NE(set_error("its.walks=0").find("1 to 64 would be right"), std::string::npos);
    EXPECT_NE(set_error("its.walks=4 gic").find("has a unit"), std::string::npos);
    EXPECT_NE(set_error("its.walks=1.5").find("is no whole number"), std::string::npos);
    EXPECT_NE(set_error("its.itt_cache.replacement=plru").find("lru, fifo or random"),
              std::string::npos);
    gictime_profile p = parsed("its.itt_cache.entries = 48\n");
    EXPECT_FALSE(gictime_profile_check(&p, &error));
    EXPECT_NE(std::string(error.text).find("power of two"), std::string::npos) << error.text;
}

TEST(Profile, PrintedProfileReadsBackEqual)
{
    for (unsigned i = 0; gictime_profile_builtin(i); i++) {
        gictime_profile p, again;
        gictime_error error;
        text_file out;
        ASSERT_TRUE(gictime_profile_load(&p, gictime_profile_builtin(i), &error)) << error.text;
        gictime_profile_print(&p, out.file);
        std::string text = out.text();
        ASSERT_TRUE(gictime_profile_parse(&again, "again", text.data(), text.size(), &error))
            << error.text;
        for (unsigned k = 0; k < GICTIME_KEY_COUNT; k++) {
            EXPECT_EQ(p.value[k].count, again.value[k].count);
            EXPECT_EQ(p.value[k].unit, again.value[k].unit);
        }
    }
}

TEST(Profile, JsonNamesEveryKeyAndWhereItCameFrom)
{
    gictime_profile p = parsed("mode = timed\nhop.spi_line = 3 gic\n");
    gictime_error error;
    text_file out;
    gictime_json json;
    ASSERT_TRUE(gictime_profile_set(&p, "hop.ppi_line=2 ns", &error));
    gictime_json_open(&json, out.file, 3);
    gictime_json_object(&json, nullptr);
    gictime_profile_json(&p, &json);
    gictime_json_end(&json);
    json_check::value v = json_check::parse(out.text())["profile"];
    EXPECT_EQ(v["keys"].members.size(), static_cast<size_t>(GICTIME_KEY_COUNT));
    EXPECT_EQ(v["keys"]["hop.spi_line"]["ps"].number(), 3000u);
    EXPECT_EQ(v["keys"]["hop.spi_line"]["from"].text, "line 2");
    EXPECT_EQ(v["keys"]["hop.ppi_line"]["from"].text, "--set");
    EXPECT_EQ(v["keys"]["hop.cpuif_pe"]["from"].text, "default");
}

/* Every number of a shipped profile says where it is from. */
TEST(Profile, ShippedNumbersAreSourcedOrMarkedAssumed)
{
    for (const char *name : {"gic600", "a53-gic400"}) {
        std::string path = std::string(PROFILE_DIR) + "/" + name + ".profile";
        std::ifstream in(path);
        std::string line;
        unsigned numbers = 0;
        ASSERT_TRUE(in) << path;
        while (std::getline(in, line)) {
            size_t equals = line.find('='), comment = line.find('#');
            if (equals == std::string::npos || comment < equals)
                continue;
            std::string value = line.substr(equals, comment - equals);
            if (value.find_first_of("0123456789") == std::string::npos)
                continue;
            std::string why = comment == std::string::npos ? "" : line.substr(comment);
            EXPECT_TRUE(why.rfind("# assumed", 0) == 0 || why.rfind("# source: ", 0) == 0 ||
                        why.rfind("# fitted: ", 0) == 0)
                << path << ": " << line;
            numbers++;
        }
        EXPECT_GT(numbers, 30u);
    }
}

TEST(Profile, ShippedProfilesAreTimedAndComplete)
{
    for (const char *name : {"gic600", "a53-gic400"}) {
        gictime_profile p;
        gictime_error error;
        gic_timing timing;
        ASSERT_TRUE(gictime_profile_load(&p, name, &error)) << error.text;
        ASSERT_TRUE(gictime_profile_check(&p, &error)) << error.text;
        gictime_profile_timing(&p, &timing);
        EXPECT_TRUE(timing.timed);
        for (unsigned k = 0; k < GICTIME_KEY_COUNT; k++)
            EXPECT_NE(p.value[k].line, 0u)
                << name << " leaves " << gictime_key_info(static_cast<gictime_key>(k))->key;
        EXPECT_FALSE(gictime_profile_quantum_coarse(&p));
    }
}

/* Whatever is in the file: a profile that checks out, or one line that names its place. */
TEST(Profile, DamagedFilesAreRefusedInOneLine)
{
    std::ifstream in(std::string(PROFILE_DIR) + "/gic600.profile");
    std::ostringstream whole;
    unsigned refused = 0;
    whole << in.rdbuf();
    for (unsigned seed = 1; seed <= 2000; seed++) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        std::string text = whole.str();
        for (unsigned n = 0; n < 4; n++) {
            size_t at = random() % text.size();
            if (random() % 2)
                text[at] = static_cast<char>(random());
            else
                text.erase(at, random() % 20);
        }
        std::string error = parse_error(text);
        refused += !error.empty();
        if (!error.empty()) {
            EXPECT_EQ(error.rfind("file:", 0), 0u) << error;
            EXPECT_EQ(error.find('\n'), std::string::npos) << error;
        }
    }
    EXPECT_GT(refused, 200u);
}

/* The classes of the ISS and the keys of the profile are the same list. */
TEST(Profile, CpiKeysAreTheClassesOfTheIss)
{
    static const struct {
        const char *name;
        uint64_t cycles;
    } classes[] = {
#define ISS_CPI(name, cycles, meaning) {#name, cycles},
#include "iss/cpi.def"
#undef ISS_CPI
    };
    gictime_profile p;
    const char *name = nullptr;
    uint64_t cycles = 0;
    unsigned i = 0;
    gictime_profile_default(&p);
    for (; gictime_profile_cpi(&p, i, &name, &cycles); i++) {
        ASSERT_LT(i, sizeof(classes) / sizeof(classes[0]));
        EXPECT_STREQ(name, classes[i].name);
        EXPECT_EQ(cycles, classes[i].cycles) << name;
    }
    EXPECT_EQ(i, sizeof(classes) / sizeof(classes[0]));
}

} // namespace
