# SPDX-License-Identifier: Apache-2.0
#
# Zynq UltraScale+ (ZCU104): 4 Cortex-A53 at 1.2 GHz with a GIC-400, without a hypervisor.
#
# Fitted to the bare-metal rows of the raw samples of [SPH], "Shedding Light on Static Partitioning
# Hypervisors" (RTAS 2023, arXiv 2303.11186; repository ESRGv3/
# shedding-light-static-partitioning-hypervisors, raw files in commit 3e2f006c0473; 196 samples a
# row, 10 ns timer ticks; first-level caches invalidated or thrashed before every sample):
#   T1  virtual timer PPI, from the programmed time to the time read in the handler: median 220 ns
#   S1  SGI from one core to another, sender's time stamp to the handler's: median 290 ns
#   S2  the sender's write of the SGI register until it resumes: 30 ns
# The fourth bare-metal row is not fitted, it is predicted:
#   T2  as T1, until after the end of interrupt and a loop of 15 iterations: 340 ns
# docs/accuracy.md shows fitted and predicted rows and the command that measures them.
#
# The model is a GICv3: what the GIC-400's GICC registers cost over the bus is charged to the ICC
# registers that stand for them. One clock cycle of the PE is 833 ps, of the GIC 1667 ps.

mode = timed
quantum = auto

domain.cpu = 1200 MHz                # source: [SPH], 12.000 M cycles per 10 ms period
domain.gic = 600 MHz                 # assumed: half the core clock
domain.interconnect = 533 MHz        # assumed
domain.memory = 1200 MHz             # assumed: DDR4-2400 controller clock

# The wire to the core: T1 has no finer structure, so these are assumed, and small.
hop.ppi_line = 2 gic                 # assumed: two-stage synchroniser
hop.spi_line = 2 gic                 # assumed: two-stage synchroniser
hop.gicr_cpuif = 2 gic               # assumed: Distributor to CPU interface inside the GIC-400
hop.cpuif_gicr = 2 gic               # assumed: the same way back
hop.cpuif_pe = 2 gic                 # assumed: to the core, synchronised

# An SGI passes CPU interface, Distributor and target: S1 - T1 - S2 = 290 - 220 - 30 = 40 ns, and
# 2 gic that a PPI spends on its wire: 26 gic for three hops (cpuif_gicr has 2 of them).
hop.gicr_gicd = 12 gic               # fitted: S1
hop.gicd_gicr = 12 gic               # fitted: S1

station.gicd = 1 gic                 # assumed: one message a cycle
station.gicr = 1 gic                 # assumed: one message a cycle
station.cpuif = 1 gic                # assumed: one message a cycle

access.icc_sgi = 36 cpu              # fitted: S2, 30 ns
access.icc_eoir = 36 cpu             # assumed: a posted write over the same bus as S2
access.icc_iar = 72 cpu              # assumed: a read over that bus, there and back: twice S2
access.icc_read = 72 cpu             # assumed: as icc_iar
access.icc_write = 36 cpu            # assumed: as icc_eoir
access.gicd_read = 30 ns             # assumed: with interconnect.mmio 60 ns, as icc_iar
access.gicd_write = 0 ns             # assumed: with interconnect.mmio 30 ns, as S2
access.gicr_read = 30 ns             # assumed: the GIC-400 keeps these registers in its Distributor
access.gicr_write = 0 ns             # assumed: likewise

memory.read = 120 ns                 # assumed: DRAM behind a first-level and second-level miss
memory.write = 30 ns                 # assumed: posted
memory.device = 60 ns                # assumed: peripheral bus
interconnect.mmio = 30 ns            # assumed: S2 seen as the way to any device
interconnect.line = 0 ns             # assumed: a device's output reaches the pin within its clock

# The PE. T1 is 264 cycles of 833 ps: 18 on the wire and in the GIC, 72 for the acknowledge; the
# handler's way to its time stamp and the cold first-level caches are the rest, charged to the
# exception entry as far as the instructions themselves do not cost it.
cpi.entry = 128 cpu                  # fitted: T1
cpi.wake = 20 cpu                    # assumed: WFI with clocks gated in the core only
cpi.eret = 12 cpu                    # assumed: pipeline refill of an 8-stage in-order core
cpi.exception = 12 cpu               # assumed: likewise
cpi.alu = 1 cpu                      # assumed: dual issue seldom helps in handlers
cpi.mul = 3 cpu                      # assumed
cpi.div = 10 cpu                     # assumed
cpi.branch = 2 cpu                   # assumed: a bubble after taken branches
cpi.load = 3 cpu                     # assumed: load-use distance of the first-level cache
cpi.store = 1 cpu                    # assumed: store buffer
cpi.atomic = 12 cpu                  # assumed
cpi.simd = 3 cpu                     # assumed
cpi.sysreg = 4 cpu                   # assumed
cpi.barrier = 12 cpu                 # assumed
cpi.hint = 1 cpu                     # assumed
