// SPDX-License-Identifier: Apache-2.0
// gictlm: an architectural model of the Arm Generic Interrupt Controller for SystemC and TLM-2.0.
// This header is the public interface; docs/integration.md shows it at work.
#ifndef GICTLM_GICTLM_H
#define GICTLM_GICTLM_H

#include "gictlm/adapters/signal.h"
#include "gictlm/assembly.h"

namespace gictlm
{

/// A whole GICv3, or GICv2 (`config.gic.gicv2`), for `config.gic.pe_count` PEs: Distributor,
/// Redistributors, CPU interfaces.
///
/// PE numbers are GICR_TYPER.Processor_Number everywhere. Everything may stay unbound.
class gic : public assembly
{
public:
    gic(sc_core::sc_module_name name, const config &configuration);
    ~gic() override;

    frame_target gicd; ///< GICD: 64 KiB; 4 KiB of a GICv2.
    frame_target gicr; ///< All Redistributors: PE n at n * gicr_stride. Nothing in a GICv2.
    /// GICv2: GICC, 8 KiB, banked by the PE of the access, as GICD is then. Nothing in a GICv3.
    frame_target gicc;
    frame_target gich; ///< GICv2 with list registers: GICH, 4 KiB, banked likewise.
    frame_target gicv; ///< GICv2 with list registers: GICV, 8 KiB, banked likewise.
    /// The regions of config::gicr_regions, each counted from its own first PE.
    sc_core::sc_vector<frame_target> gicr_region;
    sc_core::sc_vector<frame_target> gits;       ///< gits[ITS]: 128 KiB, GITS_TRANSLATER included.
    sc_core::sc_vector<frame_target> translater; ///< translater[ITS]: that frame alone, 64 KiB.
    memory_port mem; ///< Initiator: ITS tables, command queues, LPI tables.

    lines spi;     ///< spi[INTID - 32]
    lines espi;    ///< espi[INTID - 4096]
    pe_lines ppi;  ///< ppi[pe][INTID - 16]
    pe_lines eppi; ///< eppi[pe][INTID - 1056]
    /// cpu_active[pe]: low, the PE is not to be chosen for 1-of-N interrupts. High when unbound.
    lines cpu_active;
    /// GICv2: legacy_irq[pe], legacy_fiq[pe], the inputs nLEGACYIRQ and nLEGACYFIQ (here high is
    /// active): while interrupt bypass is on they go on to irq[pe], fiq[pe]. Empty in a GICv3.
    lines legacy_irq;
    lines legacy_fiq;
    lines pe_reset; ///< pe_reset[pe]: rising edge resets that CPU interface alone.
    line_in reset;  ///< Rising edge resets everything.

    outputs irq;  ///< irq[pe]
    outputs fiq;  ///< fiq[pe]
    outputs virq; ///< virq[pe]
    outputs vfiq; ///< vfiq[pe]
    outputs nmi;  ///< nmi[pe]: what irq[pe] or fiq[pe] asserts is an NMI (superpriority).
    outputs vnmi; ///< vnmi[pe]: what virq[pe] asserts is one.
    /// maintenance[pe]: the virtual maintenance interrupt, wired inside to ppi[pe][25 - 16].
    outputs maintenance;
    outputs wake_request; ///< wake_request[pe]: a sleeping PE has something pending.
    outputs umsi;         ///< umsi[ITS]: an unmapped MSI is latched (GITS_STATUSR, GITS_UMSIR).

    sysregs sysreg; ///< sysreg[pe]: the CPU interface's system registers (gictlm/sysreg.h).

    /// config::external_cpuif: messages to the CPU interface of each PE, and from it.
    stream_ports to_cpuif;
    stream_exports from_cpuif;
};

/// The Distributor alone. Redistributors are connected by to_gicr[pe] and from_gicr[pe].
class distributor : public assembly
{
public:
    distributor(sc_core::sc_module_name name, const config &configuration);

    frame_target gicd;
    lines spi;
    lines espi;
    line_in reset;
    stream_ports to_gicr;
    stream_exports from_gicr;
};

/// The Redistributors of all PEs, without Distributor and CPU interfaces.
class redistributor : public assembly
{
public:
    redistributor(sc_core::sc_module_name name, const config &configuration);

    frame_target gicr;
    memory_port mem;
    pe_lines ppi;
    pe_lines eppi;
    lines cpu_active;
    line_in reset;
    outputs wake_request;
    stream_ports to_gicd;
    stream_exports from_gicd;
    stream_ports to_cpuif;
    stream_exports from_cpuif;
};

/// The CPU interfaces of all PEs alone.
class cpu_interface : public assembly
{
public:
    cpu_interface(sc_core::sc_module_name name, const config &configuration);
    ~cpu_interface() override;

    lines pe_reset;
    line_in reset;
    outputs irq;
    outputs fiq;
    outputs virq;
    outputs vfiq;
    outputs nmi;
    outputs vnmi;
    outputs maintenance; ///< To PPI 25 of that PE: outside of this part.
    sysregs sysreg;
    stream_ports to_gicr;
    stream_exports from_gicr;
};

} // namespace gictlm

#endif
