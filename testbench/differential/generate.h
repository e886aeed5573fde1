/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file generate.h
 * @brief Random programs: what the parts of the generator share.
 *
 * A program sets the GIC up (each step may be left out), then does random things, then reads all
 * state back. Values are chosen so that both machines have one legal answer wherever the
 * architecture gives one; what is hostile is rare enough for the rest to be seen.
 */
#ifndef DIFF_GENERATE_H
#define DIFF_GENERATE_H

#include "random.h"
#include "rows.h"
#include "shadow.h"
#include "step.h"
#include "sysreg_ids.h"

/** Tables of the ITS and of LPIs, in the arena. */
#define ARENA_QUEUE      (DIFF_ARENA_BASE)
#define ARENA_DEVICES    (DIFF_ARENA_BASE + 0x100000)
#define ARENA_COLLECTION (DIFF_ARENA_BASE + 0x200000)
#define ARENA_LEVEL2     (DIFF_ARENA_BASE + 0x280000)
#define ARENA_ITT        (DIFF_ARENA_BASE + 0x300000)
#define ARENA_PROPERTIES (DIFF_ARENA_BASE + 0x400000)
#define ARENA_PENDING    (DIFF_ARENA_BASE + 0x500000)
/** A device and an LPI that no other part of the generator has. */
#define DEVIATION_DEVICE 0x1F0u
#define DEVIATION_LPI    9100u
/** Collections that stay with one PE for the whole program, one a PE. */
#define OWN_COLLECTION   0x120u
#define ARENA_ITT_BYTES  0x10000u
#define ARENA_PEND_BYTES 0x10000u

/** Things that a program has a few of. */
enum { POOL_SPIS = 6, POOL_DEVICES = 4, POOL_LPIS = 8, POOL_COLLECTIONS = 4 };

/** Opcodes (IHI 0069, 5.3). */
enum {
    CMD_MOVI = 0x01,
    CMD_INT = 0x03,
    CMD_CLEAR = 0x04,
    CMD_SYNC = 0x05,
    CMD_MAPD = 0x08,
    CMD_MAPC = 0x09,
    CMD_MAPTI = 0x0A,
    CMD_MAPI = 0x0B,
    CMD_INV = 0x0C,
    CMD_INVALL = 0x0D,
    CMD_MOVALL = 0x0E,
    CMD_DISCARD = 0x0F
};

/** The generator's view of the program so far. */
typedef struct generator {
    diff_random random;
    diff_case *c;
    unsigned pes;
    bool secure, el2;
    bool single;     /**< One Security state: no EL3, or the program sets DS. */
    bool lpis;       /**< The program has LPIs and an ITS. */
    bool narrow;     /**< Some PEs have 14 INTID bits of LPIs. */
    uint8_t routing; /**< SCR_EL3 as DIFF_FIQ, DIFF_IRQ. */
    uint32_t spi[POOL_SPIS];
    uint32_t device[POOL_DEVICES], event_bits[POOL_DEVICES];
    uint32_t lpi[POOL_LPIS], collection[POOL_COLLECTIONS];
    uint32_t queue_bytes, writer;
    uint64_t table[2][DIFF_MAX_PES]; /**< GICR_PROPBASER and GICR_PENDBASER as set up. */
    diff_shadow shadow;              /**< After the last step. */
    uint8_t binary_point;  /**< The split of priorities that all groups of all PEs have. */
    uint8_t virtual_point; /**< VBPR0 of all PEs; VBPR1 splits at the same bit. */
    bool split;            /**< ICH_VMCR_EL2.VEOIM of all PEs. */
    /** Programs for a GICv2. */
    struct {
        uint8_t owner[POOL_SPIS]; /**< The PE that is the target of each SPI of the program. */
        uint32_t control;         /**< GICC_CTLR of all PEs but for EOI modes and FIQEn. */
        uint32_t ppi_edges;       /**< GICD_ICFGR1 of all PEs. */
    } v2;
} generator;

/** One of this many seeds is a program for a machine with a GICv2. */
#define GICV2_SEEDS 4u

/** Writes the program of @p seed. */
void generate(uint64_t seed, diff_case *c);

/* ---- steps: generate_step.c ------------------------------------------------------------------ */

/** A world that may do all: EL3, Secure. */
#define WORLD_ALL 3u
/** Where a hypervisor runs. */
#define HYPERVISOR (2u | DIFF_NS)

/** Some world, and some PE. Arguments of one call have no order in C: what draws random numbers is
 *  drawn before, so that a seed is the same program with every compiler. */
uint8_t any_world(generator *g);
uint8_t any_pe(generator *g);
/** Non-secure EL1 of which HCR_EL2 makes Group 0, Group 1 or both virtual. */
uint8_t guest_world(generator *g);

/** Who does something: a PE in a world. */
typedef struct actor {
    uint8_t pe, world;
} actor;

/** Some PE in some world. */
actor any_actor(generator *g);

