// SPDX-License-Identifier: Apache-2.0
// Forged states of the LPIs of a Redistributor: checksums hold, and one member is what it can never
// be. Beside each that is refused stands its neighbour that is taken, where there is one.
#include "forged_gicr.hpp"

namespace
{

using namespace forged;

class ForgedLpi : public ForgedGicr
{
};

gicr_lpi_op op_of(gicr_lpi_kind kind, uint32_t intid = LPI)
{
    gicr_lpi_op op{};
    op.kind = static_cast<uint8_t>(kind);
    op.from = LPI_FROM_REGISTER;
    op.intid = intid;
    return op;
}

} // namespace

// --- rows -------------------------------------------------------------------------------------

TEST_F(ForgedLpi, ARowSaysWhoIsToBeAnswered)
{
    EXPECT_TRUE(loads_with_row([](gicr_lpi_row &) {}));
    EXPECT_FALSE(loads_with_row([](gicr_lpi_row &row) { row.op.its = 2; })) << "there are two";
    EXPECT_TRUE(loads_with_row([](gicr_lpi_row &row) {
        row.op.its = 2;
        row.op.from = LPI_FROM_REGISTER;
    }));
    EXPECT_FALSE(loads_with_row([](gicr_lpi_row &row) { row.op.from = LPI_FROM_SELF + 1; }));
    EXPECT_TRUE(loads_with_row([](gicr_lpi_row &row) { row.op.from = LPI_FROM_SELF; }));
    const auto of_peer = [&](uint16_t pe) {
        return loads_with_row([&](gicr_lpi_row &row) {
            row.op.from = LPI_FROM_PEER;
            row.op.source = pe;
        });
    };
    EXPECT_TRUE(of_peer(2));
    EXPECT_FALSE(of_peer(3)) << "there are three PEs";
}

TEST_F(ForgedLpi, ARowDoesWhatRowsDo)
{
    for (unsigned kind = 0; kind <= LPI_KINDS; kind++) {
        const bool is_one = kind != LPI_INVALL && kind != LPI_MOVEALL && kind < LPI_KINDS;
        EXPECT_EQ(
            loads_with_row([&](gicr_lpi_row &row) { row.op.kind = static_cast<uint8_t>(kind); }),
            is_one)
            << kind;
    }
    const auto in_state = [&](unsigned state) {
        return loads_with_row([&](gicr_lpi_row &row) { row.state = static_cast<uint8_t>(state); });
    };
    EXPECT_TRUE(in_state(LPI_WAIT_LINE));
    EXPECT_TRUE(in_state(LPI_RECALL));
    EXPECT_FALSE(in_state(LPI_STATES));
    EXPECT_FALSE(in_state(LPI_CREDIT)) << "what sends has no line";
    EXPECT_FALSE(in_state(LPI_ACK));
    EXPECT_TRUE(loads_with_row([](gicr_lpi_row &row) { row.flags = LPI_ROW_FLAGS & ~LPI_AGAIN; }));
    EXPECT_FALSE(loads_with_row([](gicr_lpi_row &row) { row.flags = 128; }));
    EXPECT_TRUE(loads_with_row([](gicr_lpi_row &row) { row.bit = LPI_LINE_INTIDS; }));
    EXPECT_FALSE(loads_with_row([](gicr_lpi_row &row) { row.bit = LPI_LINE_INTIDS + 1; }));
}

