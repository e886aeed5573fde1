/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint_config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t checksum(const uint8_t *bytes, uint64_t length)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (uint64_t n = 0; n < length; n++)
        hash = (hash ^ bytes[n]) * UINT64_C(0x100000001b3);
    return hash;
}

static const char *yes_no(bool truth)
{
    return truth ? "yes" : "no";
}

static void print_image(const char *name, const vp_blob *blob, FILE *out)
{
    if (blob->data == NULL)
        (void)fprintf(out, "%s = none\n", name);
    else
        (void)fprintf(out, "%s = image %016" PRIx64 " of %" PRIu64 " bytes\n", name,
                      checksum(blob->data, blob->size), blob->size);
}

/* What a drive is to the guest; where its file lies is free. */
static void print_virtio(const vp_plug_virtio *d, unsigned n, FILE *out)
{
    static const char *const names[] = {"drive", "net", "console", "rng"};

    (void)fprintf(out, "virtio device %u = %s if=%s", n, names[d->kind], d->mmio ? "mmio" : "pci");
    if (d->kind == VP_VIRTIO_DRIVE)
        (void)fprintf(out, " %" PRIu64 " bytes%s queues=%u", d->drive.size,
                      d->drive.read_only ? " ro" : "", d->queues);
    if (d->kind == VP_VIRTIO_NET)
        (void)fprintf(out, " mac=%02x:%02x:%02x:%02x:%02x:%02x to %u", d->mac[0], d->mac[1],
                      d->mac[2], d->mac[3], d->mac[4], d->mac[5], d->peer);
    if (d->kind == VP_VIRTIO_RNG)
        (void)fprintf(out, " seed=%" PRIu64, d->seed);
    (void)fputc('\n', out);
}

static void print_options(const vp_options *o, const vp_boot *boot, FILE *out)
{
    (void)fprintf(out, "--gic = %s\n", o->gicv2 ? "v2" : "v3");
    (void)fprintf(out, "--cpu = %s\n--cpus = %" PRIu32 "\n--ram = %" PRIu64 "\n", o->cpu, o->cpus,
                  o->ram);
    (void)fprintf(out, "--secure = %s\n--virtualization = %s\n", yes_no(o->secure),
                  yes_no(o->virtualization));
    (void)fprintf(out, "--quantum = %" PRIu64 " ps\n", o->quantum_ps);
    print_image("--bios", &boot->bios, out);
    print_image("--kernel", &boot->kernel, out);
    print_image("--initrd", &boot->initrd, out);
    print_image("--elf", &boot->elf, out);
    print_image("--guest-kernel", &boot->guest_kernel, out);
    print_image("--guest-initrd", &boot->guest_initrd, out);
    (void)fprintf(out, "number of --device = %u\n", o->num_devices);
    for (unsigned n = 0; n < o->num_devices; n++)
        (void)fprintf(out, "--device %u = %s\n", n + 1, o->device[n]);
    (void)fprintf(out, "--append = %s\n", o->append != NULL ? o->append : "");
    (void)fprintf(out, "--guest-append = %s\n", o->guest_append != NULL ? o->guest_append : "");
    for (unsigned n = 0; n < o->num_devices; n++)
        (void)fprintf(out, "--device = %s\n", o->device[n]);
    (void)fprintf(out, "--stats or another record = %s\n", yes_no(vp_options_record(o)));
    (void)fprintf(out, "--trace-json = %s\n--vcd = %s\n", yes_no(o->trace_json != NULL),
                  yes_no(o->vcd != NULL));
}

void vp_ckpt_virtio(const vp_plug_virtios *all, gictime_bytes *text)
{
    char *own = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&own, &length);

    if (out != NULL) {
        (void)fprintf(out, "number of virtio devices = %u\n", all->count);
        for (unsigned n = 0; n < all->count; n++)
            print_virtio(&all->device[n], n, out);
        (void)fclose(out);
        gictime_bytes_put(text, own, length);
    }
    text->failed = text->failed || own == NULL;
    free(own);
}

/* "key = value   # where from": the comment is not part of it. */
static void strip_comments(char *text, gictime_bytes *out)
{
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char *end = strstr(line, " # ");
        size_t length = end != NULL ? (size_t)(end - line) : strlen(line);

        while (length != 0 && line[length - 1] == ' ')
            length--;
        if (line[0] == '#')
            continue;
        gictime_bytes_put(out, line, length);
        gictime_bytes_put(out, "\n", 1);
    }
}

void vp_ckpt_config(const vp_options *options, const vp_params *params, const vp_boot *boot,
                    gictime_bytes *text)
{
    char *own = NULL, *profile = NULL;
    size_t length = 0, profile_length = 0;
    FILE *out = open_memstream(&own, &length);

    if (out != NULL) {
        print_options(options, boot, out);
        vp_params_print(params, out);
        (void)fclose(out);
        gictime_bytes_put(text, own, length);
    }
    out = open_memstream(&profile, &profile_length);
    if (out != NULL) {
        gictime_profile_print(&params->profile, out);
        (void)fclose(out);
        strip_comments(profile, text);
    }
    text->failed = text->failed || own == NULL || profile == NULL;
    free(own);
    free(profile);
}

/* Length of the line at `text`, without its end. */
static size_t line_length(const char *text, size_t left)
{
    const char *end = (const char *)memchr(text, '\n', left);

    return end != NULL ? (size_t)(end - text) : left;
}

/* Where the value of a line "name = value" begins; its length where there is none. */
static size_t value_at(const char *line, size_t length)
{
    for (size_t n = 0; n + 3 <= length; n++)
        if (memcmp(line + n, " = ", 3) == 0)
            return n + 3;
    return length;
}

static bool differs(const char *path, const char *saved, size_t saved_length, const char *own,
                    size_t own_length, vp_error *error)
{
    const size_t at = value_at(own, own_length);
    const size_t had = saved_length - at, has = own_length - at;

    if (at == own_length || saved_length < at || memcmp(saved, own, at) != 0)
        return vp_fail(error,
                       "--restore %.160s: it was saved by another gicvp, with other parameters; "
                       "use the gicvp that saved it",
                       path);
    return vp_fail(error,
                   "--restore %.160s: %.*s: it was saved with '%.*s', this run has '%.*s'; give "
                   "the same",
                   path, (int)(at - 3), own, (int)(had < 60 ? had : 60), saved + at,
                   (int)(has < 60 ? has : 60), own + at);
}

bool vp_ckpt_config_same(const char *path, const gictime_cursor *saved, const gictime_bytes *own,
                         vp_error *error)
{
    const char *a = (const char *)saved->at, *b = (const char *)own->data;
    size_t a_left = saved->left, b_left = own->size;

    while (a_left != 0 || b_left != 0) {
        const size_t a_length = line_length(a, a_left), b_length = line_length(b, b_left);

        if (a_length != b_length || memcmp(a, b, a_length) != 0)
            return differs(path, a, a_length, b, b_length, error);
        a += a_length < a_left ? a_length + 1 : a_length;
        a_left -= a_length < a_left ? a_length + 1 : a_length;
        b += b_length < b_left ? b_length + 1 : b_length;
        b_left -= b_length < b_left ? b_length + 1 : b_length;
        if (a_left == 0 && b_left == 0)
            break;
        if (a_left == 0 || b_left == 0)
            return differs(path, "", 0, "", 0, error);
    }
    return true;
}
