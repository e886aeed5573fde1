/* SPDX-License-Identifier: Apache-2.0 */
#include "plug.h"

#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "image.h"
#include "plug_reader.h"

enum { VP_FUNCTIONS = 8, LAST_SPI_INTID = 1019, TRACE_LINE_LEAST = 4 /* "0 0\n" */ };

static bool parse_trace(vp_plug_tgen *t, const vp_blob *blob, vp_error *error)
{
    const size_t most = (size_t)(blob->size / TRACE_LINE_LEAST + 1);
    unsigned line = 0;
    const char *why = "";
    long count;

    t->trace = (tgen_arrival *)calloc(most, sizeof *t->trace);
    if (t->trace == NULL)
        return vp_fail(error, "--device: out of memory for trace %s", blob->path);
    count =
        tgen_parse_trace((const char *)blob->data, (size_t)blob->size, t->trace, most, &line, &why);
    if (count < 0)
        return vp_fail(error, "%s:%u: %s", blob->path, line, why);
    if (count == 0)
        return vp_fail(error, "%s: the trace is empty; give lines of TIME_NS VECTOR", blob->path);
    t->trace_size = (uint32_t)count;
    return true;
}

static bool read_trace(vp_plug_tgen *t, const char *path, vp_error *error)
{
    vp_blob blob = {NULL, 0, NULL};
    const bool good =
        vp_blob_read(&blob, "--device tgen,trace", path, error) && parse_trace(t, &blob, error);

    vp_blob_free(&blob);
    return good;
}

static bool add_tgens(vp_plug *plug, const vp_plug_tgen *model, uint64_t count, const char *text,
                      vp_error *error)
{
    if (count > VP_MAX_TGENS - plug->tgens)
        return vp_fail(error, "--device %s: the board has room for %d functions", text,
                       VP_MAX_TGENS);
    for (uint64_t n = 0; n < count; n++) {
        vp_plug_tgen *t = &plug->tgen[plug->tgens];

        *t = *model;
        plug->tgens++;
    }
    return true;
}

static bool plug_tgen(vp_plug *plug, plug_reader *r, unsigned index, vp_error *error)
{
    vp_plug_tgen model = {.vectors = 64};
    uint64_t vectors = model.vectors, count = 1;

    while (plug_next_key(r, "trace")) {
        bool good;

        if (plug_key_is(r, "vectors"))
            good = plug_read_number(r, 1, TGEN_MAX_VECTORS, &vectors, error);
        else if (plug_key_is(r, "count"))
            good = plug_read_number(r, 1, VP_MAX_TGENS, &count, error);
        else if (plug_key_is(r, "trace"))
            good = read_trace(&model, r->value, error);
        else
            good =
                vp_fail(error, "--device %s: no such key; give vectors, count or trace", r->text);
        plug->trace[index] = model.trace;
        if (!good)
            return false;
    }
    model.vectors = (uint16_t)vectors;
    return add_tgens(plug, &model, count, r->text, error);
}

static bool plug_v2m(plug_reader *r, const vp_params *params, vp_machine *machine, vp_error *error)
{
    const uint64_t end = VP_INTID_SPI + (uint64_t)params->gic.spi_count;
    uint64_t first = VP_V2M_FIRST, spis = VP_V2M_SPIS;

    while (plug_next_key(r, NULL)) {
        bool good;

        if (plug_key_is(r, "base"))
            good = plug_read_number(r, VP_INTID_SPI, LAST_SPI_INTID, &first, error);
        else if (plug_key_is(r, "spis"))
            good = plug_read_number(r, 1, LAST_SPI_INTID - VP_INTID_SPI + 1, &spis, error);
        else
            good = vp_fail(error, "--device %s: no such key; give base or spis", r->text);
        if (!good)
            return false;
    }
    if (first + spis > end)
        return vp_fail(error,
                       "--device %s: INTIDs %u to %u are not all there; the last SPI is %u "
                       "(--set gic.spis)",
                       r->text, (unsigned)first, (unsigned)(first + spis - 1), (unsigned)(end - 1));
    machine->v2m_first = (uint16_t)first;
    machine->v2m_spis = (uint16_t)spis;
    return true;
}

