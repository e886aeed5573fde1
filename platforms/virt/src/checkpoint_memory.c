/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint_memory.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * A section: size of the memory, then runs of pages: number of the first, count, content; a run of
 * no pages ends it.
 */
enum { PAGE = 4096, MEMORY_VERSION = 1, MAP_ENTRIES = 512 };

/* Present, or swapped out: /proc/self/pagemap. */
#define PAGEMAP_TOUCHED (UINT64_C(3) << 62)

static const char *const region_name[VP_REGIONS] = {"memory.ram", "memory.flash0", "memory.flash1",
                                                    "memory.secure_ram"};

/* Which pages of a region have ever been touched, a window of them at a time. */
typedef struct touched {
    const vp_region *region;
    int fd; /* -1: unknown, all may have been */
    uint64_t first, count;
    uint64_t entry[MAP_ENTRIES];
} touched;

static bool is_zero(const uint8_t *page)
{
    return page[0] == 0 && memcmp(page, page + 1, PAGE - 1) == 0;
}

static void touched_open(touched *t, const vp_region *region)
{
    memset(t, 0, sizeof *t);
    t->region = region;
    t->fd = sysconf(_SC_PAGESIZE) == PAGE ? open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC) : -1;
}

static bool touched_page(touched *t, uint64_t page)
{
    const uint64_t virtual_page = (uint64_t)(uintptr_t)t->region->host / PAGE + page;

    if (t->fd < 0)
        return true;
    if (page < t->first || page - t->first >= t->count) {
        const ssize_t got = pread(t->fd, t->entry, sizeof t->entry, (off_t)(virtual_page * 8));

        if (got < 8)
            return true;
        t->first = page;
        t->count = (uint64_t)got / 8;
    }
    return (t->entry[page - t->first] & PAGEMAP_TOUCHED) != 0;
}

static bool page_counts(touched *t, uint64_t page)
{
    return touched_page(t, page) && !is_zero(t->region->host + page * PAGE);
}

static void put_u64(vp_ckpt_writer *w, uint64_t value)
{
    vp_ckpt_put(w, &value, sizeof value);
}

static void save_region(const vp_region *region, const char *name, vp_ckpt_writer *w)
{
    const uint64_t pages = region->size / PAGE;
    touched t;

    touched_open(&t, region);
    vp_ckpt_begin(w, name, MEMORY_VERSION);
    put_u64(w, region->size);
    for (uint64_t page = 0; page < pages;) {
        uint64_t end = page;

        while (end < pages && page_counts(&t, end))
            end++;
        if (end != page) {
            put_u64(w, page);
            put_u64(w, end - page);
            vp_ckpt_put(w, region->host + page * PAGE, (end - page) * PAGE);
        }
        page = end + 1;
    }
    put_u64(w, 0);
    put_u64(w, 0);
    vp_ckpt_end(w);
    if (t.fd >= 0)
        (void)close(t.fd);
}

void vp_memory_save(const vp_memory *memory, vp_ckpt_writer *w)
{
    for (unsigned n = 0; n < VP_REGIONS; n++)
        if (memory->region[n].size != 0)
            save_region(&memory->region[n], region_name[n], w);
}

/* Fresh pages in the place of what the images left. */
static bool clear_region(const vp_region *region)
{
    return mmap(region->host, region->size, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) != MAP_FAILED;
}

static bool load_region(const vp_region *region, gictime_cursor *c)
{
    const uint64_t pages = region->size / PAGE;

    if (gictime_cursor_u64(c) != region->size || !clear_region(region))
        return false;
    for (;;) {
        const uint64_t first = gictime_cursor_u64(c);
        const uint64_t count = gictime_cursor_u64(c);
        const uint8_t *content;

        if (count == 0)
            return gictime_cursor_done(c);
        if (first >= pages || count > pages - first)
            return false;
        content = gictime_cursor_take(c, count * PAGE);
        if (content == NULL)
            return false;
        memcpy(region->host + first * PAGE, content, count * PAGE);
    }
}

bool vp_memory_load(vp_memory *memory, vp_ckpt_reader *r, vp_error *error)
{
    for (unsigned n = 0; n < VP_REGIONS; n++) {
        gictime_cursor c;

        if (memory->region[n].size == 0)
            continue;
        if (!vp_ckpt_find(r, region_name[n], MEMORY_VERSION, &c, error))
            return false;
        if (!load_region(&memory->region[n], &c))
            return vp_ckpt_refuse(r, region_name[n], error);
    }
    return true;
}
