// SPDX-License-Identifier: Apache-2.0
#include "run_queue.h"

#include <map>
#include <random>

#include "gtest/gtest.h"

namespace
{

TEST(RunQueue, OrdersByTimeThenByNumber)
{
    run_queue q;

    run_queue_init(&q);
    run_queue_put(&q, 7, 20);
    run_queue_put(&q, 3, 20);
    run_queue_put(&q, 9, 10);
    EXPECT_EQ(run_queue_first(&q), 9u);
    run_queue_remove(&q, 9);
    EXPECT_EQ(run_queue_first(&q), 3u);
    run_queue_put(&q, 3, 30);
    EXPECT_EQ(run_queue_first(&q), 7u);
    run_queue_put(&q, 7, RUN_QUEUE_NEVER);
    EXPECT_EQ(run_queue_first(&q), 3u);
    EXPECT_FALSE(run_queue_has(&q, 7));
    run_queue_remove(&q, 3);
    EXPECT_EQ(run_queue_time(&q), RUN_QUEUE_NEVER);
}

TEST(RunQueue, AgreesWithASortedMapOnRandomUse)
{
    const unsigned seed = 4711;
    std::mt19937 random(seed);
    run_queue q;
    std::map<uint32_t, uint64_t> model;

    run_queue_init(&q);
    for (unsigned step = 0; step < 20000; step++) {
        const uint32_t pe = random() % RUN_QUEUE_MAX;

        if (random() % 3 == 0) {
            run_queue_remove(&q, pe);
            model.erase(pe);
        } else {
            const uint64_t time = random() % 100;
            run_queue_put(&q, pe, time);
            model[pe] = time;
        }
        ASSERT_EQ(q.count, model.size()) << "seed " << seed;
        if (model.empty())
            continue;
        std::pair<uint64_t, uint32_t> best = {UINT64_MAX, 0};
        for (const auto &[number, time] : model)
            best = std::min(best, {time, number});
        ASSERT_EQ(run_queue_time(&q), best.first) << "seed " << seed << " step " << step;
        ASSERT_EQ(run_queue_first(&q), best.second) << "seed " << seed << " step " << step;
    }
}

} // namespace
