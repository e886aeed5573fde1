/* SPDX-License-Identifier: Apache-2.0 */
#include "semihost.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITEC = 0x03,
    SYS_WRITE0 = 0x04,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_ISERROR = 0x08,
    SYS_ISTTY = 0x09,
    SYS_SEEK = 0x0a,
    SYS_FLEN = 0x0c,
    SYS_CLOCK = 0x10,
    SYS_TIME = 0x11,
    SYS_ERRNO = 0x13,
    SYS_GET_CMDLINE = 0x15,
    SYS_EXIT = 0x18,
    SYS_EXIT_EXTENDED = 0x20,
    SYS_ELAPSED = 0x30,
    SYS_TICKFREQ = 0x31
};

#define ADP_STOPPED_APPLICATION_EXIT UINT64_C(0x20026)
#define SH_FAILED                    UINT64_MAX
#define SH_CHUNK                     256u
#define SH_MAX_STRING                65536u
#define SH_PS_PER_CS                 UINT64_C(10000000000)
#define SH_PS_PER_S                  UINT64_C(1000000000000)
#define SH_TICK_HZ                   UINT64_C(1000000000)

/* One call under way. */
typedef struct sh_call {
    semihost *s;
    const semihost_guest *guest;
    uint64_t parameter;
    uint64_t now_ps;
    semihost_result *result;
} sh_call;

void semihost_init(semihost *s, const char *command_line)
{
    memset(s, 0, sizeof *s);
    s->command_line = command_line != NULL ? command_line : "";
}

void semihost_close(semihost *s)
{
    for (unsigned n = 0; n < SEMIHOST_FILES; n++)
        if (s->file[n] != NULL)
            (void)fclose(s->file[n]);
    memset(s->file, 0, sizeof s->file);
}

static uint64_t sh_fail(sh_call *c, int error)
{
    c->s->last_error = error;
    return SH_FAILED;
}

/* The n-th 64-bit word of the parameter block; 0 when it cannot be read. */
static uint64_t sh_arg(const sh_call *c, unsigned n)
{
    uint64_t word = 0;

    if (!c->guest->read(c->guest->ctx, c->parameter + n * 8U, &word, sizeof word))
        return 0;
    return word;
}

static uint64_t sh_write0(sh_call *c)
{
    char byte;

    for (uint32_t n = 0; n < SH_MAX_STRING; n++) {
        if (!c->guest->read(c->guest->ctx, c->parameter + n, &byte, 1) || byte == '\0')
            break;
        c->guest->console(c->guest->ctx, &byte, 1);
    }
    return 0;
}

static uint64_t sh_writec(sh_call *c)
{
    char byte;

    if (c->guest->read(c->guest->ctx, c->parameter, &byte, 1))
        c->guest->console(c->guest->ctx, &byte, 1);
    return 0;
}

/* Guests name files below the current directory only. */
static bool sh_path_ok(const char *path)
{
    return path[0] != '/' && strstr(path, "..") == NULL && path[0] != '\0';
}

static const char *const sh_mode[] = {"r",  "rb",  "r+", "r+b", "w",  "wb",
                                      "w+", "w+b", "a",  "ab",  "a+", "a+b"};

enum { SH_MODES = sizeof sh_mode / sizeof sh_mode[0], SH_MODE_WRITE = 4, SH_MODE_APPEND = 8 };

static uint64_t sh_open(sh_call *c)
{
    const uint64_t length = sh_arg(c, 2);
    const uint64_t how = sh_arg(c, 1);
    char path[SEMIHOST_PATH];
    unsigned n = 0;

    if (length >= SEMIHOST_PATH || how >= SH_MODES ||
        !c->guest->read(c->guest->ctx, sh_arg(c, 0), path, (uint32_t)length))
        return sh_fail(c, EINVAL);
    path[length] = '\0';
    while (n < SEMIHOST_FILES && (c->s->file[n] != NULL || c->s->console[n]))
        n++;
    if (n == SEMIHOST_FILES)
        return sh_fail(c, EMFILE);
    if (strcmp(path, ":tt") == 0) {
        c->s->console[n] = true;
        return n + 1;
    }
    if (!sh_path_ok(path))
        return sh_fail(c, EACCES);
    c->s->file[n] = fopen(path, sh_mode[how]);
    if (c->s->file[n] == NULL)
        return sh_fail(c, errno);
    c->s->mode[n] = (uint8_t)how;
    memcpy(c->s->path[n], path, sizeof path);
    return n + 1;
}

