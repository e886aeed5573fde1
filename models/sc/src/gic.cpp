// SPDX-License-Identifier: Apache-2.0
// The public modules: which sockets, lines and links each of them has.
#include "gictlm/gictlm.h"

#include "sysreg_end.h"

namespace gictlm
{

namespace
{

constexpr gic_assembly_parts only_gicd = {true, false, false, false};
constexpr gic_assembly_parts only_gicr = {false, true, false, false};
constexpr gic_assembly_parts only_cpuif = {false, false, true, false};

unsigned spis(const config &c)
{
    return c.gic.spi_count;
}

} // namespace

// ---- Making vectors of ports --------------------------------------------------------------------

void assembly::make_lines(lines &vector, line_kind kind, unsigned count, uint32_t first_intid)
{
    vector.init(count, [this, kind, first_intid](const char *name, size_t i) {
        const bool by_pe = kind != line_kind::spi;
        return new line_in(name, *this, kind, by_pe ? static_cast<uint16_t>(i) : uint16_t(0),
                           by_pe ? 0 : first_intid + static_cast<uint32_t>(i));
    });
    for (line_in &line : vector)
        inputs_.push_back(&line);
}

void assembly::make_pe_lines(pe_lines &vector, unsigned count, uint32_t first_intid)
{
    using one_pe = sc_core::sc_vector<line_in>;
    vector.init(config_.gic.pe_count, [this, count, first_intid](const char *name, size_t pe) {
        auto *made = new one_pe(name);
        made->init(count, [this, pe, first_intid](const char *line_name, size_t i) {
            return new line_in(line_name, *this, line_kind::ppi, static_cast<uint16_t>(pe),
                               first_intid + static_cast<uint32_t>(i));
        });
        for (line_in &line : *made)
            inputs_.push_back(&line);
        return made;
    });
}

void assembly::make_outputs(outputs &vector, gic_line line)
{
    vector.init(config_.gic.pe_count);
    for (size_t pe = 0; pe < vector.size(); pe++)
        line_routes_[size_t(line) * config_.gic.pe_count + pe] = &vector[pe];
}

void assembly::make_streams(stream_ports &out, stream_exports &in, gic_port self, gic_port other)
{
    out.init(config_.gic.pe_count);
    in.init(config_.gic.pe_count);
    for (uint16_t pe = 0; pe < config_.gic.pe_count; pe++) {
        stream_ends_.push_back(std::make_unique<stream_end>(*this, other, self, pe));
        in[pe].bind(*stream_ends_.back());
        stream_routes_[size_t(other) * config_.gic.pe_count + pe] = &out[pe];
    }
}

void assembly::make_sysregs(sysregs &vector)
{
    vector.init(config_.gic.pe_count);
    for (uint16_t pe = 0; pe < config_.gic.pe_count; pe++) {
        sysreg_ends_.push_back(std::make_unique<sysreg_end>(*this, pe));
        vector[pe].bind(*sysreg_ends_.back());
    }
}

void assembly::make_its_outputs(outputs &vector)
{
    vector.init(config_.gic.its_count);
    for (size_t i = 0; i < vector.size(); i++)
        line_routes_[size_t(GIC_LINE_COUNT) * config_.gic.pe_count + i] = &vector[i];
}

void assembly::make_itss(sc_core::sc_vector<frame_target> &vector, frame_kind kind)
{
    vector.init(config_.gic.its_count, [this, kind](const char *name, size_t i) {
        return new frame_target(name, *this, kind, static_cast<unsigned>(i));
    });
}

void assembly::make_regions(sc_core::sc_vector<frame_target> &vector)
{
    unsigned first = 0;
    vector.init(config_.gicr_regions.size(), [this, &first](const char *name, size_t i) {
        const unsigned pes = config_.gicr_regions[i];
        auto *made = new frame_target(name, *this, frame_kind::gicr, first, pes);
        first += pes;
        gic_assembly_set_last(a_, static_cast<uint16_t>(first - 1), true);
        return made;
    });
}

// ---- The whole GIC ------------------------------------------------------------------------------

gic::gic(sc_core::sc_module_name name, const config &c)
    : assembly(name, c, {true, true, !c.external_cpuif, true}),
      gicd("gicd", *this, frame_kind::gicd),
      gicr("gicr", *this, frame_kind::gicr, 0, c.gic.pe_count),
      gicc("gicc", *this, frame_kind::gicc), gich("gich", *this, frame_kind::gich),
      gicv("gicv", *this, frame_kind::gicv), gicr_region("gicr_region"), gits("gits"),
      translater("translater"), mem("mem", *this), spi("spi"), espi("espi"), ppi("ppi"),
      eppi("eppi"), cpu_active("cpu_active"), legacy_irq("legacy_irq"), legacy_fiq("legacy_fiq"),
      pe_reset("pe_reset"), reset("reset", *this, line_kind::reset, 0, 0), irq("irq"), fiq("fiq"),
      virq("virq"), vfiq("vfiq"), nmi("nmi"), vnmi("vnmi"), maintenance("maintenance"),
      wake_request("wake_request"), umsi("umsi"), sysreg("sysreg"), to_cpuif("to_cpuif"),
      from_cpuif("from_cpuif")
{
    make_regions(gicr_region);
    memory_port_ = &mem;
    make_itss(gits, frame_kind::gits);
    make_its_outputs(umsi);
    make_itss(translater, frame_kind::translater);
    make_lines(spi, line_kind::spi, spis(c), GIC_INTID_SPI_FIRST);
    make_lines(espi, line_kind::spi, c.gic.espi_count, GIC_INTID_ESPI_FIRST);
    make_pe_lines(ppi, GIC_INTID_PPI_LAST - GIC_INTID_PPI_FIRST + 1, GIC_INTID_PPI_FIRST);
    make_pe_lines(eppi, c.gic.eppi_count, GIC_INTID_EPPI_FIRST);
    make_lines(cpu_active, line_kind::cpu_active, c.gic.pe_count, 0);
    make_outputs(wake_request, GIC_LINE_WAKE_REQUEST);
    if (c.external_cpuif) {
        make_streams(to_cpuif, from_cpuif, GIC_PORT_GICR, GIC_PORT_CPUIF);
        return;
    }
    make_lines(legacy_irq, line_kind::legacy_irq, c.gic.gicv2 ? c.gic.pe_count : 0, 0);
    make_lines(legacy_fiq, line_kind::legacy_fiq, c.gic.gicv2 ? c.gic.pe_count : 0, 0);
    make_lines(pe_reset, line_kind::pe_reset, c.gic.pe_count, 0);
    make_outputs(irq, GIC_LINE_IRQ);
    make_outputs(fiq, GIC_LINE_FIQ);
    make_outputs(virq, GIC_LINE_VIRQ);
    make_outputs(vfiq, GIC_LINE_VFIQ);
    make_outputs(nmi, GIC_LINE_NMI);
    make_outputs(vnmi, GIC_LINE_VNMI);
    make_outputs(maintenance, GIC_LINE_MAINTENANCE);
    make_sysregs(sysreg);
}

gic::~gic() = default;

// ---- Parts --------------------------------------------------------------------------------------

distributor::distributor(sc_core::sc_module_name name, const config &c)
    : assembly(name, c, only_gicd), gicd("gicd", *this, frame_kind::gicd), spi("spi"), espi("espi"),
      reset("reset", *this, line_kind::reset, 0, 0), to_gicr("to_gicr"), from_gicr("from_gicr")
{
    make_lines(spi, line_kind::spi, spis(c), GIC_INTID_SPI_FIRST);
    make_lines(espi, line_kind::spi, c.gic.espi_count, GIC_INTID_ESPI_FIRST);
    make_streams(to_gicr, from_gicr, GIC_PORT_GICD, GIC_PORT_GICR);
}

redistributor::redistributor(sc_core::sc_module_name name, const config &c)
    : assembly(name, c, only_gicr), gicr("gicr", *this, frame_kind::gicr, 0, c.gic.pe_count),
      mem("mem", *this), ppi("ppi"), eppi("eppi"), cpu_active("cpu_active"),
      reset("reset", *this, line_kind::reset, 0, 0), wake_request("wake_request"),
      to_gicd("to_gicd"), from_gicd("from_gicd"), to_cpuif("to_cpuif"), from_cpuif("from_cpuif")
{
    memory_port_ = &mem;
    make_pe_lines(ppi, GIC_INTID_PPI_LAST - GIC_INTID_PPI_FIRST + 1, GIC_INTID_PPI_FIRST);
    make_pe_lines(eppi, c.gic.eppi_count, GIC_INTID_EPPI_FIRST);
    make_lines(cpu_active, line_kind::cpu_active, c.gic.pe_count, 0);
    make_outputs(wake_request, GIC_LINE_WAKE_REQUEST);
    make_streams(to_gicd, from_gicd, GIC_PORT_GICR, GIC_PORT_GICD);
    make_streams(to_cpuif, from_cpuif, GIC_PORT_GICR, GIC_PORT_CPUIF);
}

cpu_interface::cpu_interface(sc_core::sc_module_name name, const config &c)
    : assembly(name, c, only_cpuif), pe_reset("pe_reset"),
      reset("reset", *this, line_kind::reset, 0, 0), irq("irq"), fiq("fiq"), virq("virq"),
      vfiq("vfiq"), nmi("nmi"), vnmi("vnmi"), maintenance("maintenance"), sysreg("sysreg"),
      to_gicr("to_gicr"), from_gicr("from_gicr")
{
    make_lines(pe_reset, line_kind::pe_reset, c.gic.pe_count, 0);
    make_outputs(irq, GIC_LINE_IRQ);
    make_outputs(fiq, GIC_LINE_FIQ);
    make_outputs(virq, GIC_LINE_VIRQ);
    make_outputs(vfiq, GIC_LINE_VFIQ);
    make_outputs(nmi, GIC_LINE_NMI);
    make_outputs(vnmi, GIC_LINE_VNMI);
    make_outputs(maintenance, GIC_LINE_MAINTENANCE);
    make_sysregs(sysreg);
    make_streams(to_gicr, from_gicr, GIC_PORT_CPUIF, GIC_PORT_GICR);
}

cpu_interface::~cpu_interface() = default;

} // namespace gictlm
