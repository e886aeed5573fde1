/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the profile a53-gic400 gives for the rows that were published, fitted ones and predicted
 * ones: the way from the timer or the sender to the target's IRQ through the whole GIC, then the
 * PE's instructions by class. Prints the table of docs/accuracy.md, and compares.
 */
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <random>
#include <sstream>

#include "gicv2_rig.hpp"
#include "system.hpp"

namespace
{

enum : uint64_t { TICK_PS = 10000 }; /* The board's system counter: 100 MHz. */
enum : unsigned { SAMPLES = 196 };   /* As published. */

/* So many instructions of so many classes. */
struct path {
    unsigned alu, branch, load, store, sysreg;
};

/*
 * From the vector to the handler's read of the counter, as the published programs do it: 11 pairs
 * of registers saved, call of the GIC's handler, GICC_IAR (a load; its way over the bus besides),
 * three fields of it, table of handlers, call, frame of the handler, read of the counter.
 */
const path to_stamp = {9, 5, 3, 16, 1};
/* From there: difference and store, two returns, GICC_EOIR (likewise), 15 times subtract and
 * branch. */
const path to_end = {3 + 15, 2 + 15, 4, 3, 1};

uint64_t cycles(const gictime_profile &p, const path &i)
{
    return i.alu * gictime_profile_cycles(&p, GICTIME_KEY_CPI_ALU) +
           i.branch * gictime_profile_cycles(&p, GICTIME_KEY_CPI_BRANCH) +
           i.load * gictime_profile_cycles(&p, GICTIME_KEY_CPI_LOAD) +
           i.store * gictime_profile_cycles(&p, GICTIME_KEY_CPI_STORE) +
           i.sysreg * gictime_profile_cycles(&p, GICTIME_KEY_CPI_SYSREG);
}

/* The GIC's part, in ps: from a PPI's line, or from the write of GICD_SGIR, to IRQ. */
uint64_t gic_part(const gictime_profile &p, bool sgi)
{
    v2::gic g(v2::one_state(2), timing_of(p));
    g.boot();
    g.settling = false;
    const uint64_t asserted = g.now += 1000000;
    if (sgi)
        g.sgi(0, v2::sgi_to(2) | 5);
    else
        g.ppi(1, 27, true);
    while (!g.irq(1)) {
        g.now = gic_assembly_next_due(g.a);
        if (g.now == GIC_TIME_NEVER) {
            ADD_FAILURE() << "there is no interrupt";
            return 0;
        }
        gic_assembly_advance(g.a, g.now);
    }
    return g.now - asserted;
}

/* An access of a register over the bus, in ps: there, the register, back (ID-V01). */
uint64_t over_bus(const gictime_profile &p, gictime_key key)
{
    return gictime_profile_ps(&p, GICTIME_KEY_INTERCONNECT_MMIO) + gictime_profile_ps(&p, key);
}

struct row {
    const char *id;
    const char *what;
    const char *kind;
    uint64_t published_ns;
    const char *published_p99;
    uint64_t median_ns, p99_ns, max_ns;
};

void fill(row &r, std::vector<uint64_t> samples)
{
    std::sort(samples.begin(), samples.end());
    r.median_ns = samples[SAMPLES / 2] / 1000;
    r.p99_ns = samples[SAMPLES * 99 / 100] / 1000;
    r.max_ns = samples.back() / 1000;
}

/* Time that a program sees: the counter, cut down to its tick. */
uint64_t tick(uint64_t ps)
{
    return ps / TICK_PS * TICK_PS;
}

/* First edge of the PE's clock at or after @p ps, for a clock that has its edges at @p phase. */
uint64_t edge(uint64_t ps, uint64_t phase, uint64_t period)
{
    return ps + (phase + period - ps % period) % period;
}

/* The rows with the phase of the PE's clock swept, the sender's phase besides. */
std::vector<row> rows_of(const gictime_profile &p)
{
    const uint64_t period = gictime_profile_period_ps(&p, GICTIME_DOMAIN_CPU);
    const uint64_t ppi = gic_part(p, false), sgi = gic_part(p, true);
    const uint64_t sysreg = gictime_profile_cycles(&p, GICTIME_KEY_CPI_SYSREG);
    const uint64_t store = gictime_profile_cycles(&p, GICTIME_KEY_CPI_STORE);
    const uint64_t there = gictime_profile_ps(&p, GICTIME_KEY_INTERCONNECT_MMIO) / 2;
    const uint64_t before =
        (gictime_profile_cycles(&p, GICTIME_KEY_CPI_WAKE) +
         gictime_profile_cycles(&p, GICTIME_KEY_CPI_ENTRY) + cycles(p, to_stamp)) *
            period +
        over_bus(p, GICTIME_KEY_ACCESS_GICC_READ);
    const uint64_t after = cycles(p, to_end) * period + over_bus(p, GICTIME_KEY_ACCESS_GICC_WRITE);
    const uint64_t write = (sysreg + store) * period + over_bus(p, GICTIME_KEY_ACCESS_GICD_WRITE);
    std::vector<uint64_t> t1, t2, s1, s2;
    std::mt19937_64 random(1);
    for (unsigned n = 0; n < SAMPLES; n++) {
        const uint64_t fired = TICK_PS * 1000, phase = random() % period;
        const uint64_t stamp = edge(fired + ppi, phase, period) + before;
        t1.push_back(tick(stamp) - fired);
        t2.push_back(tick(stamp + after) - fired);
        const uint64_t sent = fired + random() % TICK_PS;
        const uint64_t got = edge(sent + sysreg * period + there + sgi, phase, period) + before;
        s1.push_back(tick(got) - tick(sent));
        s2.push_back(tick(sent + write) - tick(sent));
    }
    std::vector<row> rows = {
        {"T1", "virtual timer PPI to the handler's time stamp", "fitted", 220, "230", 0, 0, 0},
        {"S1", "SGI, sender's time stamp to the handler's", "fitted", 290, "320", 0, 0, 0},
        {"S2", "write of the SGI register until the sender resumes", "fitted", 30, "", 0, 0, 0},
        {"T2", "T1, then end of interrupt and a loop of 15", "predicted", 340, "", 0, 0, 0},
    };
    fill(rows[0], t1);
    fill(rows[1], s1);
    fill(rows[2], s2);
    fill(rows[3], t2);
    return rows;
}

std::string table(const std::vector<row> &rows)
{
    std::ostringstream out;
    out << "| row | what | | published median, p99 ns | model median, p99, max ns | error of the "
           "median |\n"
           "|---|---|---|---|---|---|\n";
    for (const row &r : rows) {
        long error = std::lround(
            (static_cast<double>(r.median_ns) / static_cast<double>(r.published_ns) - 1) * 100);
        out << "| " << r.id << " | " << r.what << " | " << r.kind << " | " << r.published_ns
            << (*r.published_p99 ? ", " : "") << r.published_p99 << " | " << r.median_ns << ", "
            << r.p99_ns << ", " << r.max_ns << " | " << (error > 0 ? "+" : "") << error << " % |\n";
    }
    return out.str();
}

TEST(Accuracy, FittedRowsMeetTheirMedianWithinATick)
{
    std::vector<row> rows = rows_of(profile_of("a53-gic400"));
    std::cout << table(rows);
    for (const row &r : rows) {
        if (std::string(r.kind) == "fitted") {
            EXPECT_LE(r.median_ns, r.published_ns + TICK_PS / 1000) << r.id;
            EXPECT_GE(r.median_ns + TICK_PS / 1000, r.published_ns) << r.id;
        }
    }
}

TEST(Accuracy, TheTableOfTheDocumentIsWhatTheModelGives)
{
    std::ifstream in(std::string(DOCS_DIR) + "/accuracy.md");
    std::ostringstream document;
    ASSERT_TRUE(in);
    document << in.rdbuf();
    std::string expected = table(rows_of(profile_of("a53-gic400")));
    EXPECT_NE(document.str().find(expected), std::string::npos)
        << "docs/accuracy.md should hold this table:\n"
        << expected;
}

/* A fit that explains nothing would move with nothing: each fitted key moves its own row. */
TEST(Accuracy, EachFittedKeyMovesItsRow)
{
    std::vector<row> rows = rows_of(profile_of("a53-gic400"));
    EXPECT_LT(rows_of(profile_of("a53-gic400", {"cpi.entry = 56 cpu"}))[0].median_ns,
              rows[0].median_ns);
    std::vector<row> hop = rows_of(profile_of("a53-gic400", {"hop.gicd_gicr = 1 gic"}));
    EXPECT_LT(hop[1].median_ns, rows[1].median_ns);
    EXPECT_EQ(hop[0].median_ns, rows[0].median_ns);
    std::vector<row> sgi = rows_of(profile_of("a53-gic400", {"access.gicd_write = 30 ns"}));
    EXPECT_GT(sgi[2].median_ns, rows[2].median_ns);
    EXPECT_EQ(sgi[1].median_ns, rows[1].median_ns);
}

} // namespace
