/* SPDX-License-Identifier: Apache-2.0 */
/* LPIs for the study: see lpi.h. */
#include "lpi.h"

#define BURST_MOST   256
#define VECTORS_MOST 2048

static bool text_is(const char *text, const char *word)
{
    return text != NULL && memcmp(text, word, strlen(word)) == 0;
}

static void read_options(struct options *o)
{
    o->storm = text_is(bootarg_text("mode"), "storm");
    o->commands = !o->storm && text_is(bootarg_text("source"), "int");
    o->devices = o->commands ? (unsigned)bootarg_number("devices", 1) : 1;
    o->events = (unsigned)bootarg_number("events", 1);
    o->burst = (unsigned)bootarg_number("burst", 1);
    o->samples = (unsigned)bootarg_number("samples", 256);
    o->pes = (unsigned)bootarg_number("pes", 1);
    o->vectors = (unsigned)bootarg_number("vectors", 64);
    o->service = (unsigned)bootarg_number("service", 500);
    o->period_ns = bootarg_number("period", 1000);
    o->duration_us = bootarg_number("duration", 1000);
    o->seed = bootarg_number("seed", 1);
}

static bool in_range(uint64_t value, uint64_t most)
{
    return value >= 1 && value <= most;
}

static bool check_options(const struct options *o)
{
    if (!in_range(o->devices, LPI_MOST) || !in_range(o->events, LPI_MOST) ||
        o->devices * o->events > LPI_MOST || !in_range(o->vectors, VECTORS_MOST)) {
        return complain("devices=, events= or vectors= is out of range");
    }
    if (!in_range(o->burst, BURST_MOST) || o->burst > o->devices * o->events) {
        return complain("burst= must be 1 to 256, and no more than there are events");
    }
    if (o->samples > LPI_MOST || !in_range(o->pes, FW_MAX_PES)) {
        return complain("samples= must be 0 to 4096, pes= 1 to 8");
    }
    if (!in_range(o->period_ns, 1000000) || !in_range(o->duration_us, 1000000)) {
        return complain("period= and duration= must be 1 to 1000000");
    }
    return true;
}

static void header(const struct options *o)
{
    print("C pes=%u samples=%u seed=%lu stimulator=0 counter_hz=%lu\n", pe_count(), o->samples,
          o->seed, read_sysreg(cntfrq_el0));
    print("W 0 %s\n", o->storm ? "storm" : o->commands ? "int" : "msi");
    record_clocks();
}

int app_main(void)
{
    struct options o;
    read_options(&o);
    if (!check_options(&o)) {
        return 2;
    }
    random_seed(o.seed);
    if (pe_start_others(o.pes) < o.pes) {
        complain("the machine has fewer PEs than pes= says");
        return 2;
    }
    header(&o);
    if (!set_up(&o) || !(o.storm ? measure_storm(&o) : measure_sweep(&o))) {
        return 1;
    }
    console_puts("E\n");
    return 0;
}