/** Appends a step; when the program is full nothing happens. */
diff_step *emit(generator *g, unsigned op, unsigned pe, unsigned world);
void emit_read(generator *g, unsigned pe, unsigned world, unsigned width, uint64_t address);
void emit_write(generator *g, unsigned pe, unsigned world, unsigned width, uint64_t address,
                uint64_t value);
void emit_mrs(generator *g, unsigned pe, unsigned world, unsigned number);
void emit_msr(generator *g, unsigned pe, unsigned world, unsigned number, uint64_t value);
void emit_sweep(generator *g, unsigned row, unsigned pe, unsigned registers);

/** One of @p count values. */
uint64_t pick(generator *g, const uint64_t *values, unsigned count);
#define PICK(g, ...)                         \
    pick(g, (const uint64_t[]){__VA_ARGS__}, \
         sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

/** Writes the binary points of all groups so that they split priorities at the same bit. */
void emit_binary_points(generator *g, unsigned pe, unsigned point);

/** A priority that all views have: five bits, four in the Non-secure view. */
uint32_t any_priority(generator *g, unsigned world);

/** Some SPI, mostly of the program's own. */
uint32_t any_spi(generator *g);

/** An affinity of IROUTER. */
uint64_t any_route(generator *g);

/* ---- parts ----------------------------------------------------------------------------------- */

/** Set-up of the Distributor, the Redistributors and the CPU interfaces: generate_setup.c. */
void generate_setup(generator *g);
/** All state, read back. */
void generate_sweep(generator *g);

/** One random thing (a step or a few): generate_registers.c, generate_interrupts.c. */
void random_row_read(generator *g);
void random_row_write(generator *g);
void random_bits(generator *g);
void random_priority(generator *g);
void random_configuration(generator *g);
void random_route(generator *g);
void random_distributor_control(generator *g);
void random_icc_read(generator *g);
void random_icc_write(generator *g);
void random_group_enable(generator *g);
void random_binary_point(generator *g);
void random_sysreg(generator *g);
void random_virtual(generator *g);
void random_sgi(generator *g);
void random_pend(generator *g);
void random_ack(generator *g);
void random_end(generator *g);
void random_window(generator *g);
void random_timer(generator *g);
void random_uart(generator *g);

/** A hypervisor and its guest, in programs with EL2: generate_guest.c. */
void generate_guest_setup(generator *g);
void generate_guest_sweep(generator *g);
/** What a program with EL2 has in ICH_* register  number most of the time. */
void restore_virtual(generator *g, uint8_t pe, unsigned number);
void random_list_register(generator *g);
void random_guest_control(generator *g);
void random_guest_access(generator *g);
void random_guest_end(generator *g);
void random_guest_window(generator *g);
void random_guest_traps(generator *g);
/** ICH_MISR_EL2.VGrp0D is known to differ. */
void deviate_virtual_group(generator *g);

/** Programs for a GICv2: generate_gicv2.c. */
void generate_gicv2(generator *g);
/** A register of a GICv2's frame, of @p who where it is banked. */
void emit_row_write(generator *g, actor who, unsigned row, uint32_t offset, uint64_t value);
void emit_row_read(generator *g, actor who, unsigned row, uint32_t offset);
/** GICC_CTLR as programs have it most of the time, with some EOI modes. */
uint32_t any_interface_control(generator *g);
/** Some SPI of the program, as its number in the pool. */
unsigned pool_spi(generator *g);

/** A GICv2's hypervisor and guest: generate_gicv2_guest.c. */
void gicv2_guest_setup(generator *g);
void gicv2_guest_sweep(generator *g);
void gicv2_list_register(generator *g);
void gicv2_guest_control(generator *g);
void gicv2_guest_access(generator *g);
void gicv2_guest_window(generator *g);
void gicv2_hypervisor(generator *g);

/** What of a GICv2 is known to differ: generate_gicv2_deviation.c. */
void deviate_gicv2(generator *g);
/** The UART's line and its target. */
void move_level(generator *g);
/** Where SGIs to @p targets were taken differently: looked at and taken back. */
void settle_gicv2_sgi(generator *g, uint32_t targets, unsigned source, unsigned intid);

/** LPIs and the ITS: generate_its.c. */
void generate_its_setup(generator *g);
void generate_its_sweep(generator *g);
void random_interrupt_command(generator *g);
void random_mapping_command(generator *g);
void random_hostile_command(generator *g);
/** A configuration byte of an LPI changes, and what any Redistributor has cached of it goes: until
 * then either value is right. */
void emit_property(generator *g, uint8_t pe, uint32_t lpi, uint64_t property);
void random_property(generator *g);
void random_lpi_control(generator *g);
/** Appends a command that @p pe queues. */
void emit_command_by(generator *g, unsigned pe, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3);

/** What is known to differ: generate_deviation.c. */
void deviate_waker(generator *g);
void deviate_icfgr(generator *g);
void deviate_lpi_tables(generator *g);
void deviate_ptz(generator *g);
void deviate_unmap(generator *g);
void deviate_cwriter(generator *g);
void deviate_creadr(generator *g);
void probe_limits(generator *g);

#endif