TEST_F(ForgedLpi, ARowThatSendsMovesAnLpiToARedistributor)
{
    for (uint8_t state : {LPI_CREDIT, LPI_ACK})
        EXPECT_TRUE(loads_with_move([&](gicr_lpi_row &row) { row.state = state; }));
    for (uint8_t kind : {LPI_MOVE, LPI_SWEEP}) {
        const auto with = [&](uint16_t target, uint32_t intid) {
            return loads_with_move([&](gicr_lpi_row &row) {
                row.op.kind = kind;
                row.op.target = target;
                row.op.intid = intid;
            });
        };
        EXPECT_TRUE(with(2, LPI));
        EXPECT_FALSE(with(3, LPI)) << "there are three PEs";
        EXPECT_TRUE(with(2, LAST));
        EXPECT_FALSE(with(2, LPI - 1));
        EXPECT_FALSE(with(2, LAST + 1));
    }
    EXPECT_FALSE(loads_with_move([](gicr_lpi_row &row) { row.line = FIRST_LINE; }));
    for (uint8_t kind : {LPI_SET, LPI_CLEAR, LPI_INV, LPI_REVIEW, LPI_SPILL, LPI_SELECT})
        EXPECT_FALSE(loads_with_move([&](gicr_lpi_row &row) { row.op.kind = kind; })) << +kind;
}

TEST_F(ForgedLpi, ARowHasALineOfTheTableAndItsIntidIsInIt)
{
    const auto with = [&](uint32_t line, uint32_t intid, gicr_lpi_kind kind) {
        return loads_with_row([&](gicr_lpi_row &row) {
            row.line = line;
            row.op.intid = intid;
            row.op.kind = static_cast<uint8_t>(kind);
        });
    };
    EXPECT_TRUE(with(LAST_LINE, LAST, LPI_SET));
    EXPECT_FALSE(with(LAST_LINE + 1, LAST + 1, LPI_SET));
    EXPECT_FALSE(with(FIRST_LINE - 1, LPI - 1, LPI_SET));
    for (gicr_lpi_kind kind : {LPI_SET, LPI_CLEAR, LPI_INV, LPI_MOVE, LPI_REVIEW, LPI_SPILL})
        EXPECT_FALSE(with(FIRST_LINE + 1, LPI, kind)) << kind;
    // About a whole line: the INTID is not looked at until one is found.
    for (gicr_lpi_kind kind : {LPI_SELECT, LPI_TAKE, LPI_FLUSH, LPI_SWEEP}) {
        EXPECT_TRUE(with(FIRST_LINE, 0, kind)) << kind;
        EXPECT_TRUE(with(LAST_LINE, 0, kind)) << kind;
        EXPECT_FALSE(with(FIRST_LINE - 1, 0, kind)) << kind;
        EXPECT_FALSE(with(LAST_LINE + 1, 0, kind)) << kind;
    }
}

TEST_F(ForgedLpi, ARowKnowsItsRequestItsVictimAndWhereItGoesBack)
{
    const auto waits = [&](uint8_t state, uint32_t tag) {
        return loads_with_row([&](gicr_lpi_row &row) {
            row.state = state;
            row.tag = tag;
            row.config = 0;
        });
    };
    for (uint8_t state : {LPI_READ_CONFIG, LPI_READ_TABLE, LPI_WRITE_TABLE}) {
        EXPECT_TRUE(waits(state, 2)) << +state;
        EXPECT_FALSE(waits(state, 3)) << +state << ": that is row 3's";
    }
    EXPECT_TRUE(waits(LPI_GO, 3));
    const auto reads = [&](uint32_t config) {
        return loads_with_row([&](gicr_lpi_row &row) {
            row.state = LPI_READ_CONFIG;
            row.config = config;
        });
    };
    EXPECT_TRUE(reads(7)) << "INTIDs 8640 to 8703, in the first line of the pending table";
    EXPECT_FALSE(reads(8));
    const auto takes_the_place_of = [&](uint32_t intid) {
        return loads_with_row([&](gicr_lpi_row &row) { row.victim = intid; });
    };
    EXPECT_TRUE(takes_the_place_of(LPI));
    EXPECT_TRUE(takes_the_place_of(LAST));
    EXPECT_FALSE(takes_the_place_of(LPI - 1));
    EXPECT_FALSE(takes_the_place_of(LAST + 1));
    const auto goes_back_to = [&](uint32_t line, uint8_t flags) {
        return loads_with_row([&](gicr_lpi_row &row) {
            row.op.kind = LPI_SPILL;
            row.flags = flags;
            row.back = line;
        });
    };
    EXPECT_TRUE(goes_back_to(LAST_LINE, LPI_AGAIN));
    EXPECT_FALSE(goes_back_to(LAST_LINE + 1, LPI_AGAIN));
    EXPECT_FALSE(goes_back_to(FIRST_LINE - 1, LPI_AGAIN));
    EXPECT_TRUE(goes_back_to(LAST_LINE + 1, 0));
}

