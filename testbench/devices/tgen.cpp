// SPDX-License-Identifier: Apache-2.0
// The traffic generator: arrival processes, stamps, counters, registers, bounds.
#include <cmath>
#include <cstring>
#include <random>
#include <string>

#include "pcie_rig.hpp"

namespace
{

class Tgen : public devices::pcie_rig
{
protected:
    Tgen() : t(add(1))
    {
        place(1);
        open_msix(1, 64);
    }
    void go(unsigned stream)
    {
        set(1, stream, TGEN_S_GO, 1);
    }
    /// Registers of stream 0.
    void program(unsigned ctrl, uint64_t period_ns, unsigned count)
    {
        set(1, 0, TGEN_S_CTRL, ctrl);
        set(1, 0, TGEN_S_PERIOD_NS, period_ns);
        set(1, 0, TGEN_S_COUNT, count);
    }
    /// How a start of stream 0 by its registers ends.
    bool starts()
    {
        const bool ok = try_write(bar0(1) + TGEN_STREAM(0, TGEN_S_GO), 4, 1) == DEV_OK;
        const uint64_t status = get(1, TGEN_STREAM(0, TGEN_S_STATUS), 4);

        EXPECT_EQ((status & TGEN_STATUS_ERROR) == 0, ok);
        set(1, 0, TGEN_S_GO, 0);
        return ok;
    }
    static std::vector<uint64_t> times(const std::vector<pcie_msi> &all)
    {
        std::vector<uint64_t> t;
        for (const pcie_msi &message : all)
            t.push_back(message.time_ps);
        return t;
    }
    static std::vector<unsigned> vectors(const std::vector<pcie_msi> &all)
    {
        std::vector<unsigned> v;
        for (const pcie_msi &message : all)
            v.push_back(message.vector);
        return v;
    }
    tgen &t;
};

using u64s = std::vector<uint64_t>;
using uints = std::vector<unsigned>;

TEST_F(Tgen, PeriodsAreExact)
{
    ecam.now_ps = 1000;
    program(TGEN_KIND_PERIODIC, 3, 4);
    set(1, 0, TGEN_S_DELAY_NS, 5);
    set(1, 0, TGEN_S_PHASE_PS, 137);
    set(1, 0, TGEN_S_FIRST, 10);
    set(1, 0, TGEN_S_VECTORS, 3);
    go(0);
    EXPECT_EQ(get(1, TGEN_STREAM(0, TGEN_S_NEXT_PS)), 6137u);
    EXPECT_EQ(get(1, TGEN_RUNNING, 4), 1u);
    const auto all = until(1000000);

    EXPECT_EQ(times(all), (u64s{6137, 9137, 12137, 15137}));
    EXPECT_EQ(vectors(all), (uints{10, 11, 12, 10}));
    EXPECT_EQ(get(1, TGEN_STREAM(0, TGEN_S_FIRED)), 4u);
    EXPECT_EQ(get(1, TGEN_STREAM(0, TGEN_S_LAST_PS)), 15137u);
    EXPECT_EQ(get(1, TGEN_STREAM(0, TGEN_S_NEXT_PS)), UINT64_MAX);
    EXPECT_EQ(get(1, TGEN_RUNNING, 4), 0u);
    EXPECT_EQ(ecam.deadline(), DEV_NEVER);
}

TEST_F(Tgen, AnAbsoluteStartIsATimeSinceReset)
{
    ecam.now_ps = 4000;
    program(TGEN_KIND_PERIODIC | TGEN_CTRL_ABS, 10, 1);
    set(1, 0, TGEN_S_DELAY_NS, 9);
    go(0);
    EXPECT_EQ(ecam.deadline(), 9000u);
    (void)until(20000);
    go(0);
    EXPECT_EQ(ecam.deadline(), 20000u) << "gone by: at once";
}

TEST_F(Tgen, AnEndlessStreamRunsUntilStopped)
{
    program(TGEN_KIND_PERIODIC, 1, 0);
    go(0);
    EXPECT_EQ(until(999000).size(), 1000u) << "0 to 999 ns";
    write(bar0(1) + TGEN_STOP, 1);
    EXPECT_EQ(ecam.deadline(), DEV_NEVER);
    EXPECT_TRUE(until(2000000).empty());
}

TEST_F(Tgen, PoissonIntervalsHaveTheirMeanVarianceAndTail)
{
    const unsigned number = 40000;
    const double mean_ps = 2000e3;

    RecordProperty("seed", 12345);
    program(TGEN_KIND_POISSON, 2000, number);
    set(1, 0, TGEN_S_SEED, 12345);
    go(0);
    const u64s at = times(until(UINT64_MAX - 1));
    double sum = 0, squares = 0, before = 0;
    unsigned beyond[4] = {};

    ASSERT_EQ(at.size(), number);
    for (const uint64_t time : at) {
        const double x = (double(time) - before) / mean_ps;
        before = double(time);
        sum += x;
        squares += x * x;
        for (unsigned n = 0; n < 4; n++)
            beyond[n] += x > n + 1;
    }
    const double mean = sum / number, variance = squares / number - mean * mean;
    const double sigma = 1 / std::sqrt(double(number));

    EXPECT_NEAR(mean, 1, 4 * sigma);
    EXPECT_NEAR(variance, 1, 4 * std::sqrt(8.0) * sigma) << "fourth moment of the exponential";
    for (unsigned n = 0; n < 4; n++) {
        const double p = std::exp(-double(n + 1));
        EXPECT_NEAR(beyond[n] / double(number), p, 4 * std::sqrt(p * (1 - p)) * sigma) << n + 1;
    }
}

TEST_F(Tgen, TheSeedDecidesTheIntervals)
{
    const auto run = [&](uint64_t seed) {
        program(TGEN_KIND_POISSON | TGEN_CTRL_ABS, 100, 50);
        set(1, 0, TGEN_S_SEED, seed);
        t.state.stream[0].program.delay_ns = ecam.now_ps / 1000 + 1;
        const uint64_t zero = t.state.stream[0].program.delay_ns * 1000;
        go(0);
        u64s at = times(until(ecam.now_ps + 100000000));
        for (uint64_t &time : at)
            time -= zero;
        return at;
    };
    const u64s one = run(1), again = run(1), two = run(2);

    ASSERT_EQ(one.size(), 50u);
    EXPECT_EQ(one, again);
    EXPECT_NE(one, two);
    /* The same on every machine: no floating point is involved. */
    EXPECT_EQ(u64s(one.begin(), one.begin() + 3), (u64s{56816, 86148, 89090}));
}

TEST_F(Tgen, RandomVectorsAreEvenlySpread)
{
    program(TGEN_KIND_PERIODIC | TGEN_CTRL_RANDOM_VECTOR, 1, 32000);
    set(1, 0, TGEN_S_FIRST, 16);
    set(1, 0, TGEN_S_VECTORS, 32);
    set(1, 0, TGEN_S_SEED, 7);
    go(0);
    std::vector<unsigned> seen(64);
    for (const pcie_msi &message : until(UINT64_MAX - 1))
        seen[message.vector]++;
    double chi = 0;
    for (unsigned v = 0; v < 64; v++) {
        if (v < 16 || v >= 48)
            EXPECT_EQ(seen[v], 0u) << v;
        else
            chi += std::pow(seen[v] - 1000.0, 2) / 1000;
    }
    EXPECT_LT(chi, 61.1) << "31 degrees of freedom, one in a thousand";
}

TEST_F(Tgen, BurstsAreTrainsOfArrivals)
{
    program(TGEN_KIND_BURST, 100, 7);
    set(1, 0, TGEN_S_BURST, 3);
    set(1, 0, TGEN_S_GAP_NS, 4);
    set(1, 0, TGEN_S_VECTORS, 2);
    go(0);
    const auto all = until(10000000);

    EXPECT_EQ(times(all), (u64s{0, 4000, 8000, 100000, 104000, 108000, 200000}));
    EXPECT_EQ(vectors(all), (uints{0, 1, 0, 1, 0, 1, 0}));
}

TEST_F(Tgen, ABurstInOneInstantAndOneLongerThanItsPeriod)
{
    program(TGEN_KIND_BURST, 10, 6);
    set(1, 0, TGEN_S_BURST, 3);
    set(1, 0, TGEN_S_VECTORS, 3);
    go(0);
    EXPECT_EQ(times(until(50000)), (u64s{0, 0, 0, 10000, 10000, 10000}));
    set(1, 0, TGEN_S_GAP_NS, 7);
    go(0);
    EXPECT_EQ(times(until(200000)), (u64s{50000, 57000, 64000, 64000, 71000, 78000}))
        << "the next burst starts when the last one is over";
}

TEST_F(Tgen, BurstsAtPoissonIntervals)
{
    program(TGEN_KIND_BURST_POISSON, 1000, 4000);
    set(1, 0, TGEN_S_BURST, 4);
    set(1, 0, TGEN_S_VECTORS, 4);
    set(1, 0, TGEN_S_SEED, 3);
    go(0);
    const u64s at = times(until(UINT64_MAX - 1));

    ASSERT_EQ(at.size(), 4000u);
    for (unsigned n = 0; n < 4000; n += 4)
        EXPECT_EQ(at[n], at[n + 3]);
    EXPECT_NEAR(double(at.back()) / 1000, 1e6, 4e6 / std::sqrt(1000.0));
}

const tgen_arrival trace[] = {{0, 3, 0}, {1500, 1, 0}, {1500, 0, 0}, {1000000, 2, 0}};

TEST_F(Tgen, ATraceIsReplayedToThePicosecond)
{
    uint32_t bad = 0;
    ASSERT_TRUE(tgen_load_trace(&t, trace, 4, &bad));
    EXPECT_EQ(get(1, TGEN_TRACE_SIZE, 4), 4u);
    program(TGEN_KIND_TRACE, 0, 0);
    set(1, 0, TGEN_S_DELAY_NS, 2);
    set(1, 0, TGEN_S_FIRST, 8);
    set(1, 0, TGEN_S_VECTORS, 4);
    go(0);
    const auto all = until(10000000);

    EXPECT_EQ(times(all), (u64s{2000, 3500, 3500, 1002000}));
    EXPECT_EQ(vectors(all), (uints{11, 9, 8, 10}));
    EXPECT_EQ(get(1, TGEN_RUNNING, 4), 0u);
    set(1, 0, TGEN_S_TRACE_FIRST, 1);
    set(1, 0, TGEN_S_TRACE_COUNT, 2);
    go(0);
    EXPECT_EQ(vectors(until(20000000)), (uints{9, 8})) << "a part of it";
    set(1, 0, TGEN_S_TRACE_COUNT, 0);
    set(1, 0, TGEN_S_COUNT, 1);
    go(0);
    EXPECT_EQ(vectors(until(30000000)), (uints{9})) << "COUNT ends it earlier";
}

TEST_F(Tgen, ATraceWhoseTimesDescendIsRefused)
{
    const tgen_arrival wrong[] = {{5, 0, 0}, {6, 0, 0}, {4, 0, 0}};
    uint32_t bad = 0;
    ASSERT_TRUE(tgen_load_trace(&t, trace, 4, &bad));
    EXPECT_FALSE(tgen_load_trace(&t, wrong, 3, &bad));
    EXPECT_EQ(bad, 2u);
    EXPECT_EQ(get(1, TGEN_TRACE_SIZE, 4), 0u);
}

TEST_F(Tgen, TheChecksumOfATraceTellsTracesApart)
{
    const tgen_arrival other[] = {{0, 3, 0}, {1500, 1, 0}, {1501, 0, 0}, {1000000, 2, 0}};
    uint32_t bad = 0;
    const uint64_t none = tgen_trace_checksum(&t);
    ASSERT_TRUE(tgen_load_trace(&t, trace, 4, &bad));
    const uint64_t one = tgen_trace_checksum(&t);
    ASSERT_TRUE(tgen_load_trace(&t, other, 4, &bad));
    const uint64_t two = tgen_trace_checksum(&t);
    ASSERT_TRUE(tgen_load_trace(&t, trace, 4, &bad));
    EXPECT_TRUE(none != one && one != two && none != two);
    EXPECT_EQ(tgen_trace_checksum(&t), one);
}

/// Parses a trace; what it says of a wrong one is "line: why".
std::string parse(const std::string &text, std::vector<tgen_arrival> &out, size_t most = 100)
{
    unsigned line = 0;
    const char *why = "";
    out.assign(most, tgen_arrival());
    const long count = tgen_parse_trace(text.data(), text.size(), out.data(), most, &line, &why);
    out.resize(count < 0 ? 0 : size_t(count));
    return count < 0 ? std::to_string(line) + ": " + why : "";
}

TEST_F(Tgen, ATraceIsLinesOfTimeAndVector)
{
    std::vector<tgen_arrival> out;
    EXPECT_EQ(parse("# a trace\n\n  0 5\n1.5\t6 # here\r\n1.507 7\n18446744073709 2047", out), "");
    ASSERT_EQ(out.size(), 4u);
    EXPECT_EQ(out[1].time_ps, 1500u);
    EXPECT_EQ(out[2].time_ps, 1507u);
    EXPECT_EQ(out[2].vector, 7u);
    EXPECT_EQ(out[3].vector, 2047u);
    EXPECT_EQ(parse("", out), "");
    EXPECT_TRUE(out.empty());
}

TEST_F(Tgen, AWrongTraceIsRefusedByLine)
{
    std::vector<tgen_arrival> out;
    const auto says = [&](const char *text, const char *what) {
        const std::string why = parse(text, out, 2);
        EXPECT_NE(why.find(what), std::string::npos) << text << " -> " << why;
    };
    says("x 1", "1: a number is missing");
    says("1 2\n\n3", "3: a number is missing");
    says("1 2 3", "1: more than two");
    says("1 2048", "too large");
    says("99999999999999999999 1", "too large");
    says("1.2345 1", "three decimals");
    says("2 1\n1 1", "2: its time is before");
    says("1 1\n2 2\n3 3", "3: the trace has too many");
    says("-1 1", "missing");
}

TEST_F(Tgen, StampsTellWhenAVectorWasSentLast)
{
    program(TGEN_KIND_PERIODIC, 100, 3);
    set(1, 0, TGEN_S_FIRST, 63);
    set(1, 0, TGEN_S_DELAY_NS, 1);
    set(1, 0, TGEN_S_PHASE_PS, 700);
    go(0);
    (void)until(1000000);
    EXPECT_EQ(get(1, TGEN_LAST_PS(63)), 201700u);
    EXPECT_EQ(get(1, TGEN_LAST_PS(63) + 4, 4), 0u);
    EXPECT_EQ(get(1, TGEN_LAST_CYCLES(63)), 403u) << "500 ps";
    EXPECT_EQ(get(1, TGEN_LAST_TICKS(63)), 12u) << "16 ns";
    EXPECT_EQ(get(1, TGEN_COUNTS(63)), 3u | uint64_t(3) << 32);
    EXPECT_EQ(get(1, TGEN_COUNTS(62)), 0u);
    EXPECT_EQ(get(1, TGEN_NOW_PS), 1000000u);
    EXPECT_EQ(get(1, TGEN_NOW_CYCLES), 2000u);
    EXPECT_EQ(get(1, TGEN_NOW_TICKS), 62u);
}

TEST_F(Tgen, HeldAndMergedArrivalsAreCountedAndNoneIsLost)
{
    program(TGEN_KIND_PERIODIC, 10, 1000);
    set(1, 0, TGEN_S_VECTORS, 4);
    table(1, 2, PCI_MSIX_ENTRY_CONTROL, PCI_MSIX_ENTRY_MASKED);
    go(0);
    size_t delivered = until(5000000).size();
    table(1, 2, PCI_MSIX_ENTRY_CONTROL, 0);
    delivered += taken().size();
    delivered += until(20000000).size();

    EXPECT_EQ(get(1, TGEN_ARRIVALS), 1000u);
    EXPECT_EQ(get(1, TGEN_SENT), delivered);
    EXPECT_EQ(get(1, TGEN_HELD), 1u);
    EXPECT_GT(get(1, TGEN_MERGED), 100u);
    EXPECT_EQ(get(1, TGEN_SENT) + get(1, TGEN_MERGED), 1000u);
    const uint64_t counts = get(1, TGEN_COUNTS(2));
    EXPECT_EQ(counts >> 32, 250u);
    EXPECT_EQ((counts >> 32) - (counts & 0xffffffff), get(1, TGEN_MERGED));
}

TEST_F(Tgen, StreamsThatStartTogetherShareTheirInstant)
{
    for (const unsigned n : {1u, 4u, 31u}) {
        set(1, n, TGEN_S_FIRST, n);
        set(1, n, TGEN_S_PERIOD_NS, 5);
        set(1, n, TGEN_S_COUNT, 2);
    }
    ecam.now_ps = 777;
    write(bar0(1) + TGEN_START, 1u << 1 | 1u << 4 | 1u << 31);
    EXPECT_EQ(get(1, TGEN_RUNNING, 4), 1u << 1 | 1u << 4 | 1u << 31);
    const auto all = until(100000);

    EXPECT_EQ(times(all), (u64s{777, 777, 777, 5777, 5777, 5777}));
    EXPECT_EQ(vectors(all), (uints{1, 4, 31, 1, 4, 31}));
}

TEST_F(Tgen, WithoutMsiAnArrivalRaisesTheLineUntilAcknowledged)
{
    set_cfg(1, capability(1, PCI_CAP_ID_MSIX) + PCI_MSIX_CONTROL, 0, 2);
    program(TGEN_KIND_PERIODIC, 1, 1);
    set(1, 3, TGEN_S_PERIOD_NS, 1);
    write(bar0(1) + TGEN_START, 1u | 1u << 3);
    EXPECT_TRUE(until(1000).empty());
    EXPECT_TRUE(ecam.line(1));
    EXPECT_EQ(get(1, TGEN_INT_STATUS, 4), 1u | 1u << 3);
    write(bar0(1) + TGEN_INT_STATUS, 1);
    EXPECT_TRUE(ecam.line(1)) << "stream 3 is not acknowledged";
    write(bar0(1) + TGEN_INT_STATUS, 1u << 3);
    EXPECT_FALSE(ecam.line(1));
}

TEST_F(Tgen, ProgramsWithoutSenseAreRefused)
{
    const tgen_program good = {0, 1, 0, 64, 1, 0, 0, 0, 0, 0, 1, 0, 0};
    uint32_t bad = 0;
    ASSERT_TRUE(tgen_load_trace(&t, trace, 4, &bad));
    const auto accepts = [&](const tgen_program &p) {
        t.state.stream[0].program = p;
        return starts();
    };
    tgen_program p = good;
    EXPECT_TRUE(accepts(p));
    (p = good).period_ns = 0;
    EXPECT_FALSE(accepts(p)) << "for ever in one instant";
    (p = good).vectors = 0;
    EXPECT_FALSE(accepts(p));
    (p = good).vectors = 65;
    EXPECT_FALSE(accepts(p)) << "64 vectors";
    (p = good).first = 1;
    EXPECT_FALSE(accepts(p));
    (p = good).first = UINT32_MAX;
    EXPECT_FALSE(accepts(p));
    for (const unsigned kind : {5u, 6u, 7u}) {
        (p = good).ctrl = kind;
        EXPECT_FALSE(accepts(p)) << kind;
    }
    for (const unsigned burst : {0u, 4097u}) {
        (p = good).ctrl = TGEN_KIND_BURST;
        p.burst = burst;
        EXPECT_FALSE(accepts(p)) << burst;
    }
    (p = good).ctrl = TGEN_KIND_TRACE;
    EXPECT_TRUE(accepts(p));
    p.vectors = 3;
    EXPECT_FALSE(accepts(p)) << "the trace has vector 3";
    p.trace_first = 1;
    EXPECT_TRUE(accepts(p));
    p.trace_count = 4;
    EXPECT_FALSE(accepts(p)) << "beyond its end";
    p.trace_count = UINT32_MAX;
    EXPECT_FALSE(accepts(p));
    p.trace_first = 4;
    EXPECT_FALSE(accepts(p));
    EXPECT_FALSE(tgen_start(&t, 32, &good, 0)) << "no such stream";
    EXPECT_TRUE(tgen_start(&t, 31, &good, 0));
}

TEST_F(Tgen, ATimeBeyondTheEndOfTimeNeverComes)
{
    program(TGEN_KIND_PERIODIC, UINT64_MAX, 2);
    go(0);
    EXPECT_EQ(until(1000).size(), 1u);
    EXPECT_EQ(ecam.deadline(), DEV_NEVER);
    EXPECT_EQ(get(1, TGEN_RUNNING, 4), 0u);
    set(1, 0, TGEN_S_DELAY_NS, UINT64_MAX);
    go(0);
    EXPECT_EQ(get(1, TGEN_RUNNING, 4), 0u);
}

TEST_F(Tgen, RegistersKeepToTheirRules)
{
    const uint64_t base = bar0(1);
    uint64_t value;

    EXPECT_EQ(read(base + TGEN_ID), unsigned{TGEN_ID_VALUE});
    EXPECT_EQ(read(base + TGEN_STREAMS), 32u);
    EXPECT_EQ(read(base + TGEN_VECTORS), 64u);
    for (const uint64_t offset :
         {TGEN_ID, TGEN_NOW_PS, TGEN_SENT, TGEN_RUNNING, TGEN_STREAM(0, TGEN_S_STATUS),
          TGEN_STREAM(31, TGEN_S_LAST_PS), TGEN_LAST_PS(0), TGEN_LAST_TICKS(5)})
        EXPECT_EQ(try_write(base + offset, 4, 1), DEV_READ_ONLY) << std::hex << offset;
    for (const uint64_t offset : {TGEN_START, TGEN_STOP, TGEN_STREAM(0, TGEN_S_GO)})
        EXPECT_EQ(try_read(base + offset, 4, value), DEV_WRITE_ONLY) << std::hex << offset;
    for (const uint64_t offset : {0x58, 0xffc, TGEN_STREAM(0, 0x68), TGEN_STREAM(32, 0), 0x7ffc,
                                  TGEN_LAST_PS(64), TGEN_LAST_TICKS(64), 0x18000})
        EXPECT_EQ(try_read(base + offset, 4, value), DEV_HOLE) << std::hex << offset;
    EXPECT_EQ(try_read(base + TGEN_STREAM(0, TGEN_S_CTRL), 8, value), DEV_BAD_SIZE);
    EXPECT_EQ(try_read(base + TGEN_ID, 1, value), DEV_BAD_SIZE);
    EXPECT_EQ(try_write(base + TGEN_START, 8, 1), DEV_BAD_SIZE);
    write(base + TGEN_STREAM(2, TGEN_S_SEED), 0x1122334455667788, 8);
    write(base + TGEN_STREAM(2, TGEN_S_SEED + 4), 0xaabbccdd);
    EXPECT_EQ(get(1, TGEN_STREAM(2, TGEN_S_SEED)), 0xaabbccdd55667788u);
    EXPECT_EQ(get(1, TGEN_STREAM(2, TGEN_S_SEED + 4), 4), 0xaabbccddu);
    program(TGEN_KIND_PERIODIC, 5, 0);
    go(0);
    EXPECT_EQ(try_write(base + TGEN_STREAM(0, TGEN_S_COUNT), 4, 7), DEV_BAD_VALUE) << "it runs";
    EXPECT_EQ(get(1, TGEN_STREAM(0, TGEN_S_COUNT), 4), 0u);
}

TEST_F(Tgen, AllBurstsInOneInstantAreDoneInBoundedPieces)
{
    for (unsigned n = 0; n < TGEN_NUM_STREAMS; n++) {
        tgen_program p = tgen_program_default();
        p.ctrl = TGEN_KIND_BURST;
        p.burst = TGEN_MAX_BURST;
        p.count = 0;
        p.vectors = 64;
        p.period_ns = 1;
        ASSERT_TRUE(tgen_start(&t, n, &p, 0));
    }
    uint64_t before = 0;
    for (unsigned call = 0; call < TGEN_NUM_STREAMS * TGEN_MAX_BURST / TGEN_WORK; call++) {
        EXPECT_EQ(ecam.deadline(), 0u);
        ecam.advance_to(0);
        EXPECT_LE(t.state.arrivals - before, unsigned{TGEN_WORK});
        before = t.state.arrivals;
        (void)taken();
    }
    EXPECT_EQ(ecam.deadline(), 1000u) << "time goes on";
}

TEST_F(Tgen, TwoFunctionsAreIndependent)
{
    tgen &other = add(2, 2048);
    place(2);
    open_msix(2, 2048);
    program(TGEN_KIND_PERIODIC, 7, 10);
    set(2, 0, TGEN_S_PERIOD_NS, 5);
    set(2, 0, TGEN_S_COUNT, 10);
    set(2, 0, TGEN_S_FIRST, 2047);
    go(0);
    set(2, 0, TGEN_S_GO, 1);
    unsigned of[3] = {};
    uint64_t last = 0;
    for (const pcie_msi &message : until(1000000)) {
        EXPECT_GE(message.time_ps, last);
        last = message.time_ps;
        ASSERT_TRUE(message.device_id == 8 || message.device_id == 16);
        of[message.device_id / 8]++;
    }
    EXPECT_EQ(of[1], 10u);
    EXPECT_EQ(of[2], 10u);
    EXPECT_EQ(other.state.sent_of[2047], 10u);
}

TEST_F(Tgen, ARestoredRunGoesOnAsTheUninterruptedOne)
{
    for (unsigned n = 0; n < 4; n++) {
        tgen_program p = tgen_program_default();
        p.ctrl = n | (n == 2 ? TGEN_CTRL_RANDOM_VECTOR : 0u);
        p.count = 100;
        p.vectors = 16;
        p.burst = 5;
        p.gap_ns = 3;
        p.period_ns = 50 + n;
        p.seed = n;
        ASSERT_TRUE(tgen_start(&t, n, &p, 0));
    }
    (void)until(2000000);
    std::vector<uint8_t> image(dev_save_size(&tgen_ops.device));
    dev_save(&tgen_ops.device, &t, image.data());
    const auto host = ecam.save();
    const auto rest = until(100000000);
    std::vector<uint8_t> end(image.size()), end_again(image.size());
    dev_save(&tgen_ops.device, &t, end.data());

    ecam.reset();
    ecam.now_ps = 2000000;
    ASSERT_TRUE(ecam.load(host));
    ASSERT_TRUE(dev_load(&tgen_ops.device, &t, image.data(), image.size()));
    const auto again = until(100000000);
    dev_save(&tgen_ops.device, &t, end_again.data());

    EXPECT_GT(rest.size(), 100u);
    EXPECT_EQ(times(rest), times(again));
    EXPECT_EQ(vectors(rest), vectors(again));
    EXPECT_EQ(end, end_again);
}

TEST_F(Tgen, AFunctionLevelResetEndsTheTraffic)
{
    program(TGEN_KIND_PERIODIC, 5, 0);
    go(0);
    set_cfg(1, capability(1, PCI_CAP_ID_PCIE) + PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_FLR, 2);
    EXPECT_EQ(ecam.deadline(), DEV_NEVER);
    EXPECT_EQ(t.state.stream[0].program.count, 1u);
}

TEST_F(Tgen, RandomWritesOfRegistersAreHarmless)
{
    std::mt19937_64 random(99);
    uint32_t bad = 0;

    ASSERT_TRUE(tgen_load_trace(&t, trace, 4, &bad));
    for (unsigned round = 0; round < 20000; round++) {
        const uint64_t offset = random() % 4 == 0
                                    ? random() % TGEN_BAR0_SIZE
                                    : TGEN_STREAM(random() % 2, (random() % 0x70) & ~uint64_t(3));
        const uint64_t value = random() % 64 == 0 ? random() : random() % 8;
        const unsigned size = random() % 4 == 0 ? 8 : 4;

        (void)try_write(bar0(1) + offset, size, value);
        (void)until(ecam.now_ps + random() % 100000, 20);
        ASSERT_LE(t.state.sent, t.state.arrivals);
    }
    EXPECT_GT(t.state.arrivals, 300u);
}

TEST(TgenConfig, WhatIsOutOfRangeIsRefused)
{
    const tgen_config wrong[] = {
        {0, 1, 1, 1}, {1, 0, 1, 1}, {1, 1, 0, 1}, {1, 1, 2049, 1}, {1, 1, 1, 0xffff}};
    auto t = std::make_unique<tgen>();
    for (const tgen_config &config : wrong)
        EXPECT_FALSE(tgen_init(t.get(), &config));
    const tgen_config most = {1, 1, 2048, 1};
    EXPECT_TRUE(tgen_init(t.get(), &most));
}

} // namespace
