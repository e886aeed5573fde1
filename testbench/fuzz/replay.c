/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target on the files and directories that it is given, in the order of their names:
 * with any compiler, and the same every time. For each input also all its beginnings of a power of
 * two bytes are run.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_MAX = 1 << 16, PATH_MAX_BYTES = 4096 };

static unsigned inputs;

static int run_file(const char *path)
{
    static uint8_t data[INPUT_MAX];
    FILE *file = fopen(path, "rb");
    size_t length;
    size_t part;
    if (!file) {
        fprintf(stderr, "replay: cannot read %s\n", path);
        return 2;
    }
    length = fread(data, 1, sizeof(data), file);
    fclose(file);
    for (part = 1; part < length; part *= 2)
        (void)LLVMFuzzerTestOneInput(data, part);
    (void)LLVMFuzzerTestOneInput(data, length);
    inputs++;
    return 0;
}

static int run_directory(const char *path)
{
    struct dirent **entry = NULL;
    int count = scandir(path, &entry, NULL, alphasort);
    int status = 0;
    int i;
    if (count < 0)
        return run_file(path);
    for (i = 0; i < count; i++) {
        char name[PATH_MAX_BYTES];
        if (entry[i]->d_name[0] != '.' && status == 0) {
            snprintf(name, sizeof(name), "%s/%s", path, entry[i]->d_name);
            status = run_file(name);
        }
        free(entry[i]);
    }
    free((void *)entry);
    return status;
}

int main(int argc, char **argv)
{
    int status = 0;
    int i;
    if (argc < 2 || strcmp(argv[1], "--help") == 0) {
        printf("usage: %s FILE|DIRECTORY...\nRuns the fuzz target on each input.\n", argv[0]);
        return argc < 2 ? 2 : 0;
    }
    for (i = 1; i < argc && status == 0; i++)
        status = run_directory(argv[i]);
    if (status == 0 && inputs == 0) {
        fprintf(stderr, "replay: no inputs\n");
        status = 2;
    }
    printf("%u inputs\n", inputs);
    return status;
}
