/* SPDX-License-Identifier: Apache-2.0 */
/* Hand-written event sequences for a recorder. */
#ifndef TIME_SCRIPT_HPP
#define TIME_SCRIPT_HPP

#include <vector>

#include "gic/config.h"
#include "gic/outbox.h"
#include "gictime/recorder.h"

/** A recorder of four PEs, and what it has finished. */
class script
{
public:
    explicit script(size_t live = 0, size_t finished = 0, bool with_sink = true)
    {
        gic_config gic = gic_config_default();
        gic.pe_count = 4;
        gic.spi_count = 64;
        gictime_recorder_config config = {};
        config.gic = &gic;
        config.live_capacity = live;
        config.finished_capacity = finished;
        config.sink = with_sink ? take : nullptr;
        config.ctx = this;
        recorder = gictime_recorder_create(&config);
    }
    ~script()
    {
        gictime_recorder_destroy(recorder);
    }
    script(const script &) = delete;
    script &operator=(const script &) = delete;

    /** One event; shared interrupts name the PE only where the GIC does. */
    script &at(uint64_t time_ps, gic_event_id id, uint32_t intid, uint16_t pe = GIC_PE_NONE,
               uint64_t arg = 0)
    {
        gic_event event = {};
        event.time_ps = time_ps;
        event.id = static_cast<uint8_t>(id);
        event.intid = intid;
        event.pe = pe;
        event.arg = arg;
        gictime_recorder_event(recorder, &event);
        return *this;
    }

    /** What is finished so far. */
    const std::vector<gictime_instance> &finished()
    {
        gictime_recorder_flush(recorder);
        return done;
    }
    const gictime_recorder_stats &stats() const
    {
        return *gictime_recorder_get_stats(recorder);
    }

    gictime_recorder *recorder;

private:
    static void take(void *ctx, const gictime_instance *list, size_t count)
    {
        script *self = static_cast<script *>(ctx);
        self->done.insert(self->done.end(), list, list + count);
    }
    std::vector<gictime_instance> done;
};

/** Stamps of an instance in order; missing ones are left out. */
inline std::vector<uint64_t> stamps(const gictime_instance &i)
{
    std::vector<uint64_t> out;
    for (uint64_t s : i.stamp)
        if (s != GICTIME_NO_STAMP)
            out.push_back(s);
    return out;
}

#endif
