// SPDX-License-Identifier: Apache-2.0
// The virt board in SystemC: everything that the options describe, put together.
#ifndef VIRT_MACHINE_MODEL_H
#define VIRT_MACHINE_MODEL_H

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <systemc>

#include "agenda.h"
#include "boot.h"
#include "bus.h"
#include "checkpoint_file.h"
#include "console.h"
#include "device_target.h"
#include "devices/cfi_flash.h"
#include "devices/fw_cfg.h"
#include "devices/gicv2m.h"
#include "devices/pl011.h"
#include "devices/pl031.h"
#include "devices/pl061.h"
#include "devices/stimulus.h"
#include "fw_cfg_dma.h"
#include "gictime/guest.h"
#include "gictime/names.h"
#include "gictime/observer.h"
#include "gictlm/gictlm.h"
#include "guest_profile.h"
#include "line_mux.h"
#include "machine.h"
#include "memory_target.h"
#include "net_user.h"
#include "params.h"
#include "pcie_root.h"
#include "pe.h"
#include "plug.h"
#include "power_key.h"
#include "progress.h"
#include "psci.h"
#include "scheduler.h"
#include "semihost.h"
#include "symbols.h"
#include "virtio_hub.h"

namespace virt
{

/// Everything decided before the platform is built.
struct machine_setup {
    machine_setup() = default;
    machine_setup(const machine_setup &) = delete;
    machine_setup &operator=(const machine_setup &) = delete;
    ~machine_setup()
    {
        vp_boot_free(&boot);
        vp_plug_free(&plug);
        vp_memory_free(&memory);
        vp_symbols_free(&symbols);
    }

    vp_options options = vp_options();
    vp_machine machine = vp_machine();
    vp_params params = vp_params();
    vp_plug plug = vp_plug();
    vp_memory memory = vp_memory();
    vp_boot boot = vp_boot();
    vp_symbols symbols = vp_symbols();
};

/// A debugger at work on the machine.
class debugger
{
public:
    virtual ~debugger() = default;
    /// Between slices: look whether the debugger wants something; may block in host time.
    virtual void between_slices() = 0;
    /// PE @p index met a breakpoint or finished a step.
    virtual void stopped(unsigned index, iss_stop reason) = 0;
    /// Nothing can ever happen any more. @return whether the debugger changed that.
    virtual bool idle() = 0;
};

class machine : public sc_core::sc_module, private pe_host, private pe_sampler
{
public:
    /// Throws std::runtime_error with one line for what the ISS refuses.
    machine(sc_core::sc_module_name name, machine_setup &setup);
    ~machine() override;

    /// Opens back-ends and files. @return false with the message in @p error.
    bool open(vp_error &error);
    /// What was wrong with a checkpoint, when the run ended for that (ending::refused).
    const vp_error &checkpoint_error() const
    {
        return checkpoint_error_;
    }
    /// Writes the files of the run. @return false with the message in @p error.
    bool close(vp_error &error);

    void attach(debugger *d)
    {
        debugger_ = d;
    }

    gictlm::gic &gic()
    {
        return *gic_;
    }
    scheduler &sched()
    {
        return scheduler_;
    }
    const machine_setup &setup() const
    {
        return setup_;
    }
    pe &unit(unsigned n)
    {
        return *pes_[n];
    }
    unsigned units() const
    {
        return static_cast<unsigned>(pes_.size());
    }
    console &terminal()
    {
        return *console_;
    }
    power_key &key()
    {
        return *power_key_;
    }
    const psci &power() const
    {
        return psci_;
    }
    /// Names of the guest's addresses.
    const vp_symbols &symbols() const
    {
        return setup_.symbols;
    }
    /// Who raises the interrupt; "" where nobody knows.
    const char *irq_name(uint32_t intid) const
    {
        return gictime_name_of(names_.get(), intid);
    }
    /// Latencies, if they are measured; else nullptr.
    const gictime_breakdown *latencies() const
    {
        return observer_ != nullptr ? gictime_observer_breakdown(observer_) : nullptr;
    }
    /// The PE that ended the run by taking the same fault for ever (ending::faults).
    unsigned faulting_pe() const
    {
        return faulting_pe_;
    }

    /// Interrupts acknowledged by INTID, spurious ones under 1020 to 1023.
    const std::vector<uint64_t> &acknowledged() const
    {
        return acknowledged_;
    }
    /// Mistakes of the guest, at the GIC and at devices.
    uint64_t guest_errors() const;
    /// "Every gate between the line and the PE" as text, the first closed one marked.
    std::string why(uint32_t intid, unsigned pe);

private:
    /// A moment at which the machine is to be saved; its file is closed when that is done.
    struct pending_save {
        vp_save_point point;
        vp_ckpt_writer writer;
    };

    /// @p part is a section of every checkpoint from now on. Devices are added by add_device().
    void add_part(saved_part &part)
    {
        parts_.push_back(&part);
    }
    /// A device of the C library with its TLM target.
    device_target &add_device(const char *name, const dev_ops &ops, void *self, uint64_t base,
                              uint64_t size, bool secure);
    void build_memories();
    void build_gic();
    void map_gicv2();
    void map_redistributors();
    void map_itss();
    /// Number of the bus initiator that the GIC is, for its tables.
    unsigned gic_initiator() const
    {
        return setup_.machine.cpus + 3;
    }
    void build_devices();
    void build_secure_devices();
    void build_stimulus();
    void build_pcie();
    void build_v2m();
    void build_virtio();
    void build_virtio_console(unsigned n, device_target &slots);
    bool open_virtio_consoles(vp_error &error);
    bool open_virtio_nets(vp_error &error);
    void pass_v2m();
    /// Number of the bus initiator that writes MSIs: after the PEs, fw_cfg and firmware.
    unsigned pcie_initiator() const
    {
        return setup_.machine.cpus + 2;
    }
    /// Number of the bus initiator that virtio devices are.
    unsigned virtio_initiator() const
    {
        return setup_.machine.cpus + 4;
    }
    void build_flash();
    void build_power_key();
    void build_fw_cfg();
    void build_pes();
    void build_pe(unsigned n);
    iss_config pe_iss_config(unsigned n) const;
    line_mux &spi_line(uint32_t intid);
    line_mux &ppi_line(unsigned pe, uint32_t intid);