/* Index of the handle in argument 0; SEMIHOST_FILES when it names no open file. */
static unsigned sh_handle(const sh_call *c)
{
    const uint64_t handle = sh_arg(c, 0);

    if (handle == 0 || handle > SEMIHOST_FILES ||
        (c->s->file[handle - 1] == NULL && !c->s->console[handle - 1]))
        return SEMIHOST_FILES;
    return (unsigned)handle - 1;
}

static uint64_t sh_close(sh_call *c)
{
    const unsigned n = sh_handle(c);

    if (n == SEMIHOST_FILES)
        return sh_fail(c, EBADF);
    if (c->s->file[n] != NULL)
        (void)fclose(c->s->file[n]);
    c->s->file[n] = NULL;
    c->s->console[n] = false;
    return 0;
}

/* Writes a buffer piece by piece; the answer is the number of bytes not written. */
static uint64_t sh_write(sh_call *c)
{
    const unsigned n = sh_handle(c);
    uint64_t address = sh_arg(c, 1), left = sh_arg(c, 2);
    char piece[SH_CHUNK];

    if (n == SEMIHOST_FILES)
        return sh_fail(c, EBADF);
    while (left != 0) {
        const uint32_t now = left < SH_CHUNK ? (uint32_t)left : SH_CHUNK;

        if (!c->guest->read(c->guest->ctx, address, piece, now))
            break;
        if (c->s->console[n])
            c->guest->console(c->guest->ctx, piece, now);
        else if (fwrite(piece, 1, now, c->s->file[n]) != now)
            break;
        address += now;
        left -= now;
    }
    return left;
}

static uint64_t sh_read(sh_call *c)
{
    const unsigned n = sh_handle(c);
    uint64_t address = sh_arg(c, 1), left = sh_arg(c, 2);
    char piece[SH_CHUNK];

    if (n == SEMIHOST_FILES)
        return sh_fail(c, EBADF);
    while (left != 0 && c->s->file[n] != NULL) {
        const size_t want = left < SH_CHUNK ? (size_t)left : SH_CHUNK;
        const size_t got = fread(piece, 1, want, c->s->file[n]);

        if (got == 0 || !c->guest->write(c->guest->ctx, address, piece, (uint32_t)got))
            break;
        address += got;
        left -= got;
    }
    return left;
}

static uint64_t sh_seek(sh_call *c)
{
    const unsigned n = sh_handle(c);

    if (n == SEMIHOST_FILES || c->s->file[n] == NULL)
        return sh_fail(c, EBADF);
    return fseek(c->s->file[n], (long)sh_arg(c, 1), SEEK_SET) == 0 ? 0 : sh_fail(c, errno);
}

static uint64_t sh_flen(sh_call *c)
{
    const unsigned n = sh_handle(c);
    long at, length;

    if (n == SEMIHOST_FILES)
        return sh_fail(c, EBADF);
    if (c->s->file[n] == NULL)
        return 0;
    at = ftell(c->s->file[n]);
    if (at < 0 || fseek(c->s->file[n], 0, SEEK_END) != 0)
        return sh_fail(c, errno);
    length = ftell(c->s->file[n]);
    (void)fseek(c->s->file[n], at, SEEK_SET);
    return length < 0 ? sh_fail(c, errno) : (uint64_t)length;
}

static uint64_t sh_get_cmdline(sh_call *c)
{
    const uint64_t length = strlen(c->s->command_line);

    if (sh_arg(c, 1) < length + 1 ||
        !c->guest->write(c->guest->ctx, sh_arg(c, 0), c->s->command_line, (uint32_t)length + 1) ||
        !c->guest->write(c->guest->ctx, c->parameter + 8, &length, sizeof length))
        return sh_fail(c, EINVAL);
    return 0;
}

/* The block holds a reason and a subcode; only an application's exit carries its status. */
static uint64_t sh_exit(sh_call *c)
{
    c->result->exit = true;
    c->result->status =
        sh_arg(c, 0) == ADP_STOPPED_APPLICATION_EXIT ? (int)(sh_arg(c, 1) & 0xff) : 1;
    return 0;
}

static uint64_t sh_elapsed(sh_call *c)
{
    const uint64_t ticks = c->now_ps / (SH_PS_PER_S / SH_TICK_HZ);

    return c->guest->write(c->guest->ctx, c->parameter, &ticks, sizeof ticks) ? 0 : SH_FAILED;
}

static uint64_t sh_istty(sh_call *c)
{
    const unsigned n = sh_handle(c);

    return n == SEMIHOST_FILES ? sh_fail(c, EBADF) : c->s->console[n];
}

