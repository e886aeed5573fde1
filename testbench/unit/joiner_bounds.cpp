// SPDX-License-Identifier: Apache-2.0
// The arrays of the joiner lie in the GIC's one block, where no sanitizer sees their ends. Here
// what lies between them is off limits while a GIC works, is reset, saved and loaded.
#include <cstring>

#include "lpi_rig.hpp"
extern "C" {
#include "internal.h"

// Of AddressSanitizer, where the program runs with it.
// NOLINTBEGIN(bugprone-reserved-identifier)
__attribute__((weak)) void __asan_poison_memory_region(const volatile void *at, size_t bytes);
__attribute__((weak)) void __asan_unpoison_memory_region(const volatile void *at, size_t bytes);
// NOLINTEND(bugprone-reserved-identifier)
}

using namespace rig;

namespace
{

constexpr uint64_t HOP = 1000;

// Every array begins at a multiple of 64: what is left behind its end is nobody's.
class fences
{
public:
    explicit fences(gic_assembly *a)
    {
        const gic_config &c = a->config;
        fence(a->seats, c.pe_count);
        fence(a->cpu_memory, c.pe_count);
        fence(a->pe_state, c.pe_count);
        fence(a->fifo, a->fifo_mask + 1u);
        fence(a->nodes, a->node_count);
        fence(a->lanes, a->lane_count);
        fence(a->heap, a->lane_count);
        fence(a->stations, station_count(&c));
        fence(a->itss, c.its_count);
        fence(a->memory, a->memory_count);
        fence(a->pe_pins, c.pe_count);
    }
    ~fences()
    {
        if (__asan_unpoison_memory_region)
            for (const auto &each : fenced_)
                __asan_unpoison_memory_region(each.first, each.second);
    }
    fences(const fences &) = delete;
    fences &operator=(const fences &) = delete;
    size_t count() const
    {
        return fenced_.size();
    }

private:
    template <typename T> void fence(const T *array, size_t elements)
    {
        const size_t bytes = elements * sizeof(T);
        const size_t left = gic_align_up(bytes, 64) - bytes;
        if (left == 0)
            return;
        fenced_.emplace_back(reinterpret_cast<const char *>(array) + bytes, left);
        if (__asan_poison_memory_region)
            __asan_poison_memory_region(fenced_.back().first, left);
    }
    std::vector<std::pair<const char *, size_t>> fenced_;
};

void work(its_gic &g)
{
    g.boot_lpis();
    const unsigned last = g.config.pe_count - 1u;
    g.property(8200, 0x40);
    g.property(8201, 0x40);
    for (unsigned its = 0; its < g.config.its_count && its < 2; its++) {
        g.mapd(its, 3, 4);
        g.mapc(its, 1, last);
        g.mapti(its, 3, 5, 8200 + its, 1);
        g.msi(its, 3, 5);
        EXPECT_EQ(g.service(last), 8200 + its);
    }
    g.private_interrupt(last, 31);
    g.private_interrupt(last, 3);
    g.spi(127, {GIC_GROUP_1NS, 0x80, true, g.affinity(last)});
    g.pulse(127);
    EXPECT_EQ(g.service(last), 127u);
    g.ppi(last, 31, true);
    g.sgi(0, GIC_ICC_SGI1R_EL1, 3, 1u << last);
    EXPECT_EQ(g.service(last), 3u);
    EXPECT_EQ(g.service(last), 31u);
    g.ppi(last, 31, false);
}

} // namespace

TEST(Bounds, OfEachArrayAreKept)
{
    size_t fenced = 0;
    // Such that each array has something left behind its end in one of them.
    const struct {
        uint8_t itss, walks;
        uint16_t queue;
    } sizes[] = {{1, 2, 3}, {1, 1, 2}, {2, 1, 1}};
    for (unsigned pes : {1u, 3u, 5u})
        for (const auto &size : sizes)
            for (bool in_time : {true, false}) {
                gic_config config = with_its(pes, size.itss);
                config.its.walks = size.walks;
                config.its.queue = size.queue;
                its_gic g(config, in_time ? timed(HOP) : loosely_timed());
                its_gic h(config, in_time ? timed(HOP) : loosely_timed());
                const fences of_g(g.a), of_h(h.a);
                fenced += of_g.count();
                work(g);
                g.settling = false;
                g.later = h.later = true;
                g.its_write(0, GITS_CWRITER, g.writer[0] = (g.writer[0] + 32) % 0x1000);
                g.pass(10 * HOP);
                EXPECT_FALSE(g.waiting.empty());
                for (uint32_t intid = 32; intid < 128; intid++)
                    g.pulse(intid);
                std::vector<unsigned char> file(gic_assembly_save_size(g.a));
                EXPECT_EQ(gic_assembly_save(g.a, file.data()), file.size());
                h.ram = g.ram;
                EXPECT_TRUE(gic_assembly_load(h.a, file.data(), file.size()));
                EXPECT_EQ(h.waiting.size(), g.waiting.size());
                gic_assembly_reset(g.a, g.now);
                EXPECT_EQ(gic_assembly_next_due(g.a), GIC_TIME_NEVER);
                if (!in_time)
                    continue;
                gic_out out{};
                for (uint32_t n = 0; n < g.a->node_count; n++)
                    ASSERT_TRUE(lanes_push(g.a, n % g.a->lane_count, &out, n));
                EXPECT_FALSE(lanes_push(g.a, 0, &out, 0));
                lanes_clear(g.a);
            }
    EXPECT_GT(fenced, 80u) << "most arrays of most configurations";
}