TEST_F(ForgedLpi, EachRowIsLookedAt)
{
    for (unsigned n = 0; n < LPI_ROWS; n++)
        EXPECT_FALSE(loads_with([&](parts &p) { p.lpi.row[n].state = LPI_STATES; })) << n;
}

TEST_F(ForgedLpi, TheRowWhoseLpiIsUnderWayWaitsForItsAnswer)
{
    const auto moving = [&](uint8_t row, gicr_lpi_state state) {
        return loads_with([&](parts &p) {
            for (gicr_lpi_row &at : p.lpi.row) {
                at.state = static_cast<uint8_t>(state);
                at.op.kind = LPI_MOVE;
                at.op.intid = LPI;
                at.line = LPI_NO_LINE;
            }
            p.lpi.moving = row;
        });
    };
    EXPECT_TRUE(moving(0, LPI_CREDIT));
    EXPECT_TRUE(moving(1, LPI_ACK));
    EXPECT_TRUE(moving(LPI_ROWS, LPI_ACK));
    EXPECT_FALSE(moving(LPI_ROWS + 1, LPI_ACK));
    EXPECT_FALSE(moving(1, LPI_CREDIT));
}

// --- numbers and phases -----------------------------------------------------------------------

class ForgedLpiOf15Bits : public ForgedGicr
{
protected:
    ForgedLpiOf15Bits() : ForgedGicr(8, 15) {}
};

TEST_F(ForgedLpiOf15Bits, TheLimitIsNoneOrASizeOfTheTable)
{
    const auto limit = [&](uint32_t value) {
        return loads_with([&](parts &p) { p.lpi.limit = value; });
    };
    EXPECT_TRUE(limit(0));
    EXPECT_TRUE(limit(1u << 14));
    EXPECT_TRUE(limit(1u << 15));
    EXPECT_FALSE(limit(1u << 13));
    EXPECT_FALSE(limit(1u << 16));
    EXPECT_FALSE(limit((1u << 15) + 1));
    EXPECT_FALSE(limit(1));
}

TEST_F(ForgedLpi, IndicesAreWithinTheirArrays)
{
    const auto with = [&](uint32_t gicr_lpi_arch::*member, uint32_t value) {
        return loads_with([&](parts &p) { p.lpi.*member = value; });
    };
    const gicr_lpi *l = r->lpi;
    const uint32_t queue = 2 * GIC_CREDIT_LPI + LPI_REGISTERS;
    ASSERT_EQ(l->queue_size, queue);
    EXPECT_TRUE(with(&gicr_lpi_arch::hand, 1));
    EXPECT_FALSE(with(&gicr_lpi_arch::hand, 2));
    EXPECT_TRUE(with(&gicr_lpi_arch::cursor, LAST_LINE + 1));
    EXPECT_FALSE(with(&gicr_lpi_arch::cursor, LAST_LINE + 2));
    EXPECT_TRUE(with(&gicr_lpi_arch::control_at, LAST_LINE + 1));
    EXPECT_FALSE(with(&gicr_lpi_arch::control_at, LAST_LINE + 2));
    EXPECT_TRUE(with(&gicr_lpi_arch::queue_head, queue - 1));
    EXPECT_FALSE(with(&gicr_lpi_arch::queue_head, queue));
    EXPECT_FALSE(with(&gicr_lpi_arch::queue_count, queue + 1));
    EXPECT_TRUE(with(&gicr_lpi_arch::moved_head, 2));
    EXPECT_FALSE(with(&gicr_lpi_arch::moved_head, 3));
    EXPECT_FALSE(with(&gicr_lpi_arch::moved_count, 4));
    EXPECT_TRUE(with(&gicr_lpi_arch::register_open, LPI_REGISTERS + 1));
    EXPECT_FALSE(with(&gicr_lpi_arch::register_open, LPI_REGISTERS + 2));
}

