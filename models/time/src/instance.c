/* SPDX-License-Identifier: Apache-2.0 */
/* Names, and instances as CSV. */
#include <inttypes.h>

#include "gic/outbox.h"
#include "gictime/recorder.h"

const char *gictime_stamp_name(unsigned stamp)
{
#define GICTIME_STAMP_NAME(id, name, meaning) name,
    static const char *const names[GICTIME_STAMP_COUNT] = {GICTIME_STAMPS(GICTIME_STAMP_NAME)};
#undef GICTIME_STAMP_NAME
    return stamp < GICTIME_STAMP_COUNT ? names[stamp] : "?";
}

const char *gictime_outcome_name(unsigned outcome)
{
    static const char *const names[GICTIME_OUTCOME_COUNT] = {"completed", "withdrawn", "open"};
    return outcome < GICTIME_OUTCOME_COUNT ? names[outcome] : "?";
}

const char *gictime_class_name(uint32_t intid)
{
    static const char *const names[] = {"SGI", "PPI", "SPI", "?", "EPPI", "ESPI", "?", "LPI"};
    GIC_STATIC_ASSERT(GIC_CLASS_LPI == 7, "a name per class");
    return names[gic_classify(intid)];
}

void gictime_instance_csv_header(FILE *out)
{
    unsigned s;
    fputs("seq,pe,intid,class,outcome,priority,group,sender,merged,displaced,returned", out);
    for (s = 0; s < GICTIME_STAMP_COUNT; s++)
        fprintf(out, ",%s_ps", gictime_stamp_name(s));
    fputc('\n', out);
}

static void write_pe(uint16_t pe, FILE *out)
{
    if (pe != GIC_PE_NONE)
        fprintf(out, "%u", (unsigned)pe);
    fputc(',', out);
}

void gictime_instance_csv(const gictime_instance *instance, FILE *out)
{
    unsigned s;
    fprintf(out, "%" PRIu64 ",", instance->seq);
    write_pe(instance->pe, out);
    fprintf(out, "%" PRIu32 ",%s,%s,%u,%u,", instance->intid, gictime_class_name(instance->intid),
            gictime_outcome_name(instance->outcome), (unsigned)instance->priority,
            (unsigned)instance->group);
    write_pe(instance->sender, out);
    fprintf(out, "%" PRIu32 ",%" PRIu32 ",%" PRIu32, instance->merged, instance->displaced,
            instance->returned);
    for (s = 0; s < GICTIME_STAMP_COUNT; s++) {
        if (instance->stamp[s] == GICTIME_NO_STAMP)
            fputc(',', out);
        else
            fprintf(out, ",%" PRIu64, instance->stamp[s]);
    }
    fputc('\n', out);
}