static uint64_t sh_dispatch(sh_call *c, uint32_t operation)
{
    switch (operation) {
    case SYS_OPEN:
        return sh_open(c);
    case SYS_CLOSE:
        return sh_close(c);
    case SYS_WRITEC:
        return sh_writec(c);
    case SYS_WRITE0:
        return sh_write0(c);
    case SYS_WRITE:
        return sh_write(c);
    case SYS_READ:
        return sh_read(c);
    case SYS_ISERROR:
        return (int64_t)sh_arg(c, 0) < 0;
    case SYS_ISTTY:
        return sh_istty(c);
    case SYS_SEEK:
        return sh_seek(c);
    case SYS_FLEN:
        return sh_flen(c);
    case SYS_CLOCK:
        return c->now_ps / SH_PS_PER_CS;
    case SYS_TIME:
        return c->now_ps / SH_PS_PER_S;
    case SYS_ERRNO:
        return (uint64_t)c->s->last_error;
    case SYS_GET_CMDLINE:
        return sh_get_cmdline(c);
    case SYS_EXIT:
    case SYS_EXIT_EXTENDED:
        return sh_exit(c);
    case SYS_ELAPSED:
        return sh_elapsed(c);
    case SYS_TICKFREQ:
        return SH_TICK_HZ;
    default:
        return sh_fail(c, ENOSYS);
    }
}

void semihost_call(semihost *s, const semihost_guest *guest, uint32_t operation, uint64_t parameter,
                   uint64_t now_ps, semihost_result *result)
{
    sh_call call = {s, guest, parameter, now_ps, result};

    memset(result, 0, sizeof *result);
    result->value = sh_dispatch(&call, operation);
}

/* ---------------------------------------------------------------- checkpoint */

enum { SH_CLOSED, SH_CONSOLE, SH_FILE };

static void save_file(semihost *s, unsigned n, gictime_bytes *to)
{
    struct stat st;
    off_t at;

    memset(&st, 0, sizeof st);
    (void)fflush(s->file[n]);
    at = ftello(s->file[n]);
    (void)fstat(fileno(s->file[n]), &st);
    gictime_bytes_put(to, s->path[n], sizeof s->path[n]);
    gictime_bytes_u8(to, s->mode[n]);
    gictime_bytes_u64(to, at < 0 ? 0 : (uint64_t)at);
    gictime_bytes_u64(to, (uint64_t)st.st_size);
}

void semihost_save(semihost *s, gictime_bytes *to)
{
    gictime_bytes_u32(to, (uint32_t)s->last_error);
    for (unsigned n = 0; n < SEMIHOST_FILES; n++) {
        gictime_bytes_u8(to, s->console[n] ? SH_CONSOLE : s->file[n] != NULL ? SH_FILE : SH_CLOSED);
        if (s->file[n] != NULL)
            save_file(s, n, to);
    }
}

/* The file as it was: never emptied, though the guest had opened it so. */
static bool open_again(semihost *s, unsigned n, uint64_t at, uint64_t length, vp_error *error)
{
    const uint8_t how = s->mode[n];
    const bool written = how >= SH_MODE_WRITE;

    s->file[n] = fopen(s->path[n], how < SH_MODE_WRITE    ? sh_mode[how]
                                   : how < SH_MODE_APPEND ? "r+b"
                                                          : "a+b");
    if (s->file[n] != NULL && (!written || ftruncate(fileno(s->file[n]), (off_t)length) == 0) &&
        fseeko(s->file[n], (off_t)at, SEEK_SET) == 0)
        return true;
    return vp_fail(error,
                   "--restore: the guest's file %.200s cannot be opened where it stood: %s; run "
                   "where the saved run ran",
                   s->path[n], strerror(errno));
}

static bool load_file(semihost *s, unsigned n, gictime_cursor *from, vp_error *error)
{
    uint64_t at, length;

    gictime_cursor_get(from, s->path[n], sizeof s->path[n]);
    s->mode[n] = gictime_cursor_u8(from);
    at = gictime_cursor_u64(from);
    length = gictime_cursor_u64(from);
    s->path[n][SEMIHOST_PATH - 1] = '\0';
    if (s->mode[n] >= SH_MODES || !sh_path_ok(s->path[n]))
        from->bad = true;
    return !from->bad && open_again(s, n, at, length, error);
}

bool semihost_load(semihost *s, gictime_cursor *from, vp_error *error)
{
    s->last_error = (int)gictime_cursor_u32(from);
    for (unsigned n = 0; n < SEMIHOST_FILES && !from->bad; n++) {
        const uint32_t kind = gictime_cursor_u8(from);

        s->console[n] = kind == SH_CONSOLE;
        if (kind > SH_FILE)
            from->bad = true;
        if (kind == SH_FILE && !load_file(s, n, from, error))
            return false;
    }
    return !from->bad;
}
