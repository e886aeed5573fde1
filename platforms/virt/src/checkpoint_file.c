/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* At the start of the file. `check` is over what stands before it. */
typedef struct file_header {
    char magic[8];
    uint32_t format;
    uint32_t sections;
    uint64_t length; /* of the whole file */
    uint64_t check;
} file_header;

/* Before each section, whose content is padded with zeros to a multiple of 8 bytes. */
typedef struct section_header {
    char name[VP_CKPT_NAME];
    uint32_t version;
    uint32_t index;
    uint64_t length;
    uint64_t sum; /* of the content and its padding */
    uint64_t check;
} section_header;

enum { FORMAT = 1 };

static const char magic[8] = {'g', 'i', 'c', 'v', 'p', 'c', 'k', 'p'};
static const uint64_t sum_start = UINT64_C(0xcbf29ce484222325);

/* One word more: bijective in both arguments, so that no change of a single word goes unseen. */
static uint64_t sum_word(uint64_t sum, const uint8_t *word)
{
    uint64_t value;

    memcpy(&value, word, sizeof value);
    sum = (sum ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return sum ^ sum >> 32;
}

/* A multiple of 8 bytes. */
static uint64_t sum_words(uint64_t sum, const uint8_t *data, uint64_t size)
{
    for (uint64_t at = 0; at < size; at += 8)
        sum = sum_word(sum, data + at);
    return sum;
}

static uint64_t padded(uint64_t length)
{
    return (length + 7U) & ~UINT64_C(7);
}

/* ---------------------------------------------------------------- writing */

static void write_all(vp_ckpt_writer *w, const void *data, size_t size)
{
    if (!w->failed && size != 0 && fwrite(data, 1, size, w->file) != size)
        w->failed = true;
}

bool vp_ckpt_create(vp_ckpt_writer *w, const char *path, vp_error *error)
{
    static const file_header nothing = {{0}, 0, 0, 0, 0};

    static const char suffix[] = ".part";

    memset(w, 0, sizeof *w);
    w->path = path;
    w->part = (char *)malloc(strlen(path) + sizeof suffix);
    if (w->part != NULL) {
        memcpy(w->part, path, strlen(path));
        memcpy(w->part + strlen(path), suffix, sizeof suffix);
        w->file = fopen(w->part, "wb");
    }
    if (w->file == NULL) {
        const int reason = errno;

        free(w->part);
        w->part = NULL;
        return vp_fail(error, "--save-at %.200s: %s; give a path that can be written", path,
                       strerror(reason));
    }
    write_all(w, &nothing, sizeof nothing);
    return true;
}

static void seek_to(vp_ckpt_writer *w, uint64_t where)
{
    if (!w->failed && fseeko(w->file, (off_t)where, SEEK_SET) != 0)
        w->failed = true;
}

void vp_ckpt_begin(vp_ckpt_writer *w, const char *name, uint32_t version)
{
    static const section_header nothing = {{0}, 0, 0, 0, 0, 0};
    const off_t at = ftello(w->file);

    w->failed = w->failed || at < 0 || strlen(name) >= sizeof w->name;
    w->start = (uint64_t)at;
    memset(w->name, 0, sizeof w->name);
    if (!w->failed)
        memcpy(w->name, name, strlen(name));
    w->version = version;
    w->length = 0;
    w->sum = sum_start;
    write_all(w, &nothing, sizeof nothing);
}

/* The bytes that fill up `rest` first, then whole words, then the new rest. */
static void sum_more(vp_ckpt_writer *w, const uint8_t *data, size_t size)
{
    while (w->length % 8 != 0 && size != 0) {
        w->rest[w->length++ % 8] = *data++;
        size--;
        if (w->length % 8 == 0)
            w->sum = sum_word(w->sum, w->rest);
    }
    if (size == 0)
        return;
    w->sum = sum_words(w->sum, data, size & ~(size_t)7);
    memcpy(w->rest, data + (size & ~(size_t)7), size % 8);
    w->length += size;
}

void vp_ckpt_put(vp_ckpt_writer *w, const void *data, size_t size)
{
    if (size == 0)
        return;
    write_all(w, data, size);
    sum_more(w, (const uint8_t *)data, size);
}

void vp_ckpt_end(vp_ckpt_writer *w)
{
    static const uint8_t zeros[8] = {0};
    const uint64_t length = w->length;
    section_header h;

    memset(&h, 0, sizeof h);
    vp_ckpt_put(w, zeros, (size_t)(padded(length) - length));
    memcpy(h.name, w->name, sizeof h.name);
    h.version = w->version;
    h.index = w->sections++;
    h.length = length;
    h.sum = w->sum;
    h.check = sum_words(sum_start, (const uint8_t *)&h, offsetof(section_header, check));
    seek_to(w, w->start);
    write_all(w, &h, sizeof h);
    seek_to(w, w->start + sizeof h + padded(length));
}

void vp_ckpt_section(vp_ckpt_writer *w, const char *name, uint32_t version,
                     const gictime_bytes *bytes)
{
    vp_ckpt_begin(w, name, version);
    vp_ckpt_put(w, bytes->data, bytes->size);
    vp_ckpt_end(w);
    w->failed = w->failed || bytes->failed;
}

bool vp_ckpt_close(vp_ckpt_writer *w, vp_error *error)
{
    const off_t length = ftello(w->file);
    file_header h;
    bool ok;

    memset(&h, 0, sizeof h);
    memcpy(h.magic, magic, sizeof h.magic);
    h.format = FORMAT;
    h.sections = w->sections;
    h.length = (uint64_t)length;
    h.check = sum_words(sum_start, (const uint8_t *)&h, offsetof(file_header, check));
    errno = 0;
    seek_to(w, 0);
    write_all(w, &h, sizeof h);
    ok = !w->failed && length > 0 && w->sections <= VP_CKPT_SECTIONS;
    ok = fclose(w->file) == 0 && ok;
    w->file = NULL;
    ok = ok && rename(w->part, w->path) == 0;
    if (!ok)
        (void)remove(w->part);
    free(w->part);
    w->part = NULL;
    return ok || vp_fail(error, "--save-at %.200s: cannot be written: %s; give a path with room",
                         w->path, errno != 0 ? strerror(errno) : "out of memory");
}

void vp_ckpt_abandon(vp_ckpt_writer *w)
{
    if (w->file == NULL)
        return;
    (void)fclose(w->file);
    w->file = NULL;
    (void)remove(w->part);
    free(w->part);
    w->part = NULL;
}

/* ---------------------------------------------------------------- reading */

static bool refuse(const vp_ckpt_reader *r, const char *why, vp_error *error)
{
    return vp_fail(error, "--restore %.200s: %s; give a file that --save-at wrote", r->path, why);
}

/* A private copy of the file in memory, or what of it is asked for. */
static bool map_file(vp_ckpt_reader *r, vp_error *error)
{
    const int fd = open(r->path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    void *data = MAP_FAILED;

    if (fd < 0 || fstat(fd, &st) != 0) {
        const int reason = errno;

        if (fd >= 0)
            (void)close(fd);
        return refuse(r, strerror(reason), error);
    }
    if (S_ISREG(st.st_mode) && (uint64_t)st.st_size >= sizeof(file_header))
        data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    (void)close(fd);
    if (data == MAP_FAILED)
        return refuse(r, "not a gicvp checkpoint", error);
    r->data = (const uint8_t *)data;
    r->size = (uint64_t)st.st_size;
    return true;
}

static bool check_header(const vp_ckpt_reader *r, file_header *h, vp_error *error)
{
    char why[96];

    memcpy(h, r->data, sizeof *h);
    if (memcmp(h->magic, magic, sizeof magic) != 0)
        return refuse(r, "not a gicvp checkpoint", error);
    if (h->check != sum_words(sum_start, r->data, offsetof(file_header, check)))
        return refuse(r, "damaged: its header", error);
    if (h->format != FORMAT) {
        (void)snprintf(why, sizeof why, "format %" PRIu32 ", this gicvp reads format %d", h->format,
                       FORMAT);
        return refuse(r, why, error);
    }
    if (h->length != r->size) {
        (void)snprintf(why, sizeof why, "cut or extended: %" PRIu64 " bytes instead of %" PRIu64,
                       r->size, h->length);
        return refuse(r, why, error);
    }
    return true;
}

/* The section whose header stands at `at`; moves on behind it. */
static bool check_section(vp_ckpt_reader *r, uint32_t index, uint64_t *at, vp_error *error)
{
    vp_ckpt_section_info *s = &r->section[index];
    section_header h;
    char why[96];

    if (r->size - *at < sizeof h)
        return refuse(r, "damaged: a section is missing", error);
    memcpy(&h, r->data + *at, sizeof h);
    if (h.check != sum_words(sum_start, r->data + *at, offsetof(section_header, check)) ||
        h.index != index || h.name[VP_CKPT_NAME - 1] != '\0')
        return refuse(r, "damaged: the header of a section", error);
    *at += sizeof h;
    memcpy(s->name, h.name, sizeof s->name);
    s->version = h.version;
    s->data = r->data + *at;
    s->length = h.length;
    if (h.length > r->size - *at || padded(h.length) > r->size - *at ||
        h.sum != sum_words(sum_start, s->data, padded(h.length))) {
        (void)snprintf(why, sizeof why, "damaged: section %s", s->name);
        return refuse(r, why, error);
    }
    *at += padded(h.length);
    return true;
}

static bool check_file(vp_ckpt_reader *r, vp_error *error)
{
    uint64_t at = sizeof(file_header);
    file_header h;

    if (!check_header(r, &h, error))
        return false;
    if (h.sections > VP_CKPT_SECTIONS)
        return refuse(r, "damaged: its header", error);
    r->section = (vp_ckpt_section_info *)calloc(h.sections + 1U, sizeof *r->section);
    if (r->section == NULL)
        return refuse(r, "no memory to read it", error);
    for (; r->sections < h.sections; r->sections++)
        if (!check_section(r, r->sections, &at, error))
            return false;
    return at == r->size || refuse(r, "damaged: something follows its last section", error);
}

bool vp_ckpt_open(vp_ckpt_reader *r, const char *path, vp_error *error)
{
    memset(r, 0, sizeof *r);
    r->path = path;
    if (map_file(r, error) && check_file(r, error))
        return true;
    vp_ckpt_release(r);
    return false;
}

bool vp_ckpt_find(vp_ckpt_reader *r, const char *name, uint32_t version, gictime_cursor *cursor,
                  vp_error *error)
{
    for (uint32_t n = 0; n < r->sections; n++) {
        vp_ckpt_section_info *s = &r->section[n];

        if (strcmp(s->name, name) != 0)
            continue;
        if (s->version != version)
            return vp_fail(error,
                           "--restore %.200s: section %s is of version %" PRIu32
                           ", this gicvp reads version %" PRIu32 "; save it again",
                           r->path, name, s->version, version);
        s->used = true;
        memset(cursor, 0, sizeof *cursor);
        cursor->at = s->data;
        cursor->left = (size_t)s->length;
        return true;
    }
    return vp_fail(error,
                   "--restore %.200s: it says nothing of %s, which this machine has; "
                   "give the options of the saved run",
                   r->path, name);
}

bool vp_ckpt_refuse(const vp_ckpt_reader *r, const char *name, vp_error *error)
{
    return vp_fail(error,
                   "--restore %.200s: section %s does not fit this machine; "
                   "give the options of the saved run, and the gicvp that saved it",
                   r->path, name);
}

bool vp_ckpt_all_used(const vp_ckpt_reader *r, vp_error *error)
{
    for (uint32_t n = 0; n < r->sections; n++)
        if (!r->section[n].used)
            return vp_fail(error,
                           "--restore %.200s: it holds section %s, which this machine has not; "
                           "give the options of the saved run",
                           r->path, r->section[n].name);
    return true;
}

void vp_ckpt_release(vp_ckpt_reader *r)
{
    if (r->data != NULL)
        (void)munmap((void *)(uintptr_t)r->data, (size_t)r->size);
    free(r->section);
    memset(r, 0, sizeof *r);
}
