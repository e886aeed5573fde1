/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "study.h"

bool study_fail(const char *format, ...)
{
    va_list args;

    fputs("study: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return false;
}

static void *check_memory(void *memory)
{
    if (memory == NULL) {
        study_fail("out of memory");
        exit(1);
    }
    return memory;
}

void *study_grow(void *list, size_t count, size_t size)
{
    /* Room for a power of two: grow when `count` fills it. */
    if (count == 0)
        return list != NULL ? list : check_memory(malloc(16 * size));
    if (count < 16 || (count & (count - 1)) != 0)
        return list;
    return check_memory(realloc(list, 2 * count * size));
}

void *study_alloc(size_t count, size_t size)
{
    return check_memory(calloc(count == 0 ? 1 : count, size));
}

static bool read_all(FILE *file, char **text)
{
    size_t used = 0, room = 65536;

    *text = (char *)check_memory(malloc(room + 1));
    for (;;) {
        used += fread(*text + used, 1, room - used, file);
        if (used < room)
            break;
        room *= 2;
        *text = (char *)check_memory(realloc(*text, room + 1));
    }
    (*text)[used] = '\0';
    return ferror(file) == 0;
}

char *study_read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;

    if (file == NULL || !read_all(file, &text)) {
        study_fail("%s: %s", path, strerror(errno));
        free(text);
        text = NULL;
    }
    if (file != NULL)
        fclose(file);
    return text;
}

void study_path(char *out, size_t size, const char *dir, const char *stem, int number,
                const char *suffix)
{
    if (number > 0)
        snprintf(out, size, "%s/%s-%d%s", dir, stem, number, suffix);
    else
        snprintf(out, size, "%s/%s%s", dir, stem, suffix);
}

FILE *study_create(const char *dir, const char *name)
{
    char path[4096];
    FILE *file;

    study_path(path, sizeof path, dir, name, 0, "");
    file = fopen(path, "wb");
    if (file == NULL)
        study_fail("%s: %s; give a directory that can be written with --out", path,
                   strerror(errno));
    return file;
}

bool study_close(FILE *file, const char *name)
{
    bool ok = ferror(file) == 0;

    ok = fclose(file) == 0 && ok;
    return ok || study_fail("%s: cannot write everything; is the disk full?", name);
}