/* The map of requester IDs to DeviceIDs. */
static bool plug_pcie(plug_reader *r, vp_machine *machine, vp_error *error)
{
    uint64_t base = 0, mask = UINT16_MAX;

    while (plug_next_key(r, NULL)) {
        bool good;

        if (plug_key_is(r, "base"))
            good = plug_read_number(r, 0, UINT32_MAX - UINT16_MAX, &base, error);
        else if (plug_key_is(r, "mask"))
            good = plug_read_number(r, 0, UINT16_MAX, &mask, error);
        else
            good = vp_fail(error, "--device %s: no such key; give base or mask", r->text);
        if (!good)
            return false;
    }
    machine->msi_base = (uint32_t)base;
    machine->msi_mask = (uint16_t)mask;
    return true;
}

/* "name" or "name,key=value...". */
static bool plug_in(vp_plug *plug, unsigned index, const vp_options *options,
                    const vp_params *params, vp_machine *machine, vp_error *error)
{
    plug_reader r = {.option = "--device", .text = options->device[index]};

    if (plug_name_is(r.text, "tgen"))
        return plug_tgen(plug, &r, index, error);
    if (plug_name_is(r.text, "v2m"))
        return plug_v2m(&r, params, machine, error);
    if (plug_name_is(r.text, "pcie"))
        return plug_pcie(&r, machine, error);
    if (plug_name_is(r.text, "console"))
        return vp_plug_console(&plug->virtio, &r, error);
    if (plug_name_is(r.text, "rng"))
        return vp_plug_rng(&plug->virtio, &r, error);
    return vp_fail(error, "--device %s: no such device; give tgen, console, rng, v2m or pcie",
                   r.text);
}

/* Slot by slot behind the virtio devices, then the next function of each. */
static bool place_tgens(vp_plug *plug, vp_error *error)
{
    const unsigned first = 1 + plug->virtio.on_pci;
    const unsigned slots = VP_PCIE_SLOTS + 1 - first;

    if (plug->tgens > slots * VP_FUNCTIONS)
        return vp_fail(
            error,
            "--device tgen: %u traffic generators do not fit beside %u virtio functions; "
            "give fewer",
            plug->tgens, plug->virtio.on_pci);
    for (unsigned n = 0; n < plug->tgens; n++) {
        plug->tgen[n].device = (uint8_t)(first + n % slots);
        plug->tgen[n].function = (uint8_t)(n / slots);
    }
    return true;
}

bool vp_plug_make(vp_plug *plug, const vp_options *options, const vp_params *params,
                  vp_machine *machine, vp_error *error)
{
    /* A GIC with few SPIs has no frame, unless one is asked for. */
    const bool fits = VP_V2M_FIRST + VP_V2M_SPIS <= VP_INTID_SPI + params->gic.spi_count;

    machine->msi_base = 0;
    machine->msi_mask = UINT16_MAX;
    machine->its_count = params->gic.its_count;
    machine->v2m_first = VP_V2M_FIRST;
    machine->v2m_spis = fits ? VP_V2M_SPIS : 0;
    for (unsigned n = 0; n < options->num_drives; n++)
        if (!vp_plug_drive(&plug->virtio, options->drive[n], error))
            return false;
    for (unsigned n = 0; n < options->num_nets; n++)
        if (!vp_plug_net(&plug->virtio, options->net[n], error))
            return false;
    for (unsigned n = 0; n < options->num_devices; n++)
        if (!plug_in(plug, n, options, params, machine, error))
            return false;
    return place_tgens(plug, error) &&
           vp_plug_virtio_check(&plug->virtio, params->gic.spi_count, error);
}

void vp_plug_free(vp_plug *plug)
{
    for (unsigned n = 0; n < VP_MAX_DEVICES; n++)
        free(plug->trace[n]);
    vp_plug_virtio_free(&plug->virtio);
    memset(plug, 0, sizeof *plug);
}
