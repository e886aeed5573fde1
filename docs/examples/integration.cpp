// SPDX-License-Identifier: Apache-2.0
// A CPU and a device that know nothing of this model, joined to a GICv3. The CPU takes SPI 32.
#include <gictlm/gictlm.h>
#include <iostream>
#include <tlm_utils/simple_initiator_socket.h>

struct device : sc_core::sc_module {
    sc_core::sc_out<bool> irq{"irq"};
    explicit device(const sc_core::sc_module_name &name) : sc_module(name) {}
};
struct cpu : sc_core::sc_module {
    tlm_utils::simple_initiator_socket<cpu> gicd{"gicd"}, gicr{"gicr"};
    sc_core::sc_port<gictlm::sysreg_if> icc{"icc"};
    sc_core::sc_in<bool> irq{"irq"};
    device &source;
    sc_core::sc_time delay; // the local time
    uint64_t intid = 0;
    SC_HAS_PROCESS(cpu);
    cpu(const sc_core::sc_module_name &name, device &from) : sc_module(name), source(from)
    {
        SC_THREAD(take_interrupt);
    }
    void store(tlm_utils::simple_initiator_socket<cpu> &bus, uint64_t address, uint32_t value)
    {
        tlm::tlm_generic_payload access;
        access.set_write();
        access.set_address(address);
        access.set_data_ptr(reinterpret_cast<unsigned char *>(&value));
        access.set_data_length(4);
        access.set_streaming_width(4);
        bus->b_transport(access, delay);
    }
    void take_interrupt()
    {
        store(gicr, 0x0014, 0);    // GICR_WAKER: the PE is awake
        store(gicd, 0x0000, 0x12); // GICD_CTLR: ARE, Group 1
        store(gicd, 0x0084, 1);    // GICD_IGROUPR1: SPI 32 is in Group 1
        store(gicd, 0x0104, 1);    // GICD_ISENABLER1: and enabled
        icc->write(GIC_ICC_PMR_EL1, 0xF0, delay);
        icc->write(GIC_ICC_IGRPEN1_EL1, 1, delay);
        source.irq.write(true);
        wait(irq.posedge_event());
        icc->read(GIC_ICC_IAR1_EL1, intid, delay);
        source.irq.write(false);
        icc->write(GIC_ICC_EOIR1_EL1, intid, delay);
    }
};

int sc_main(int, char *[])
{
    gictlm::gic gic("gic", gictlm::config());
    device uart("uart");
    cpu pe("pe", uart);
    sc_core::sc_signal<bool> irq("irq");
    pe.gicd.bind(gic.gicd), pe.gicr.bind(gic.gicr), pe.icc.bind(gic.sysreg[0]);
    uart.irq.bind(gic.spi[0]), gic.irq[0].bind(irq), pe.irq.bind(irq);
    sc_core::sc_start(1, sc_core::SC_US);
    std::cout << "took INTID " << pe.intid << std::endl;
    return pe.intid == 32 ? 0 : 1;
}
