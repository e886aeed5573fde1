// SPDX-License-Identifier: Apache-2.0
// How the machine is put together.
#include <algorithm>
#include <stdexcept>

#include <unistd.h>

#include "board.h"
#include "iss/a64.h"
#include "machine_model.h"
#include "time_util.h"

namespace virt
{

namespace
{

constexpr uint32_t rtc_start_s = 1672531200; ///< 2023-01-01: the same in every run.
constexpr uint32_t intids = 8192;            ///< SPIs and PPIs are below.
constexpr uint32_t counted_bits = 20;        ///< LPIs of more bits are not counted one by one.

bounds bounds_of(const machine_setup &setup)
{
    bounds limits;

    limits.insns = setup.options.max_insns;
    limits.time_ps = setup.options.max_time_ps;
    limits.quantum_ps = setup.options.quantum_ps != 0
                            ? setup.options.quantum_ps
                            : gictime_profile_quantum_ps(&setup.params.profile);
    return limits;
}

size_t counted_intids(const machine_setup &setup)
{
    const uint32_t bits = std::min<uint32_t>(setup.params.gic.lpi_bits, counted_bits);

    return std::max<size_t>(intids, size_t(1) << bits);
}

/// Lines on standard error would come between.
bool shows_progress(const vp_options &o)
{
    return isatty(STDERR_FILENO) != 0 && !(o.trace_irq.on && o.trace_irq.path == nullptr);
}

/// What machine::on_gic_event() does something about.
gic_event_set events_looked_at()
{
    gic_event_set events = {};

    gic_event_set_add(&events, GIC_EV_ACKNOWLEDGED);
    gic_event_set_add(&events, GIC_EV_SPURIOUS);
    gic_event_set_add(&events, GIC_EV_TRANSLATED);
    gic_event_set_add_class(&events, GIC_EVENT_GUEST);
    return events;
}

uint64_t cost(const machine_setup &setup, gictime_key key)
{
    return gictime_profile_ps(&setup.params.profile, key);
}

} // namespace

machine::machine(sc_core::sc_module_name name, machine_setup &setup)
    : sc_module(name), setup_(setup), timed_(gictime_profile_timed(&setup.params.profile)),
      scheduler_("scheduler", bounds_of(setup)),
      domain_(iss_domain_create(setup.machine.cpus), iss_domain_destroy),
      bus_("bus", setup.machine.cpus + 5, cost(setup, GICTIME_KEY_INTERCONNECT_MMIO)),
      agenda_("agenda"), firmware_socket_("firmware_socket"), psci_(), semihost_(), guest_(),
      names_(gictime_names_create(name_source, this), gictime_names_destroy),
      log_file_(nullptr, std::fclose), profile_file_(nullptr, std::fclose),
      progress_(stderr, shows_progress(setup.options)), acknowledged_(counted_intids(setup), 0)
{
    if (domain_ == nullptr || names_ == nullptr)
        throw std::runtime_error("out of memory");
    iss_domain_on_broken(domain_.get(), on_broken_monitor, this);
    psci_init(&psci_, setup_.machine.cpus);
    semihost_init(&semihost_, setup_.options.append);
    if (timed_)
        line_queue_ = std::make_unique<line_queue>("line_queue", agenda_);
    build_memories();
    build_gic();
    build_devices();
    build_pes();
    build_names();
    firmware_socket_.bind(bus_.from(setup_.machine.cpus + 1));
    scheduler_.at_start([this] { begin(); });
    scheduler_.between_slices([this] { between_slices(); });
    scheduler_.when_stuck([this] { return debugger_ != nullptr && debugger_->idle(); });
}

machine::~machine()
{
    vp_ckpt_release(&restore_);
    for (pending_save &save : saves_)
        vp_ckpt_abandon(&save.writer);
    semihost_close(&semihost_);
    gictime_observer_destroy(observer_);
    vp_profile_free(&profile_);
}

// ---------------------------------------------------------------- memories and GIC

void machine::build_memories()
{
    static const char *const names[VP_REGIONS] = {"ram", "flash0", "flash1", "secure_ram"};

    for (unsigned n = 0; n < VP_REGIONS; n++) {
        const vp_region &region = setup_.memory.region[n];

        if (region.size == 0 || region.rom)
            continue;
        memories_.push_back(
            std::make_unique<memory_target>(names[n], region, cost(setup_, GICTIME_KEY_MEMORY_READ),
                                            cost(setup_, GICTIME_KEY_MEMORY_WRITE)));
        bus_.map(memories_.back()->socket, region.base, region.size, region.secure, true);
    }
}

void machine::build_gic()
{
    const bool v2 = setup_.machine.gicv2;
    const unsigned first = vp_machine_first_region(setup_.machine.cpus);
    gictlm::config config;

    config.gic = setup_.params.gic;
    for (unsigned n = 0; n < setup_.machine.cpus; n++)
        config.affinity.push_back(static_cast<uint32_t>(vp_machine_mpidr(n)));
    gictime_profile_timing(&setup_.params.profile, &config.timing);
    config.busy_sync = false;
    config.guest_error_reports = 0;
    if (!v2 && first < setup_.machine.cpus)
        config.gicr_regions = {first, setup_.machine.cpus - first};
    for (unsigned n = 0; n < setup_.machine.cpus; n++)
        config.gicr_bases.push_back(n < first
                                        ? VP_GICR_BASE + uint64_t(n) * VP_GICR_FRAME
                                        : VP_GICR_HIGH_BASE + uint64_t(n - first) * VP_GICR_FRAME);
    gic_ = std::make_unique<gictlm::gic>("gic", config);
    scheduler_.watch(*gic_);
    if (timed_)
        scheduler_.keep_clock_of(*gic_);
    bus_.map(gic_->gicd, VP_GICD_BASE, VP_GICD_SIZE, false, false);
    if (v2)
        map_gicv2();
    else
        map_redistributors();
    map_itss();
    spi_lines_.resize(intids);
    ppi_lines_.resize(setup_.machine.cpus);
    guest_.line = on_guest_line;
    guest_.ctx = this;
    guest_.gicd = &gic_->gicd_registers();
    guest_.gicr = &gic_->gicr_registers();
    guest_.gicc = gic_->gicc_registers();
    guest_.verbatim = 4;
    gic_->observe(on_gic_event, this, events_looked_at());
}

void machine::map_gicv2()
{
    bus_.map(gic_->gicc, VP_GICC_BASE, VP_GICC_SIZE, false, false);
    if (!setup_.machine.has_el2)
        return;
    bus_.map(gic_->gich, VP_GICH_BASE, VP_GICH_SIZE, false, false);
    bus_.map(gic_->gicv, VP_GICV_BASE, VP_GICV_SIZE, false, false);
}

void machine::map_redistributors()
{
    if (gic_->gicr_region.size() == 0) {
        bus_.map(gic_->gicr, VP_GICR_BASE, VP_GICR_SIZE, false, false);
        return;
    }
    bus_.map(gic_->gicr_region[0], VP_GICR_BASE, VP_GICR_SIZE, false, false);
    bus_.map(gic_->gicr_region[1], VP_GICR_HIGH_BASE, VP_GICR_HIGH_SIZE, false, false);
}

// Frames, and the tables in memory: what the GIC writes there breaks monitors and decoded code as
// any other store does.
void machine::map_itss()
{
    for (unsigned n = 0; n < gic_->gits.size(); n++)
        bus_.map(gic_->gits[n], vp_machine_its_base(n), VP_ITS_SIZE, false, false);
    gic_->mem.bind(bus_.from(gic_initiator()));
    gic_->observe_memory_writes(
        [](void *up, uint64_t address, unsigned length) {
            iss_domain_stored(static_cast<machine *>(up)->domain_.get(), ISS_DOMAIN_NO_PE, address,
                              length, false);
        },
        this);
}

line_mux &machine::spi_line(uint32_t intid)
{
    std::unique_ptr<line_mux> &line = spi_lines_[intid];

    if (line == nullptr) {
        gictlm::line_in &input = intid >= GIC_INTID_ESPI_FIRST
                                     ? gic_->espi[intid - GIC_INTID_ESPI_FIRST]
                                     : gic_->spi[intid - GIC_INTID_SPI_FIRST];

        line = std::make_unique<line_mux>(
            input, from_ps(cost(setup_, GICTIME_KEY_INTERCONNECT_LINE)), line_queue_.get(), intid);
    }
    return *line;
}

line_mux &machine::ppi_line(unsigned pe, uint32_t intid)
{
    const bool extended = intid >= GIC_INTID_EPPI_FIRST;
    const size_t place = extended ? 16 + intid - GIC_INTID_EPPI_FIRST : intid - GIC_INTID_PPI_FIRST;
    std::vector<std::unique_ptr<line_mux>> &lines = ppi_lines_[pe];

    if (lines.size() <= place)
        lines.resize(place + 1);
    if (lines[place] == nullptr) {
        gictlm::line_in &input = extended ? gic_->eppi[pe][intid - GIC_INTID_EPPI_FIRST]
                                          : gic_->ppi[pe][intid - GIC_INTID_PPI_FIRST];

        lines[place] = std::make_unique<line_mux>(input, sc_core::SC_ZERO_TIME, line_queue_.get(),
                                                  pe << 16 | intid);
    }
    return *lines[place];
}

// ---------------------------------------------------------------- devices

namespace
{

console_device wires_of(pl011 &uart)
{
    return {[&uart] { return pl011_can_receive(&uart); },
            [&uart](uint8_t byte) { (void)pl011_receive(&uart, byte, now_ps()); },
            [&uart](uint8_t *byte) { return pl011_pop(&uart, byte); }};
}

} // namespace

device_target &machine::add_device(const char *name, const dev_ops &ops, void *self, uint64_t base,
                                   uint64_t size, bool secure)
{
    targets_.push_back(std::make_unique<device_target>(name, agenda_, ops, self,
                                                       cost(setup_, GICTIME_KEY_MEMORY_DEVICE)));
    device_target &target = *targets_.back();

    add_part(target);

    target.on_complaint(
        [this](const char *device, uint64_t offset, unsigned bytes, bool write, dev_status status) {
            complain(device, offset, bytes, write, status);
        });
    bus_.map(target.socket, base, size, secure, false);
    return target;
}

void machine::build_devices()
{
    pl011_init(&uart0_, VP_UARTCLK_HZ);
    device_target &uart =
        add_device("uart0", pl011_ops, &uart0_, VP_UART0_BASE, VP_UART0_SIZE, false);
    uart.connect(0, spi_line(VP_INTID_SPI + VP_SPI_UART0));
    console_ = std::make_unique<console>("console", agenda_, wires_of(uart0_), uart);
    add_part(*console_);

    pl031_init(&rtc_, rtc_start_s);
    add_device("rtc", pl031_ops, &rtc_, VP_RTC_BASE, VP_RTC_SIZE, false)
        .connect(0, spi_line(VP_INTID_SPI + VP_SPI_RTC));
    build_power_key();

    build_flash();
    build_fw_cfg();
    build_stimulus();
    build_pcie();
    build_virtio();
    if (setup_.machine.has_el3)
        build_secure_devices();
}

void machine::build_power_key()
{
    pl061_init(&gpio_);
    device_target &gpio = add_device("gpio", pl061_ops, &gpio_, VP_GPIO_BASE, VP_GPIO_SIZE, false);
    gpio.connect(0, spi_line(VP_INTID_SPI + VP_SPI_GPIO));
    power_key_ = std::make_unique<power_key>(agenda_, [this, &gpio](bool down) {
        pl061_set_input(&gpio_, VP_POWER_KEY_PIN, down);
        gpio.update(now_ps());
    });
    add_part(*power_key_);
    if (setup_.options.power_key_ps != UINT64_MAX)
        power_key_->press_at(setup_.options.power_key_ps);
}

void machine::build_secure_devices()
{
    pl011_init(&uart1_, VP_UARTCLK_HZ);
    device_target &uart =
        add_device("uart1", pl011_ops, &uart1_, VP_UART1_BASE, VP_UART1_SIZE, true);
    uart.connect(0, spi_line(VP_INTID_SPI + VP_SPI_UART1));
    secure_console_ = std::make_unique<console>("secure_console", agenda_, wires_of(uart1_), uart);
    add_part(*secure_console_);

    pl061_init(&secure_gpio_);
    add_device("secure_gpio", pl061_ops, &secure_gpio_, VP_SECURE_GPIO_BASE, VP_SECURE_GPIO_SIZE,
               true)
        .after([this](uint64_t) {
            const unsigned pins = pl061_outputs(&secure_gpio_);

            if ((pins >> VP_SECURE_POWEROFF_PIN & 1u) != 0)
                scheduler_.finish(ending::power_off);
            else if ((pins >> VP_SECURE_RESET_PIN & 1u) != 0)
                want_reset();
        });
}

void machine::build_flash()
{
    for (unsigned n = 0; n < flash_.size(); n++) {
        const vp_region &region = setup_.memory.region[VP_REGION_FLASH0 + n];
        cfi_flash &bank = flash_[n];

        /* Bank 0 holds the firmware; bank 1 is for its variables, which live as long as the run. */
        cfi_flash_init(&bank, region.host, region.size, n == 1);
        add_device(n == 0 ? "flash0" : "flash1", cfi_flash_ops, &bank, region.base, region.size,
                   region.secure)
            .grant_reads(region.host, region.size, [&bank] { return cfi_flash_is_array(&bank); });
    }
}

void machine::build_fw_cfg()
{
    const vp_boot &boot = setup_.boot;
    const vp_options &o = setup_.options;

    fw_cfg_init(&fw_cfg_);
    (void)fw_cfg_add_number(&fw_cfg_, FW_CFG_NB_CPUS, o.cpus, 2);
    (void)fw_cfg_add_number(&fw_cfg_, FW_CFG_MAX_CPUS, o.cpus, 2);
    if (o.bios != nullptr && o.kernel != nullptr) {
        const std::string_view line = o.append != nullptr ? o.append : "";
        const uint32_t length = static_cast<uint32_t>(line.size() + 1);

        (void)fw_cfg_add_number(&fw_cfg_, FW_CFG_KERNEL_SIZE, boot.kernel.size, 4);
        (void)fw_cfg_add(&fw_cfg_, FW_CFG_KERNEL_DATA, boot.kernel.data,
                         static_cast<uint32_t>(boot.kernel.size));
        (void)fw_cfg_add_number(&fw_cfg_, FW_CFG_INITRD_SIZE, boot.initrd.size, 4);
        (void)fw_cfg_add(&fw_cfg_, FW_CFG_INITRD_DATA, boot.initrd.data,
                         static_cast<uint32_t>(boot.initrd.size));
        (void)fw_cfg_add_number(&fw_cfg_, FW_CFG_CMDLINE_SIZE, length, 4);
        (void)fw_cfg_add(&fw_cfg_, FW_CFG_CMDLINE_DATA,
                         reinterpret_cast<const uint8_t *>(line.data()), length);
    }
    dma_ = std::make_unique<fw_cfg_dma>("fw_cfg_dma", fw_cfg_, domain_.get());
    dma_->socket.bind(bus_.from(setup_.machine.cpus));
    add_device("fw_cfg", fw_cfg_ops, &fw_cfg_, VP_FW_CFG_BASE, VP_FW_CFG_SIZE, false)
        .after([this](uint64_t) { dma_->kick(); });
}

void machine::build_stimulus()
{
    const gic_config &gic = setup_.params.gic;
    const stimulus_config config = {
        gictime_profile_period_ps(&setup_.params.profile, GICTIME_DOMAIN_CPU), gic.pe_count,
        gic.spi_count, gic.espi_count, gic.eppi_count};

    stimulus_init(&stimulus_, &config);
    stimulus_target_ = &add_device("stimulus", stimulus_ops, &stimulus_, VP_STIMULUS_BASE,
                                   VP_STIMULUS_SIZE, false);
    stimulus_target_->after([this](uint64_t time_ps) { pass_stimulus(time_ps); });
}

void machine::pass_stimulus(uint64_t)
{
    stimulus_change change;

    while (stimulus_pop(&stimulus_, &change)) {
        line_mux &line = change.ppi ? ppi_line(change.pe, change.intid) : spi_line(change.intid);

        line.set(change.level, ahead(change.time_ps));
    }
}

// ---------------------------------------------------------------- PEs

iss_config machine::pe_iss_config(unsigned n) const
{
    const vp_machine &m = setup_.machine;
    const gictime_profile *profile = &setup_.params.profile;
    iss_config config = iss_config();
    const char *name;
    uint64_t cycles;

    config.version = ISS_PORT_VERSION;
    config.cpu = m.cpu;
    config.mpidr = vp_machine_mpidr(n);
    config.period_ps = gictime_profile_period_ps(profile, GICTIME_DOMAIN_CPU);
    config.rvbar = setup_.boot.entry;
    config.has_el2 = m.has_el2;
    config.has_el3 = m.has_el3;
    config.semihosting = true;
    config.conduit = m.conduit == VP_CONDUIT_HVC   ? ISS_CONDUIT_HVC
                     : m.conduit == VP_CONDUIT_SMC ? ISS_CONDUIT_SMC
                                                   : ISS_CONDUIT_NONE;
    config.gic_sysregs = m.gicv2 ? 0 : 1;
    config.nmi = setup_.params.gic.nmi;
    iss_cpi_default(&config.cpi);
    for (unsigned c = 0; gictime_profile_cpi(profile, c, &name, &cycles); c++)
        (void)iss_cpi_set(&config.cpi, name, cycles);
    return config;
}

void machine::build_pe(unsigned n)
{
    static const struct {
        gtimer_id timer;
        uint32_t ppi;
    } wires[] = {{GTIMER_P, VP_PPI_CNTP},
                 {GTIMER_V, VP_PPI_CNTV},
                 {GTIMER_HP, VP_PPI_CNTHP},
                 {GTIMER_HV, VP_PPI_CNTHV},
                 {GTIMER_PS, VP_PPI_CNTPS}};
    pe_config config;

    config.index = n;
    config.iss = pe_iss_config(n);
    config.ops = a64_ops();
    config.timer = gtimer_config{VP_CNTFRQ_HZ, setup_.machine.has_el2, setup_.machine.has_el3,
                                 setup_.machine.has_vhe};
    config.domain = domain_.get();
    config.timed = timed_;
    config.recorded = vp_options_record(&setup_.options);
    config.way_ps = to_ps(bus_.way());
    pes_[n] = std::make_unique<pe>(("pe" + std::to_string(n)).c_str(), config, scheduler_,
                                   static_cast<pe_host &>(*this));
    pe &unit = *pes_[n];

    if (setup_.options.profile_guest != nullptr)
        unit.sample_with(*this, setup_.options.profile_insns);
    unit.socket.bind(bus_.from(n));
    if (timed_)
        bus_.comes_by_itself(n);
    unit.connect(*gic_);
    for (const auto &wire : wires)
        unit.connect_timer(wire.timer, ppi_line(n, VP_INTID_PPI + wire.ppi));
    unit.connect_pmu(ppi_line(n, VP_INTID_PPI + VP_PPI_PMU));
}

void machine::build_pes()
{
    const unsigned number = setup_.machine.cpus;

    pes_.resize(number);
    for (unsigned n = 0; n < number; n++)
        build_pe(setup_.options.reverse_pes ? number - 1 - n : n);
}

} // namespace virt