class ForgedLpiOf24Bits : public ForgedGicr
{
protected:
    ForgedLpiOf24Bits() : ForgedGicr(8, 24) {}
};

// Marks of lines are within the table that the guest has, in the last word as in the first.
TEST_F(ForgedLpiOf24Bits, MarksAreWithinTheTable)
{
    for (unsigned map = 0; map < LPI_MAPS; map++)
        for (uint32_t limit : {1u << 14, 1u << 23, 1u << 24})
            for (uint32_t line : {15u, 16u, 31u, 32u, 16383u, 16384u, 28672u, 32767u})
                EXPECT_EQ(loads_with([&](parts &p) {
                              uint64_t word = UINT64_C(1) << line % 64;
                              p.lpi.limit = limit;
                              std::memcpy(in(p, r->lpi->map[map].word, line / 64), &word,
                                          sizeof word);
                          }),
                          line >= 16 && line < limit / 512)
                    << map << " " << limit << " " << line;
}

class ForgedLpiOfALargeCache : public ForgedGicr
{
protected:
    ForgedLpiOfALargeCache() : ForgedGicr(128) {}
};

// The control goes through lines, or through the places of the cache.
TEST_F(ForgedLpiOfALargeCache, TheControlIsWithinWhatItGoesThrough)
{
    for (gicr_lpi_control control : {LPI_REVIEW_ALL, LPI_MOVE_CACHE}) {
        EXPECT_TRUE(loads_with_control(control, [](parts &p) { p.lpi.control_at = 128; }));
        EXPECT_FALSE(loads_with_control(control, [](parts &p) { p.lpi.control_at = 129; }));
    }
}

TEST_F(ForgedLpi, TheControlOfTheCacheIsWithinIt)
{
    for (gicr_lpi_control control : {LPI_REVIEW_ALL, LPI_MOVE_CACHE}) {
        EXPECT_TRUE(loads_with_control(control, [](parts &p) { p.lpi.control_at = 8; }));
        EXPECT_FALSE(loads_with_control(control, [](parts &p) { p.lpi.control_at = 9; }));
    }
    for (gicr_lpi_control control : {LPI_REFILL_ALL, LPI_MOVE_TABLE})
        EXPECT_TRUE(loads_with_control(control, [](parts &p) { p.lpi.control_at = 9; }));
}

TEST_F(ForgedLpi, TheControlDoesAnInvallOrAMoveall)
{
    for (gicr_lpi_control control :
         {LPI_QUIET, LPI_REVIEW_ALL, LPI_REFILL_ALL, LPI_MOVE_CACHE, LPI_MOVE_TABLE}) {
        EXPECT_TRUE(loads_with_control(control, [](parts &) {}));
        EXPECT_TRUE(
            loads_with_control(control, [](parts &p) { p.lpi.control_op.kind = LPI_MOVEALL; }));
        EXPECT_FALSE(
            loads_with_control(control, [](parts &p) { p.lpi.control_op.kind = LPI_SET; }));
        EXPECT_FALSE(loads_with_control(control, [](parts &p) { p.lpi.control_op.its = 2; }));
    }
    // What it was for is over: nobody is answered.
    for (gicr_lpi_control control : {LPI_IDLE, LPI_FLUSH_CACHE})
        EXPECT_TRUE(loads_with_control(control, [](parts &p) { p.lpi.control_op.its = 2; }));
    EXPECT_FALSE(loads_with_control(LPI_CONTROLS, [](parts &) {}));
}

