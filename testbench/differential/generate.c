/* SPDX-License-Identifier: Apache-2.0 */
#include "generate.h"

#include <string.h>

/** Random things of a program: at least, and how many more at most. */
#define THINGS      60u
#define MORE_THINGS 80u
/** Programs in 100 that have ... */
#define PERCENT_SECURE 60u
#define PERCENT_EL2    35u
#define PERCENT_DS     25u
#define PERCENT_LPIS   55u

/** What a program may do, and how often it does it. */
static const struct {
    void (*make)(generator *g);
    unsigned weight;
    bool its;   /**< Programs with an ITS alone. */
    bool guest; /**< Programs with EL2 alone. */
} things[] = {
    {random_row_read, 14, false, false},
    {random_row_write, 5, false, false},
    {random_bits, 12, false, false},
    {random_priority, 6, false, false},
    {random_configuration, 4, false, false},
    {random_route, 4, false, false},
    {random_distributor_control, 3, false, false},
    {random_icc_read, 6, false, false},
    {random_icc_write, 8, false, false},
    {random_group_enable, 4, false, false},
    {random_binary_point, 2, false, false},
    {random_sysreg, 4, false, false},
    {random_virtual, 6, false, false},
    {random_sgi, 10, false, false},
    {random_pend, 18, false, false},
    {random_ack, 12, false, false},
    {random_end, 14, false, false},
    {random_window, 26, false, false},
    {random_timer, 4, false, false},
    {random_uart, 3, false, false},
    {random_interrupt_command, 18, true, false},
    {random_mapping_command, 8, true, false},
    {random_hostile_command, 2, true, false},
    {random_property, 5, true, false},
    {random_lpi_control, 2, true, false},
    {deviate_waker, 2, false, false},
    {deviate_icfgr, 2, false, false},
    {deviate_lpi_tables, 2, true, false},
    {deviate_ptz, 1, true, false},
    {deviate_unmap, 2, true, false},
    {deviate_cwriter, 2, true, false},
    {deviate_creadr, 1, true, false},
    {probe_limits, 4, true, false},
    {random_list_register, 16, false, true},
    {random_guest_control, 6, false, true},
    {random_guest_access, 50, false, true},
    {random_guest_end, 8, false, true},
    {random_guest_window, 30, false, true},
    {random_guest_traps, 6, false, true},
    {deviate_virtual_group, 2, false, true},
};
enum { THING_KINDS = sizeof things / sizeof things[0] };

static uint32_t weight_of(const generator *g, unsigned thing)
{
    bool there = (!things[thing].its || g->lpis) && (!things[thing].guest || g->el2);
    return there ? things[thing].weight : 0;
}

static void random_thing(generator *g)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < THING_KINDS; i++)
        sum += weight_of(g, i);
    uint32_t choice = random_below(&g->random, sum);
    for (unsigned i = 0; i < THING_KINDS; i++) {
        uint32_t weight = weight_of(g, i);
        if (choice < weight) {
            things[i].make(g);
            return;
        }
        choice -= weight;
    }
}

/** The SPIs of a program: the UART's, ends of words and of the range, and random ones. */
static void choose_spis(generator *g)
{
    g->spi[0] = 33;
    g->spi[1] = (uint32_t)PICK(g, 63, 64, 287, 256, 255);
    for (unsigned i = 2; i < POOL_SPIS; i++)
        g->spi[i] = 40 + random_below(&g->random, 240);
}

static void choose_its(generator *g)
{
    for (unsigned i = 0; i < POOL_DEVICES; i++) {
        g->device[i] = i == 0 ? (uint32_t)PICK(g, 0, 0x3F, 0xFF) : random_below(&g->random, 0x100);
        g->event_bits[i] = 1 + random_below(&g->random, 6);
    }
    for (unsigned i = 0; i < POOL_LPIS; i++)
        g->lpi[i] = 8192 + random_below(&g->random, 200);
    g->lpi[0] = (uint32_t)PICK(g, 8192, 8192 + 63, 8192 + 64, 8192 + 700);
    for (unsigned i = 2; i < POOL_LPIS; i += 2) /* ten bits of them are an SPI of the program */
        g->lpi[i] = 8192 + g->spi[i % POOL_SPIS];
    g->lpi[1] = (uint32_t)PICK(g, 16383, 16384, 16384, 16384,
                               16384 + random_below(&g->random, 4096), 65535);
    for (unsigned i = 0; i < POOL_COLLECTIONS; i++)
        g->collection[i] = i == 0 ? (uint32_t)PICK(g, 0, 0xFF) : random_below(&g->random, 0x100);
    g->narrow = random_chance(&g->random, 35);
    g->queue_bytes = 0x1000u * (1 + random_below(&g->random, 2));
}

static void choose_machine(generator *g)
{
    diff_program *program = &g->c->program;
    g->secure = random_chance(&g->random, PERCENT_SECURE);
    g->el2 = random_chance(&g->random, PERCENT_EL2);
    g->single = !g->secure || random_chance(&g->random, PERCENT_DS);
    g->lpis = random_chance(&g->random, PERCENT_LPIS);
    g->pes = (unsigned)PICK(g, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 6, 8);
    g->routing = (uint8_t)PICK(g, DIFF_FIQ, DIFF_FIQ, 0, 0, DIFF_FIQ | DIFF_IRQ, DIFF_IRQ);
    program->magic = DIFF_MAGIC;
    program->pes = g->pes;
    program->secure = g->secure;
    program->el2 = g->el2;
    shadow_reset(&g->shadow, program);
    g->binary_point = (uint8_t)PICK(g, 2, 2, 2, 3, 4, 5, 6);
    g->virtual_point = (uint8_t)PICK(g, 2, 2, 2, 3, 4, 6);
    g->split = random_chance(&g->random, 40);
}

void generate(uint64_t seed, diff_case *c)
{
    generator g;
    memset(&g, 0, sizeof g);
    memset(c, 0, sizeof *c);
    g.random.state = seed;
    g.c = c;
    c->seed = seed;
    c->program.gicv2 = seed % GICV2_SEEDS == 0;
    choose_machine(&g);
    choose_spis(&g);
    if (c->program.gicv2) {
        generate_gicv2(&g);
        return;
    }
    choose_its(&g);
    generate_setup(&g);
    if (g.el2)
        generate_guest_setup(&g);
    if (g.lpis)
        generate_its_setup(&g);
    uint32_t count = THINGS + random_below(&g.random, MORE_THINGS);
    for (uint32_t i = 0; i < count; i++)
        random_thing(&g);
    generate_sweep(&g);
    if (g.el2)
        generate_guest_sweep(&g);
    if (g.lpis)
        generate_its_sweep(&g);
}
