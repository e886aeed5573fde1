// SPDX-License-Identifier: Apache-2.0
// The whole machine in a file, and back (docs/platform.md, Checkpoints).
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>

#include "checkpoint_config.h"
#include "checkpoint_file.h"
#include "checkpoint_memory.h"
#include "machine_model.h"
#include "time_util.h"

namespace virt
{

namespace
{

/// Versions of the sections that are written here; a part's own says section_version().
constexpr uint32_t machine_version = 1;
constexpr uint32_t lines_version = 1;
constexpr uint32_t gic_version = 1;
constexpr uint32_t pe_version = 2;
constexpr uint32_t record_version = 1;
constexpr uint32_t names_version = 1;

/// Bytes that give their memory back.
class buffer
{
public:
    buffer() = default;
    ~buffer()
    {
        gictime_bytes_free(&bytes_);
    }
    buffer(const buffer &) = delete;
    buffer &operator=(const buffer &) = delete;

    gictime_bytes &operator*()
    {
        return bytes_;
    }

private:
    gictime_bytes bytes_ = gictime_bytes();
};

/// @p fill's bytes as a section.
template <class Fill>
void section(vp_ckpt_writer &w, const char *name, uint32_t version, const Fill &fill)
{
    buffer bytes;

    fill(*bytes);
    vp_ckpt_section(&w, name, version, &*bytes);
}

/// Reads a section with @p take, which says whether its content fits and uses it up.
template <class Take>
bool take_section(vp_ckpt_reader &r, const char *name, uint32_t version, vp_error &error,
                  const Take &take)
{
    gictime_cursor from;

    return vp_ckpt_find(&r, name, version, &from, &error) &&
           (take(from) || vp_ckpt_refuse(&r, name, &error));
}

/// Those that are not zero, each after its number.
void save_counts(const std::vector<uint64_t> &counts, gictime_bytes &to)
{
    uint32_t some = 0;

    for (const uint64_t count : counts)
        some += count != 0 ? 1 : 0;
    gictime_bytes_u32(&to, some);
    for (size_t n = 0; n < counts.size(); n++)
        if (counts[n] != 0) {
            gictime_bytes_u32(&to, static_cast<uint32_t>(n));
            gictime_bytes_u64(&to, counts[n]);
        }
}

void load_counts(std::vector<uint64_t> &counts, gictime_cursor &from)
{
    const uint32_t most = static_cast<uint32_t>(counts.size());
    const uint32_t some = gictime_cursor_count(&from, most);

    std::fill(counts.begin(), counts.end(), 0);
    for (uint32_t n = 0; n < some && !from.bad; n++) {
        const uint32_t index = gictime_cursor_count(&from, most - 1);

        counts[index] = gictime_cursor_u64(&from);
    }
}

std::string pe_section(size_t n)
{
    return "pe" + std::to_string(n);
}

} // namespace

// ---------------------------------------------------------------- what has no part of its own

void machine::save_machine(gictime_bytes &to)
{
    gictime_bytes_u64(&to, now_ps());
    scheduler_.save(to);
    gictime_bytes_put(&to, psci_.power, psci_.pes);
    save_counts(acknowledged_, to);
    gictime_bytes_put(&to, guest_.count, sizeof guest_.count);
    gictime_bytes_u64(&to, device_errors_);
    if (uint8_t *room = gictime_bytes_room(&to, iss_domain_save_size(domain_.get())))
        iss_domain_save(domain_.get(), room);
    semihost_save(&semihost_, &to);
}

bool machine::load_machine(gictime_cursor &from, vp_error &error)
{
    const size_t domain_size = iss_domain_save_size(domain_.get());

    if (gictime_cursor_u64(&from) != now_ps() || !scheduler_.load(from))
        return false;
    gictime_cursor_get(&from, psci_.power, psci_.pes);
    for (uint32_t n = 0; n < psci_.pes; n++)
        from.bad = from.bad || psci_.power[n] > PSCI_ON_PENDING;
    load_counts(acknowledged_, from);
    gictime_cursor_get(&from, guest_.count, sizeof guest_.count);
    device_errors_ = gictime_cursor_u64(&from);
    const uint8_t *domain = gictime_cursor_take(&from, domain_size);

    return domain != nullptr && iss_domain_load(domain_.get(), domain, domain_size) &&
           semihost_load(&semihost_, &from, &error) && gictime_cursor_done(&from);
}

// The wires that somebody has used; the GIC's inputs are the GIC's.
void machine::save_lines(gictime_bytes &to)
{
    std::vector<const line_mux *> used;

    for (const auto &line : spi_lines_)
        if (line != nullptr)
            used.push_back(line.get());
    for (const auto &lines : ppi_lines_)
        for (const auto &line : lines)
            if (line != nullptr)
                used.push_back(line.get());
    gictime_bytes_u32(&to, static_cast<uint32_t>(used.size()));
    for (const line_mux *line : used) {
        gictime_bytes_u32(&to, line->number());
        gictime_bytes_u32(&to, static_cast<uint32_t>(line->high()));
    }
    if (line_queue_ != nullptr)
        line_queue_->save(to);
}

line_mux *machine::line_of(uint32_t number)
{
    const uint32_t pe = number >> 16, intid = number & 0xffff;
    const gic_config &gic = setup_.params.gic;

    switch (gic_classify(intid)) {
    case GIC_CLASS_SPI:
        return intid - GIC_INTID_SPI_FIRST < gic.spi_count ? &spi_line(intid) : nullptr;
    case GIC_CLASS_ESPI:
        return intid - GIC_INTID_ESPI_FIRST < gic.espi_count ? &spi_line(intid) : nullptr;
    case GIC_CLASS_PPI:
        return pe < units() ? &ppi_line(pe, intid) : nullptr;
    case GIC_CLASS_EPPI:
        return pe < units() && intid - GIC_INTID_EPPI_FIRST < gic.eppi_count ? &ppi_line(pe, intid)
                                                                             : nullptr;
    default:
        return nullptr;
    }
}

bool machine::load_lines(gictime_cursor &from)
{
    const uint32_t count = gictime_cursor_u32(&from);

    for (uint32_t n = 0; n < count && !from.bad; n++) {
        line_mux *line = line_of(gictime_cursor_u32(&from));
        const uint32_t high = gictime_cursor_count(&from, UINT16_MAX);

        if (line == nullptr)
            return false;
        line->restore(static_cast<int>(high));
    }
    if (line_queue_ != nullptr &&
        !line_queue_->load(from, [this](uint32_t number) { return line_of(number); }))
        return false;
    return gictime_cursor_done(&from);
}

// ---------------------------------------------------------------- save

void machine::write_checkpoint(vp_ckpt_writer &w)
{
    section(w, "config", machine_version, [this](gictime_bytes &to) {
        vp_ckpt_config(&setup_.options, &setup_.params, &setup_.boot, &to);
        vp_ckpt_virtio(&setup_.plug.virtio, &to);
    });
    section(w, "machine", machine_version, [this](gictime_bytes &to) { save_machine(to); });
    section(w, "gic", gic_version, [this](gictime_bytes &to) {
        const std::vector<unsigned char> saved = gic_->save();

        gictime_bytes_put(&to, saved.data(), saved.size());
    });
    section(w, "lines", lines_version, [this](gictime_bytes &to) { save_lines(to); });
    for (size_t n = 0; n < pes_.size(); n++)
        section(w, pe_section(n).c_str(), pe_version,
                [&](gictime_bytes &to) { pes_[n]->save(to); });
    for (const saved_part *part : parts_)
        section(w, part->section(), part->section_version(),
                [&](gictime_bytes &to) { part->save(to); });
    section(w, "names", names_version,
            [this](gictime_bytes &to) { gictime_names_save(names_.get(), &to); });
    if (observer_ != nullptr)
        section(w, "record", record_version,
                [this](gictime_bytes &to) { gictime_observer_save(observer_, &to); });
    vp_memory_save(&setup_.memory, &w);
}

// The moments that have come; several may have at once.
void machine::save_where_due()
{
    const uint64_t now = now_ps();

    for (unsigned n = 0; n < saves_.size(); n++) {
        pending_save &save = saves_[n];

        if (save.writer.file == nullptr ||
            (now < save.point.time_ps && scheduler_.insns() < save.point.insns))
            continue;
        write_checkpoint(save.writer);
        if (!vp_ckpt_close(&save.writer, &checkpoint_error_)) {
            scheduler_.finish(ending::refused);
            return;
        }
        (void)std::fprintf(
            stderr, "gicvp: saved at %" PRIu64 ".%09" PRIu64 " ms, %" PRIu64 " instructions: %s\n",
            now / 1000000000, now % 1000000000, scheduler_.insns(), save.point.path);
    }
    plan_saves();
}

void machine::plan_saves()
{
    uint64_t time = UINT64_MAX, insns = UINT64_MAX;

    for (const pending_save &save : saves_)
        if (save.writer.file != nullptr) {
            time = std::min(time, save.point.time_ps);
            insns = std::min(insns, save.point.insns);
        }
    scheduler_.pause_at(time, insns);
}

bool machine::open_saves(vp_error &error)
{
    const vp_options &o = setup_.options;

    saves_.resize(o.num_saves);
    for (unsigned n = 0; n < o.num_saves; n++) {
        saves_[n].point = o.save[n];
        if (!vp_ckpt_create(&saves_[n].writer, o.save[n].path, &error))
            return false;
    }
    plan_saves();
    return true;
}

// A moment that has never come leaves no file.
void machine::close_saves()
{
    for (pending_save &save : saves_) {
        if (save.writer.file == nullptr)
            continue;
        vp_ckpt_abandon(&save.writer);
        (void)std::fprintf(stderr, "gicvp: --save-at ...=%s: the run ended before; not saved\n",
                           save.point.path);
    }
}

// ---------------------------------------------------------------- restore

// What can be said of the file before simulated time begins.
bool machine::open_restore(vp_error &error)
{
    const char *path = setup_.options.restore;
    gictime_cursor from;
    buffer own;

    if (path == nullptr)
        return true;
    if (!vp_ckpt_open(&restore_, path, &error) ||
        !vp_ckpt_find(&restore_, "config", machine_version, &from, &error))
        return false;
    vp_ckpt_config(&setup_.options, &setup_.params, &setup_.boot, &*own);
    vp_ckpt_virtio(&setup_.plug.virtio, &*own);
    if (!vp_ckpt_config_same(path, &from, &*own, &error) ||
        !vp_ckpt_find(&restore_, "machine", machine_version, &from, &error))
        return false;
    restore_ps_ = gictime_cursor_u64(&from);
    return true;
}

// The GIC first: its lines change the PEs, which are overwritten.
bool machine::load_checkpoint(vp_error &error)
{
    vp_ckpt_reader &r = restore_;
    bool ok = vp_memory_load(&setup_.memory, &r, &error) &&
              take_section(r, "gic", gic_version, error,
                           [this](gictime_cursor &from) {
                               return gic_->load({from.at, from.at + from.left});
                           }) &&
              take_section(r, "lines", lines_version, error,
                           [this](gictime_cursor &from) { return load_lines(from); });

    for (size_t n = 0; n < pes_.size() && ok; n++)
        ok = take_section(r, pe_section(n).c_str(), pe_version, error,
                          [&](gictime_cursor &from) { return pes_[n]->load(from); });
    for (saved_part *part : parts_)
        ok = ok && take_section(r, part->section(), part->section_version(), error,
                                [&](gictime_cursor &from) { return part->load(from); });
    ok = ok && take_section(r, "names", names_version, error, [this](gictime_cursor &from) {
             gictime_names_load(names_.get(), &from);
             return gictime_cursor_done(&from);
         });
    if (observer_ != nullptr)
        ok = ok && take_section(r, "record", record_version, error, [this](gictime_cursor &from) {
                 return gictime_observer_load(observer_, &from);
             });
    return ok && load_machine_section(error) && vp_ckpt_all_used(&r, &error);
}

// Last, since loading the others may have moved PEs in the queues.
bool machine::load_machine_section(vp_error &error)
{
    gictime_cursor from;

    error.text[0] = '\0';
    return vp_ckpt_find(&restore_, "machine", machine_version, &from, &error) &&
           (load_machine(from, error) ||
            (error.text[0] == '\0' && vp_ckpt_refuse(&restore_, "machine", &error)));
}

// In the scheduler's process, before anything else has happened.
void machine::restore()
{
    if (restore_ps_ != 0)
        wait(from_ps(restore_ps_));
    if (!load_checkpoint(checkpoint_error_))
        scheduler_.finish(ending::refused);
    vp_ckpt_release(&restore_);
    for (pending_save &save : saves_) {
        if (now_ps() < save.point.time_ps && scheduler_.insns() < save.point.insns)
            continue;
        vp_ckpt_abandon(&save.writer);
        (void)std::fprintf(stderr, "gicvp: --save-at ...=%s: that was before the restored time\n",
                           save.point.path);
    }
    plan_saves();
}

} // namespace virt
