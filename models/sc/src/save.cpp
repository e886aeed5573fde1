// SPDX-License-Identifier: Apache-2.0
// Saving and loading: the joiner's own block, and what is in front of and behind it.
#include <cstring>

#include "gic/save.h"
#include "gictlm/assembly.h"

namespace gictlm
{

namespace
{

constexpr uint32_t save_magic = 0x53434947; // "GICS"
constexpr uint32_t save_version = 1;

/// Appends plain values to a byte vector.
template <class T> void put(std::vector<unsigned char> &to, const T &value)
{
    const auto *bytes = reinterpret_cast<const unsigned char *>(&value);
    to.insert(to.end(), bytes, bytes + sizeof value);
}

/// Takes plain values from bytes; remembers when there were too few.
class taker
{
public:
    explicit taker(const std::vector<unsigned char> &from) : from_(from) {}
    template <class T> T take()
    {
        T value = T();
        if (const unsigned char *at = bytes(sizeof value))
            std::memcpy(&value, at, sizeof value);
        return value;
    }
    const unsigned char *bytes(size_t count)
    {
        if (count > from_.size() - at_) {
            short_ = true;
            return nullptr;
        }
        at_ += count;
        return from_.data() + at_ - count;
    }
    bool complete() const
    {
        return !short_ && at_ == from_.size();
    }

private:
    const std::vector<unsigned char> &from_;
    size_t at_ = 0;
    bool short_ = false;
};

} // namespace

std::vector<unsigned char> assembly::save() const
{
    std::vector<unsigned char> body;
    std::vector<unsigned char> joiner(gic_assembly_save_size(a_));
    joiner.resize(gic_assembly_save(a_, joiner.data()));
    put(body, uint64_t(joiner.size()));
    body.insert(body.end(), joiner.begin(), joiner.end());
    put(body, uint32_t(inputs_.size()));
    for (const line_in *line : inputs_)
        put(body, uint8_t(line->level_));
    put(body, uint32_t(line_routes_.size()));
    for (const line_out *line : line_routes_)
        put(body, uint8_t(line && line->level()));
    for (uint64_t last : stream_last_)
        put(body, last);
    for (uint8_t pushed : pushed_)
        put(body, pushed);
    put(body, uint32_t(inbound_.size()));
    for (const arrival &next : inbound_) {
        put(body, next.due_ps);
        put(body, next.msg);
        put(body, next.pe);
        put(body, next.from);
        put(body, next.to);
    }
    std::vector<unsigned char> out(sizeof(gic_save_header) + body.size());
    out.resize(gic_save_block(out.data(), save_magic, save_version, body.data(), body.size()));
    return out;
}

// A forged file can pass every checksum and be refused half way: then all is put back.
bool assembly::load_joiner(const unsigned char *joiner, size_t size)
{
    std::vector<unsigned char> before(gic_assembly_save_size(a_));
    before.resize(gic_assembly_save(a_, before.data()));
    if (gic_assembly_load(a_, joiner, size))
        return true;
    (void)gic_assembly_load(a_, before.data(), before.size());
    return false;
}

bool assembly::load(const std::vector<unsigned char> &saved)
{
    gic_save_header header;
    if (saved.size() < sizeof header)
        return false;
    std::memcpy(&header, saved.data(), sizeof header);
    std::vector<unsigned char> body(saved.size() - sizeof header);
    if (header.length != body.size() || !gic_load_block(saved.data(), saved.size(), save_magic,
                                                        save_version, body.data(), body.size()))
        return false;

    taker from(body);
    const auto joiner_size = from.take<uint64_t>();
    const unsigned char *joiner = from.bytes(joiner_size);
    if (!joiner || from.take<uint32_t>() != inputs_.size())
        return false;
    const unsigned char *inputs = from.bytes(inputs_.size());
    if (from.take<uint32_t>() != line_routes_.size())
        return false;
    const unsigned char *levels = from.bytes(line_routes_.size());
    std::vector<uint64_t> last(stream_last_.size());
    for (uint64_t &time : last)
        time = from.take<uint64_t>();
    const unsigned char *pushed = from.bytes(pushed_.size());
    std::vector<arrival> inbound(std::min<size_t>(from.take<uint32_t>(), body.size()));
    for (arrival &next : inbound) {
        next.due_ps = from.take<uint64_t>();
        next.msg = from.take<gic_msg>();
        next.pe = from.take<uint16_t>();
        next.from = from.take<uint8_t>();
        next.to = from.take<uint8_t>();
    }
    if (!from.complete())
        return false;
    if (memory_port_)
        memory_port_->forget();
    if (!load_joiner(joiner, joiner_size))
        return false;
    stream_last_ = last;
    inbound_ = inbound;
    for (size_t i = 0; i < pushed_.size(); i++)
        pushed_[i] = pushed[i] != 0;
    adopt_levels(inputs, levels);
    return true;
}

/// Levels of the lines as they were saved: inputs are remembered, outputs that differ are driven.
void assembly::adopt_levels(const unsigned char *inputs, const unsigned char *levels)
{
    for (size_t i = 0; i < inputs_.size(); i++)
        inputs_[i]->level_ = inputs[i] != 0;
    for (size_t i = 0; i < line_routes_.size(); i++) {
        if (!line_routes_[i] || line_routes_[i]->level() == (levels[i] != 0))
            continue;
        output o = {};
        o.time_ps = now_ps(sc_core::SC_ZERO_TIME);
        o.what = output::line;
        o.pe = static_cast<uint16_t>(i % config_.gic.pe_count);
        o.to = static_cast<uint8_t>(i / config_.gic.pe_count);
        o.level = levels[i] != 0;
        hand_on_line(o);
    }
    scheduled_ps_ = GIC_TIME_NEVER;
    settle();
}

} // namespace gictlm