TEST_F(ForgedLpi, PhasesAndFlagsAreThoseThatExist)
{
    EXPECT_FALSE(loads_with([](parts &p) { p.lpi.enabled = 2; }));
    EXPECT_FALSE(loads_with([](parts &p) { p.lpi.disabling = 1; })) << "enabled as well";
    EXPECT_TRUE(loads_with([](parts &p) {
        p.lpi.enabled = 0;
        p.lpi.disabling = 1;
    }));
    EXPECT_FALSE(loads_with([](parts &p) {
        p.lpi.enabled = 0;
        p.lpi.disabling = 2;
    }));
    EXPECT_TRUE(loads_with([](parts &p) { p.lpi.pass = LPI_PASS_TAKE; }));
    EXPECT_FALSE(loads_with([](parts &p) { p.lpi.pass = LPI_PASS_TAKE + 1; }));
    EXPECT_TRUE(loads_with([](parts &p) { p.lpi.refresh = LPI_REFRESH; }));
    EXPECT_FALSE(loads_with([](parts &p) { p.lpi.refresh = LPI_REFRESH + 1; }));
    EXPECT_TRUE(loads_with([](parts &p) { p.lpi.work = 1; }));
    EXPECT_FALSE(loads_with([](parts &p) { p.lpi.work = 2; }));
}

// --- arrays -----------------------------------------------------------------------------------

TEST_F(ForgedLpi, AnEntryIsAnLpiThatExistsAndIsPendingOrInTheTable)
{
    for (unsigned slot : {0u, 7u}) {
        const auto with = [&](uint32_t intid, uint32_t flags) {
            return loads_with([&](parts &p) { set_entry(p, slot, intid, flags); });
        };
        EXPECT_TRUE(with(LPI, LPI_PENDING)) << slot;
        EXPECT_TRUE(with(LAST, LPI_PENDING | LPI_IN_TABLE | LPI_BLOCKED)) << slot;
        EXPECT_TRUE(with(LPI, LPI_IN_TABLE)) << slot;
        EXPECT_FALSE(with(LPI - 1, LPI_PENDING)) << slot;
        EXPECT_FALSE(with(LAST + 1, LPI_PENDING)) << slot;
        EXPECT_FALSE(with(LPI, 0)) << slot;
        EXPECT_FALSE(with(LPI, LPI_BLOCKED)) << slot;
        EXPECT_FALSE(with(LPI, LPI_IN_TABLE | LPI_BLOCKED)) << slot;
        EXPECT_FALSE(with(LPI, LPI_PENDING | 16)) << slot;
        EXPECT_FALSE(with(LPI, LPI_PENDING | LPI_PRESENTED)) << "the CPU interface has none";
        EXPECT_FALSE(loads_with([&](parts &p) {
            const gicr_lpi_entry none = {0, LPI_PENDING};
            std::memcpy(in(p, r->lpi->entry, slot), &none, sizeof none);
        })) << slot;
    }
}

TEST_F(ForgedLpi, AnIntidHasOneEntry)
{
    for (unsigned first = 0; first < 7; first++)
        EXPECT_FALSE(loads_with([&](parts &p) {
            for (unsigned slot = 0; slot < 8; slot++)
                set_entry(p, slot, LPI + 3 * (slot == 7 ? first : slot), LPI_PENDING);
        })) << first;
    EXPECT_TRUE(loads_with([&](parts &p) {
        for (unsigned slot = 0; slot < 8; slot++)
            set_entry(p, slot, LPI + 3 * slot, LPI_PENDING);
    }));
}