    void begin();
    void start();
    void start_pe(unsigned n, uint64_t entry, uint64_t x0, uint64_t time_ps);
    void act_as_firmware();
    uint64_t redistributor(unsigned n) const;
    void wake_redistributors();
    void act_as_firmware_for(unsigned n, uint64_t time_ps);
    void secure_write(uint64_t address, uint32_t value, unsigned by = 0);
    void want_reset();
    void reset_system();
    void between_slices();

    bool open_saves(vp_error &error);
    void close_saves();
    void plan_saves();
    void save_where_due();
    void write_checkpoint(vp_ckpt_writer &w);
    void save_machine(gictime_bytes &to);
    void save_lines(gictime_bytes &to);
    bool open_restore(vp_error &error);
    void restore();
    bool load_checkpoint(vp_error &error);
    bool load_machine_section(vp_error &error);
    bool load_machine(gictime_cursor &from, vp_error &error);
    bool load_lines(gictime_cursor &from);
    line_mux *line_of(uint32_t number);

    void conduit_call(pe &unit) override;
    void semihost_call(pe &unit) override;
    void debug_stop(pe &unit, iss_stop reason) override;
    void pe_event(pe &unit, const iss_event &event) override;
    void events_set(pe &unit, uint64_t time_ps) override;
    void fault_loop(pe &unit) override;
    void sample(pe &unit) override;

    void build_names();
    static void name_source(void *up, uint32_t device, uint32_t event, char *text, size_t size);
    using look_file = std::unique_ptr<FILE, int (*)(FILE *)>;
    static bool open_file(const char *option, const char *path, look_file &file, vp_error &error);
    bool open_observer(vp_error &error);
    void open_progress();
    void note_exception(pe &unit, const iss_event &event);
    bool close_observer(vp_error &error);
    bool close_profile(vp_error &error);
    void show_progress();

    void complain(const char *device, uint64_t offset, unsigned size, bool write,
                  dev_status status);
    void complain_of_queue(const char *device, unsigned queue, const char *text);
    bool worth_saying();
    static void on_broken_monitor(void *up, uint32_t pe, uint32_t writer);
    static void on_gic_event(void *up, const gic_event *event);
    static void on_guest_line(void *ctx, const char *line);
    void pass_stimulus(uint64_t time_ps);

    machine_setup &setup_;
    bool timed_;
    scheduler scheduler_;
    std::unique_ptr<iss_domain, void (*)(iss_domain *)> domain_; ///< Outlives the PEs.
    bus bus_;
    agenda agenda_;
    std::vector<saved_part *> parts_;
    std::unique_ptr<gictlm::gic> gic_;
    std::unique_ptr<line_queue> line_queue_; ///< Timed: lines change at their exact time.
    std::vector<std::unique_ptr<memory_target>> memories_;
    std::vector<std::unique_ptr<device_target>> targets_;
    std::vector<std::unique_ptr<line_mux>> spi_lines_; ///< By INTID; made when first used.
    std::vector<std::vector<std::unique_ptr<line_mux>>> ppi_lines_;
    std::vector<std::unique_ptr<pe>> pes_;
    std::unique_ptr<console> console_;
    std::unique_ptr<console> secure_console_;
    std::unique_ptr<fw_cfg_dma> dma_;
    tlm_utils::simple_initiator_socket<machine> firmware_socket_;

    std::array<cfi_flash, 2> flash_;
    pl011 uart0_;
    pl011 uart1_;
    pl031 rtc_;
    pl061 gpio_;
    pl061 secure_gpio_;
    std::unique_ptr<power_key> power_key_;
    fw_cfg fw_cfg_;
    stimulus stimulus_;
    gicv2m v2m_;
    std::unique_ptr<pcie_root> pcie_;
    device_target *ecam_ = nullptr;
    std::unique_ptr<virtio_hub> virtio_;
    std::vector<std::pair<unsigned, std::unique_ptr<console>>> virtio_consoles_; ///< By device.
    std::vector<std::pair<unsigned, std::unique_ptr<net_user>>> user_nets_;      ///< By device.
    device_target *stimulus_target_ = nullptr;
    psci psci_;
    semihost semihost_;
    gictime_guest guest_;
    std::unique_ptr<gictime_names, void (*)(gictime_names *)> names_;
    look_file log_file_;     ///< Of --trace irq,to=FILE.
    look_file profile_file_; ///< Of --profile-guest.
    gictime_observer *observer_ = nullptr;
    vp_profile profile_ = vp_profile();
    progress progress_;
    uint64_t interrupts_ = 0; ///< Acknowledged here.
    unsigned faulting_pe_ = 0;
    debugger *debugger_ = nullptr;
    bool reset_wanted_ = false;
    std::vector<pending_save> saves_;
    vp_ckpt_reader restore_ = vp_ckpt_reader();
    uint64_t restore_ps_ = 0;
    vp_error checkpoint_error_ = vp_error();
    std::vector<uint64_t> acknowledged_;
    uint64_t device_errors_ = 0;
};

} // namespace virt

#endif
