# SPDX-License-Identifier: Apache-2.0
#
# A server-class system with a GIC-600-class interrupt controller.
#
# Arm publishes no latency or cycle count of GIC-400, GIC-500, GIC-600 or GIC-700: the structure
# below is sourced, the counts are assumed. Sources of the structure:
#   [TRM]   Arm CoreLink GIC-600AE Technical Reference Manual, 101206, and GIC-600, 100336: one
#           Distributor per chip, Redistributors of a cluster in a block of their own near the cores,
#           AXI4-Stream between them, GIC Stream Protocol from the Redistributors to the cores'
#           CPU interfaces; every block may stand in a clock domain of its own.
#   [ARCH]  Arm IHI 0069: the messages and their acknowledges.
# What is assumed is meant to be swept (--set); docs/accuracy.md says what the results are worth.

mode = timed
quantum = auto

# Clocks.
domain.gic = 1 GHz                   # assumed: a mesh-side clock of a 2020s server chip
domain.cpu = 2500 MHz                # assumed
domain.interconnect = 1600 MHz       # assumed
domain.memory = 1600 MHz             # assumed: DDR4-3200 controller clock

# Hops. A hop between two clock domains has a two-stage synchroniser in it: two cycles.
hop.spi_line = 3 gic                 # assumed: pin, two-stage synchroniser
hop.ppi_line = 3 gic                 # assumed: pin, two-stage synchroniser
hop.gicd_gicr = 12 gic               # assumed: packet over the stream network [TRM], four stops of three
hop.gicr_gicd = 12 gic               # assumed: the same way back [TRM]
hop.gicr_cpuif = 6 gic               # assumed: GIC Stream packet [TRM] with a clock crossing
hop.cpuif_gicr = 6 gic               # assumed: the same way back [TRM]
hop.cpuif_pe = 2 cpu                 # assumed: register at the core's interrupt input
hop.msi = 3 gic                      # assumed: the port's first register stage
hop.its_gicr = 12 gic                # assumed: a packet over the stream network [TRM]
hop.gicr_its = 12 gic                # assumed: the same way back [TRM]
hop.gicr_gicr = 18 gic               # assumed: a packet across the network, by the Distributor [TRM]

# Occupancy: how long a block is busy with one message.
station.gicd = 4 gic                 # assumed: look up, arbitrate, send
station.gicr = 3 gic                 # assumed
station.cpuif = 1 gic                # assumed
station.its = 2 gic                  # assumed: pipelined, an entry every second cycle

# What an access costs the PE, beside interconnect.mmio for the frames.
access.gicd_read = 8 gic             # assumed
access.gicd_write = 4 gic            # assumed: posted after the first register stage
access.gicr_read = 8 gic             # assumed
access.gicr_write = 4 gic            # assumed
access.gicc_read = 8 gic              # assumed: a GICv2 on the same fabric: as gicd_read
access.gicc_write = 4 gic             # assumed: likewise
access.icc_iar = 20 cpu              # assumed: system register access that waits for the interface
access.icc_eoir = 6 cpu              # assumed: does not wait for the Deactivate's acknowledge [ARCH]
access.icc_sgi = 6 cpu               # assumed: does not wait for the SGI's acknowledge [ARCH]
access.icc_read = 6 cpu              # assumed
access.icc_write = 4 cpu             # assumed
access.its_read = 8 gic              # assumed: as the Distributor's registers
access.its_write = 4 gic             # assumed
access.its_lookup = 2 gic            # assumed: tag and data RAM of a cache

# Caches. The sizes of GIC-600's ITS are its integrator's choice [TRM].
its.walks = 8                        # assumed
its.queue = 16                       # assumed
its.device_cache.entries = 256       # assumed
its.device_cache.ways = 4            # assumed
its.device_cache.replacement = lru   # assumed
its.itt_cache.entries = 256          # assumed
its.itt_cache.ways = 4               # assumed
its.itt_cache.replacement = lru      # assumed
its.collection_cache.entries = 64    # assumed
its.collection_cache.ways = 4        # assumed
its.collection_cache.replacement = lru# assumed
lpi.pending_cache = 64               # assumed
lpi.property_lines = 64              # assumed: 4096 LPIs' configuration

# Memory and interconnect.
memory.read = 80 ns                  # assumed: DRAM through the mesh
memory.write = 20 ns                 # assumed: posted to the memory controller
memory.device = 16 interconnect      # assumed: peripheral bus behind a bridge
interconnect.mmio = 60 ns            # assumed: mesh, both ways
interconnect.line = 0 ns             # assumed: a device's output reaches the pin within its clock

# The PE: an out-of-order core seen from far away, one instruction a cycle where nothing is said.
cpi.alu = 1 cpu                      # assumed
cpi.mul = 1 cpu                      # assumed: pipelined
cpi.div = 8 cpu                      # assumed
cpi.branch = 1 cpu                   # assumed: predicted
cpi.load = 2 cpu                     # assumed: first-level cache, partly hidden
cpi.store = 1 cpu                    # assumed: store buffer
cpi.atomic = 12 cpu                  # assumed: line already in the first-level cache
cpi.simd = 1 cpu                     # assumed
cpi.sysreg = 4 cpu                   # assumed
cpi.barrier = 12 cpu                 # assumed: nothing outstanding; DSB waits for the GIC besides
cpi.hint = 1 cpu                     # assumed
cpi.exception = 20 cpu               # assumed: pipeline refill
cpi.eret = 20 cpu                    # assumed: pipeline refill
cpi.entry = 40 cpu                   # assumed: retire, pipeline flush, fetch of the vector
cpi.wake = 50 cpu                    # assumed: clock gated, not powered down
