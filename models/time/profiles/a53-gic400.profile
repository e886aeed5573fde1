# SPDX-License-Identifier: Apache-2.0
#
# Zynq UltraScale+ (ZCU104): 4 Cortex-A53 at 1.2 GHz with a GIC-400, without a hypervisor.
#
# Fitted to the bare-metal rows of the raw samples of [SPH], "Shedding Light on Static Partitioning
# Hypervisors" (RTAS 2023, arXiv 2303.11186; repository ESRGv3/
# shedding-light-static-partitioning-hypervisors, raw files and programs in commit 3e2f006c0473;
# 196 samples a row, 10 ns timer ticks; first-level caches invalidated or thrashed before each):
#   T1  virtual timer PPI, from the programmed time to the time read in the handler: median 220 ns
#   S1  SGI from one core to another, sender's time stamp to the handler's: median 290 ns
#   S2  the sender's write of the SGI register until it resumes: 30 ns
# The fourth bare-metal row is not fitted, it is predicted:
#   T2  as T1, until after the end of interrupt and a loop of 15 iterations: 340 ns
# docs/accuracy.md shows fitted and predicted rows and the command that computes them.
#
# Fitted with a GICv2 (`--gic v2`), as the board has one: GICC and GICD are reached over the bus,
# which costs interconnect.mmio and access.gicc_*, access.gicd_*; the hops inside the GIC are part of
# the way to the core and of an SGI's (docs/timing.md). With a GICv3 the same is charged to the ICC
# registers that stand for those of GICC; an SGI then lacks half of interconnect.mmio, its write's way
# to GICD. A cycle of the PE is 833 ps, of the GIC 1667 ps: two PE cycles.

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

# An SGI goes out and back again. S1 exceeds T1 by 65 ns (T1 is cut down to a tick, on average by
# 5 ns) = 78 cycles of the PE; without the sender's own 4 and the 18 that its write is on the bus to
# GICD, with the 4 that a PPI spends on its wire: 60 cycles = 30 gic for the three hops cpuif_gicr,
# gicr_gicd, gicd_gicr.
hop.gicr_gicd = 18 gic               # fitted: S1
hop.gicd_gicr = 10 gic               # fitted: S1

station.gicd = 1 gic                 # assumed: one message a cycle
station.gicr = 1 gic                 # assumed: one message a cycle
station.cpuif = 1 gic                # assumed: one message a cycle

# S2 is 36 cycles: interconnect.mmio, there and back. With a GICv3 the two instructions around the
# write cost 8 of them.
access.icc_sgi = 28 cpu              # fitted: S2, with a GICv3
access.icc_eoir = 28 cpu             # assumed: a posted write over the same bus as S2
access.icc_iar = 72 cpu              # assumed: a read over that bus, there and back: twice S2
access.icc_read = 72 cpu             # assumed: as icc_iar
access.icc_write = 28 cpu            # assumed: as icc_eoir
access.gicd_read = 30 ns             # assumed: with interconnect.mmio 60 ns, as icc_iar
access.gicd_write = 0 ns             # assumed: with interconnect.mmio 30 ns, as S2
access.gicr_read = 30 ns             # assumed: the GIC-400 keeps these registers in its Distributor
access.gicr_write = 0 ns             # assumed: likewise

access.gicc_read = 30 ns             # assumed: as gicd_read: there and back 60 ns, twice S2
access.gicc_write = 0 ns             # assumed: as gicd_write: a posted write, as S2

# A GIC-400 has no ITS: these are of the same fabric, for studies that add one.
hop.msi = 2 gic                      # assumed: as the wires
hop.its_gicr = 18 gic                # assumed: as gicr_gicd
hop.gicr_its = 18 gic                # assumed: as gicr_gicd
hop.gicr_gicr = 36 gic               # assumed: twice gicr_gicd
station.its = 2 gic                  # assumed
access.its_read = 30 ns              # assumed: as gicd_read
access.its_write = 0 ns              # assumed: as gicd_write
access.its_lookup = 2 gic            # assumed
its.walks = 4                        # assumed
its.queue = 16                       # assumed
its.device_cache.entries = 64        # assumed
its.device_cache.ways = 4            # assumed
its.device_cache.replacement = lru   # assumed
its.itt_cache.entries = 64           # assumed
its.itt_cache.ways = 4               # assumed
its.itt_cache.replacement = lru      # assumed
its.collection_cache.entries = 64    # assumed
its.collection_cache.ways = 4        # assumed
its.collection_cache.replacement = lru# assumed
lpi.pending_cache = 64               # assumed
lpi.property_lines = 64              # assumed

memory.read = 120 ns                 # assumed: DRAM behind a first-level and second-level miss
memory.write = 30 ns                 # assumed: posted
memory.device = 60 ns                # assumed: peripheral bus
interconnect.mmio = 30 ns            # fitted: S2
interconnect.line = 0 ns             # assumed: a device's output reaches the pin within its clock

# The PE. T1 is 225 ns = 270 cycles: 12 on the wire and in the GIC, half a one to the PE's clock
# edge, 20 to wake, 48 for the instructions up to the time stamp, 72 for the acknowledge. The rest
# is the exception entry together with the cold caches, which the model does not have.
cpi.entry = 116 cpu                  # fitted: T1
cpi.wake = 20 cpu                    # assumed: WFI with the clock gated in the core only
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