TEST_F(ForgedLpi, EntriesAndRedistributorAgreeOnWhatIsPresented)
{
    const auto present = [](parts &p, uint32_t intid) {
        p.arch.presented.entry[p.arch.presented.count++] = spi(intid, 0);
    };
    EXPECT_TRUE(loads_with([&](parts &p) {
        set_entry(p, 0, LPI, LPI_PENDING | LPI_PRESENTED);
        set_entry(p, 5, LPI + 1, LPI_PENDING | LPI_PRESENTED);
        present(p, LPI + 1);
        present(p, LPI);
    }));
    EXPECT_TRUE(loads_with([&](parts &p) {
        present(p, 40);
        set_entry(p, 0, LPI, LPI_PENDING | LPI_PRESENTED);
        present(p, LPI);
    })) << "an SPI is none of theirs";
    EXPECT_FALSE(loads_with([&](parts &p) {
        set_entry(p, 0, LPI, LPI_PENDING);
        present(p, LPI);
    }));
    EXPECT_FALSE(loads_with([&](parts &p) { present(p, LPI); })) << "no entry";
    EXPECT_FALSE(loads_with([&](parts &p) {
        set_entry(p, 0, LPI, LPI_PENDING | LPI_PRESENTED);
        present(p, LPI);
        present(p, LPI + 1);
    }));
}

TEST_F(ForgedLpi, CachedConfigurationIsOfALineThatExists)
{
    const uint32_t last = (LAST - LPI) / 64;
    for (unsigned n = 0; n < 2; n++) {
        const auto with = [&](const gicr_lpi_prop &prop) {
            return loads_with(
                [&](parts &p) { std::memcpy(in(p, r->lpi->prop, n), &prop, sizeof prop); });
        };
        EXPECT_TRUE(with({last, 1, 1})) << n;
        EXPECT_TRUE(with({LPI_NO_LINE, 0, 0})) << n;
        EXPECT_FALSE(with({last + 1, 1, 1})) << n;
        EXPECT_FALSE(with({0, 2, 1})) << n;
        EXPECT_FALSE(with({0, 1, 2})) << n;
    }
}

TEST_F(ForgedLpi, MarksAreWithinTheTableOfTheGuest)
{
    for (const gicr_lpi_map &map : r->lpi->map) {
        const auto with = [&](uint32_t line) {
            return loads_with([&](parts &p) {
                const uint64_t word = UINT64_C(1) << line;
                std::memcpy(in(p, map.word), &word, sizeof word);
            });
        };
        EXPECT_TRUE(with(FIRST_LINE));
        EXPECT_TRUE(with(LAST_LINE));
        EXPECT_FALSE(with(FIRST_LINE - 1));
        EXPECT_FALSE(with(LAST_LINE + 1));
    }
    EXPECT_FALSE(loads_with([&](parts &p) {
        const uint64_t word = UINT64_C(1) << FIRST_LINE;
        std::memcpy(in(p, r->lpi->map[0].word), &word, sizeof word);
        p.lpi.limit = 0;
    })) << "there is no table";
}

TEST_F(ForgedLpiOf15Bits, MarksAreWithinTheTableOfTheGuestNotOfTheGic)
{
    EXPECT_FALSE(loads_with([&](parts &p) {
        const uint64_t word = UINT64_C(1) << (LAST_LINE + 1);
        std::memcpy(in(p, r->lpi->map[0].word), &word, sizeof word);
        p.lpi.limit = LAST + 1;
    }));
}

class ForgedLpiOf20Bits : public ForgedGicr
{
protected:
    ForgedLpiOf20Bits() : ForgedGicr(8, 20) {}
};

// 2048 lines: a map has more than one word.
TEST_F(ForgedLpiOf20Bits, EachWordOfAMapIsLookedAt)
{
    const auto with = [&](uint32_t line, uint32_t limit) {
        return loads_with([&](parts &p) {
            const uint64_t word = UINT64_C(1) << line % 64;
            std::memcpy(in(p, r->lpi->map[1].word, line / 64), &word, sizeof word);
            p.lpi.limit = limit;
        });
    };
    EXPECT_TRUE(with(2047, 1u << 20));
    EXPECT_TRUE(with(1023, 1u << 19));
    EXPECT_FALSE(with(1024, 1u << 19));
    EXPECT_FALSE(with(2047, 1u << 19));
}

