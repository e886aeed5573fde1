/* SPDX-License-Identifier: Apache-2.0 */
/* What each workload is, for people. */
#include "study.h"

static const study_workload_text texts[] = {
    {"sgi_self", "SGI to self",
     "A PE writes ICC_SGI1R_EL1 with itself as target: the shortest way an interrupt can take, "
     "through its own Redistributor and back.",
     false},
    {"sgi_other", "SGI to another PE",
     "An IPI: one PE sends, another one takes it. Idle, the receiver sleeps in WFI.", false},
    {"ppi_cntp", "Timer PPI, physical (CNTP)",
     "The EL1 physical timer reaches its compare value; the private line goes straight to the "
     "PE's Redistributor.",
     false},
    {"ppi_cntv", "Timer PPI, virtual (CNTV)",
     "As CNTP, with the timer that an operating system uses.", false},
    {"ppi_cntps", "Timer PPI, Secure (CNTPS)",
     "A Secure Group 1 interrupt that comes while the normal world runs: FIQ to EL3, world "
     "switch, IRQ in Secure EL1.",
     false},
    {"spi_level", "SPI, level-sensitive",
     "A device raises its line and keeps it up until the handler has silenced it.", false},
    {"spi_edge", "SPI, edge-triggered", "A device pulses its line; the Distributor latches it.",
     false},
    {"spi_1ofn", "SPI, 1 of N",
     "An edge-triggered SPI with IROUTER.Interrupt_Routing_Mode = 1: the Distributor picks a PE.",
     false},
    {"preempt", "Preemption",
     "A high-priority SPI comes while the handler of a low-priority SGI runs with interrupts "
     "open.",
     false},
    {"world_g0", "Group 0 into the normal world",
     "EL3 owns Group 0: FIQ to the monitor, which handles it there.", false},
    {"world_g1s", "Secure Group 1 into the normal world",
     "FIQ to the monitor, which saves the normal world and enters the Secure one; the interrupt "
     "is an IRQ there.",
     false},
    {"world_g1ns", "Non-secure Group 1 into the Secure world",
     "The Secure payload is at work: FIQ to the monitor, which goes back to the normal world, "
     "where it is an IRQ.",
     false},
    {"fire_g0", "All three groups at once: Group 0",
     "Group 0, Secure and Non-secure Group 1 SPIs within 1.5 us of each other, into either "
     "world.",
     false},
    {"fire_g1s", "All three groups at once: Secure Group 1", "The same, the Secure one.", false},
    {"fire_g1ns", "All three groups at once: Non-secure Group 1",
     "The same, the Non-secure one, which has the lowest priority.", false},
    {"smc", "SMC to EL3 and back",
     "No interrupt: what it costs the normal world to call the monitor.", true},
    {"secure_call", "Call to the Secure world",
     "No interrupt: SMC, switch to Secure EL1, and back.", true},
};

const study_workload_text *study_workload_number(unsigned number)
{
    return number < sizeof texts / sizeof texts[0] ? &texts[number] : NULL;
}