TEST_F(ForgedLpi, WhatWaitsIsWhatMayWait)
{
    const uint32_t last = 2 * GIC_CREDIT_LPI + LPI_REGISTERS - 1;
    for (uint32_t head : {0u, last}) {
        // The second of two, which may be at the end that comes round.
        const auto with = [&](const gicr_lpi_op &op) {
            return loads_with([&](parts &p) {
                p.lpi.queue_head = head;
                p.lpi.queue_count = 2;
                set_queued(p, head, op_of(LPI_SET));
                set_queued(p, head == last ? 0 : 1, op);
            });
        };
        EXPECT_TRUE(with(op_of(LPI_MOVE, LAST))) << head;
        EXPECT_TRUE(with(op_of(LPI_INVALL, 0))) << head;
        EXPECT_TRUE(with(op_of(LPI_MOVEALL, 0))) << head;
        EXPECT_FALSE(with(op_of(LPI_REVIEW))) << head;
        EXPECT_FALSE(with(op_of(LPI_SET, LPI - 1))) << head;
        EXPECT_FALSE(with(op_of(LPI_SET, LAST + 1))) << head;
        EXPECT_FALSE(with(op_of(LPI_INV, 0))) << head;
    }
}

TEST_F(ForgedLpi, WhatOthersSentIsFromOneOfThemAndInTheTable)
{
    for (uint32_t head : {0u, 2u}) {
        const auto with = [&](uint16_t source, uint32_t intid) {
            return loads_with([&](parts &p) {
                p.lpi.moved_head = head;
                p.lpi.moved_count = 2;
                const gicr_lpi_moved good = {LPI, 0, 1, 0, {}};
                const gicr_lpi_moved moved = {intid, 0, source, 0, {}};
                std::memcpy(in(p, r->lpi->moved, head), &good, sizeof good);
                std::memcpy(in(p, r->lpi->moved, (head + 1) % 3), &moved, sizeof moved);
            });
        };
        EXPECT_TRUE(with(2, LAST)) << head;
        EXPECT_FALSE(with(3, LPI)) << head;
        EXPECT_FALSE(with(1, LPI - 1)) << head;
        EXPECT_FALSE(with(1, LAST + 1)) << head;
    }
}

// --- blocks -----------------------------------------------------------------------------------

// Of the block of arrays: the header says what it is, and no more is read than there is.
TEST_F(ForgedLpi, TheBlockOfArraysIsWhatItsHeaderSays)
{
    const size_t at = file.size() - r->lpi->saved - sizeof(gic_save_header);
    for (size_t byte = 0; byte < sizeof(gic_save_header); byte++) {
        std::vector<unsigned char> forged = file;
        forged[at + byte] ^= 1;
        EXPECT_FALSE(load(forged)) << byte;
    }
    for (size_t length = at; length < file.size(); length++)
        EXPECT_FALSE(gicr_load(r, file.data(), length)) << length;
    EXPECT_TRUE(load(file));
}

TEST(ForgedLpiWithoutLpis, NoneIsPresented)
{
    gic_config config = gic_config_default();
    config.lpi_bits = 0;
    config.its_count = 0;
    const size_t bytes = gicr_footprint(&config);
    void *const memory = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
    gicr *const r = gicr_init(memory, bytes, &config, 0, nullptr);
    ASSERT_NE(r, nullptr);
    std::vector<unsigned char> file(gicr_save_size(r));
    const auto presents = [&](uint32_t intid) {
        gicr_arch arch = r->arch;
        arch.presented.entry[0] = spi(intid, 0);
        arch.presented.count = 1;
        gic_save_header header;
        gicr_save(r, file.data());
        std::memcpy(&header, file.data(), sizeof header);
        gic_save_block(file.data(), header.magic, header.version, &arch, sizeof arch);
        const bool loaded = gicr_load(r, file.data(), file.size());
        gicr_reset(r);
        return loaded;
    };
    EXPECT_TRUE(presents(40));
    EXPECT_FALSE(presents(LPI));
    std::free(memory);
}

// EnableLPIs begins with what is in memory: nothing that a forged state has says otherwise.
TEST_F(ForgedLpi, NothingThatIsThereWhileLpisAreOffCountsLater)
{
    ASSERT_TRUE(loads_with([&](parts &p) {
        p.lpi.enabled = 0;
        p.lpi.limit = LAST + 1;
        for (unsigned slot = 0; slot < 8; slot++)
            set_entry(p, slot, LPI + slot, LPI_PENDING);
        const uint64_t word = UINT64_C(1) << LAST_LINE;
        for (const gicr_lpi_map &map : r->lpi->map)
            std::memcpy(in(p, map.word), &word, sizeof word);
    }));
    const auto write = [&](uint32_t offset, uint64_t value, uint8_t size) {
        const gic_access access{0, 0, size, true, false};
        EXPECT_EQ(gicr_write(r, &access, offset, value), GIC_OK);
        for (const gic_out *out = gicr_outbox(r)->entry; out != gicr_outbox(r)->next; out++)
            EXPECT_NE(out->port, GIC_PORT_MEM) << "there is nothing to look for";
        gic_outbox_clear(gicr_outbox(r));
    };
    write(0x70, 13, 8);                // PROPBASER: 14 bits
    write(0x78, UINT64_C(1) << 62, 8); // PENDBASER.PTZ
    write(0, 1, 4);                    // CTLR.EnableLPIs
    for (uint32_t intid : {LPI, LPI + 7, LAST}) {
        gic_explanation e{};
        e.intid = intid;
        gicr_explain(r, &e);
        EXPECT_TRUE(e.gate[GIC_GATE_IMPLEMENTED].open) << intid;
        EXPECT_TRUE(e.gate[GIC_GATE_PENDING].known) << intid;
        EXPECT_FALSE(e.gate[GIC_GATE_PENDING].open) << intid;
    }
}

// As many as there is room for may wait.
TEST_F(ForgedLpi, QueuesMayBeFull)
{
    const uint32_t queue = 2 * GIC_CREDIT_LPI + LPI_REGISTERS;
    for (uint32_t more : {0u, 1u}) {
        EXPECT_EQ(loads_with([&](parts &p) {
                      p.lpi.queue_head = 5;
                      p.lpi.queue_count = queue + more;
                      for (uint32_t n = 0; n < queue; n++)
                          set_queued(p, n, op_of(LPI_SET));
                  }),
                  !more);
        EXPECT_EQ(loads_with([&](parts &p) {
                      p.lpi.moved_head = 1;
                      p.lpi.moved_count = 3 + more;
                      for (uint32_t n = 0; n < 3; n++) {
                          const gicr_lpi_moved moved = {LPI + n, 0, 1, 0, {}};
                          std::memcpy(in(p, r->lpi->moved, n), &moved, sizeof moved);
                      }
                  }),
                  !more);
    }
}

// All flags at once: pending, its bit in memory, with the CPU interface, and a row waits for that.
TEST_F(ForgedLpi, AnEntryMayHaveAllFlagsThatThereAre)
{
    const auto with = [&](uint32_t flags) {
        return loads_with([&](parts &p) {
            set_entry(p, 0, LPI, flags);
            p.arch.presented.entry[0] = spi(LPI, 0);
            p.arch.presented.count = 1;
        });
    };
    EXPECT_TRUE(with(LPI_FLAGS));
    EXPECT_FALSE(with(LPI_FLAGS + 1));
    EXPECT_FALSE(with(LPI_FLAGS & ~uint32_t(LPI_PRESENTED)));
    EXPECT_FALSE(with(LPI_FLAGS & ~uint32_t(LPI_PENDING)));
}
