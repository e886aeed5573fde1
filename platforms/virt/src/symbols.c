/* SPDX-License-Identifier: Apache-2.0 */
#include "symbols.h"

#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hex.h"
#include "image.h"

enum { NAME_MAX_LENGTH = 127 }; /* What is longer is cut. */

/* Which of several symbols at one address tells most: a function before data, a global one before
 * a local one. */
enum { RANK_GLOBAL_CODE, RANK_CODE, RANK_GLOBAL_DATA, RANK_DATA };

void vp_symbols_free(vp_symbols *symbols)
{
    free(symbols->symbol);
    free(symbols->text);
    memset(symbols, 0, sizeof *symbols);
}

const char *vp_symbol_name(const vp_symbols *symbols, const vp_symbol *symbol)
{
    return symbols->text + symbol->name;
}

/* ---------------------------------------------------------------- the table */

static bool grow(void **data, size_t *room, size_t need, size_t item)
{
    const size_t wanted = *room * 2 > need ? *room * 2 : need + 1024;
    void *more;

    if (need <= *room)
        return true;
    more = realloc(*data, wanted * item);
    if (more == NULL)
        return false;
    *data = more;
    *room = wanted;
    return true;
}

static bool out_of_memory(const char *path, vp_error *error)
{
    return vp_fail(error, "--symbols %s: out of memory; give a smaller file", path);
}

/* Control characters would break the lines of reports. */
static void copy_name(char *to, const char *from, size_t length)
{
    for (size_t n = 0; n < length; n++)
        to[n] = (unsigned char)from[n] > ' ' && from[n] != 0x7f ? from[n] : '?';
    to[length] = '\0';
}

static bool add(vp_symbols *s, const vp_symbol *symbol, const char *name, size_t length,
                const char *path, vp_error *error)
{
    if (length > NAME_MAX_LENGTH)
        length = NAME_MAX_LENGTH;
    if (s->count == VP_SYMBOLS_MAX)
        return vp_fail(error, "--symbols %s: more than %d symbols; give a smaller file", path,
                       VP_SYMBOLS_MAX);
    if (!grow((void **)&s->symbol, &s->room, s->count + 1, sizeof *s->symbol) ||
        !grow((void **)&s->text, &s->text_room, s->text_size + length + 1, 1))
        return out_of_memory(path, error);
    s->symbol[s->count] = *symbol;
    s->symbol[s->count++].name = (uint32_t)s->text_size;
    copy_name(s->text + s->text_size, name, length);
    s->text_size += length + 1;
    return true;
}

/* The name decides last, so that the order of a file does not matter. Its offset is not it, but
 * two symbols that are alike in all else need only be in an order that is always the same. */
static int by_address(const void *a, const void *b)
{
    const vp_symbol *x = (const vp_symbol *)a, *y = (const vp_symbol *)b;

    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    if (x->size != y->size)
        return x->size > y->size ? -1 : 1;
    return x->name < y->name ? -1 : x->name > y->name;
}

/* Of several at one address the first stays. */
static void put_in_order(vp_symbols *s)
{
    size_t kept = 0;

    if (s->count == 0)
        return;
    qsort(s->symbol, s->count, sizeof *s->symbol, by_address);
    for (size_t n = 1; n < s->count; n++)
        if (s->symbol[n].address != s->symbol[kept].address)
            s->symbol[++kept] = s->symbol[n];
    s->count = kept + 1;
}

/* ---------------------------------------------------------------- text */

/* A line's words; none of them is longer than the line. */
typedef struct map_line {
    uint64_t address;
    char type;
    const char *name; /* With " [module]" behind it, as kallsyms has it. */
    size_t length;
} map_line;

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool split_line(const char *at, const char *end, map_line *line)
{
    const char *begin = at;

    line->address = 0;
    for (; at < end && vp_hex_digit(*at) >= 0; at++)
        line->address = line->address << 4 | (uint64_t)vp_hex_digit(*at);
    if (at == begin || at - begin > 16 || end - at < 4 || !is_space(at[0]) || !is_letter(at[1]) ||
        !is_space(at[2]))
        return false;
    line->type = at[1];
    at += 3;
    while (end > at && is_space(end[-1]))
        end--;
    line->name = at;
    line->length = (size_t)(end - at);
    return line->length != 0;
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* Absolute values and undefined symbols are no places; "$x" and "$d" mark code and data. */
static bool is_place(const map_line *line)
{
    return strchr("aAUuwv", line->type) == NULL && line->name[0] != '$';
}

static bool add_line(vp_symbols *s, const map_line *line, uint64_t offset, const char *path,
                     vp_error *error)
{
    const bool code = strchr("tTWi", line->type) != NULL;
    const bool global = is_upper(line->type);
    const vp_symbol symbol = {line->address + offset, 0, 0,
                              code ? (global ? RANK_GLOBAL_CODE : RANK_CODE)
                                   : (global ? RANK_GLOBAL_DATA : RANK_DATA)};
    char name[NAME_MAX_LENGTH + 1];
    size_t length = 0;

    /* "name\t[module]" becomes "name[module]": one word. */
    for (size_t n = 0; n < line->length && length < NAME_MAX_LENGTH; n++)
        if (!is_space(line->name[n]))
            name[length++] = line->name[n];
    return add(s, &symbol, name, length, path, error);
}

static bool parse_text(vp_symbols *s, const char *at, const char *end, const char *path,
                       uint64_t offset, vp_error *error)
{
    size_t number = 0, zeros = 0, others = 0;

    while (at < end) {
        const char *stop = (const char *)memchr(at, '\n', (size_t)(end - at));
        map_line line = {0, 0, "", 0};

        stop = stop != NULL ? stop : end;
        number++;
        if (stop != at && !split_line(at, stop, &line))
            return vp_fail(error,
                           "--symbols %s: line %zu is no 'ADDRESS TYPE NAME'; give a System.map, "
                           "/proc/kallsyms or an AArch64 ELF file",
                           path, number);
        if (stop != at) {
            *(line.address == 0 ? &zeros : &others) += 1;
            if (is_place(&line) && !add_line(s, &line, offset, path, error))
                return false;
        }
        at = stop < end ? stop + 1 : end;
    }
    if (zeros != 0 && others == 0)
        return vp_fail(error,
                       "--symbols %s: every address is 0, as kallsyms hides them; read it as root",
                       path);
    return true;
}

/* ---------------------------------------------------------------- ELF */

/* The file, and the tables that were found in it. */
typedef struct elf_file {
    const uint8_t *data;
    size_t size;
    Elf64_Ehdr header;
    const char *names;
    size_t names_size;
} elf_file;

/* Whether [offset, offset + length) lies in the file. */
static bool inside(const elf_file *f, uint64_t offset, uint64_t length)
{
    return offset <= f->size && length <= f->size - offset;
}

static bool section(const elf_file *f, unsigned index, Elf64_Shdr *out)
{
    const uint64_t offset = f->header.e_shoff + (uint64_t)index * sizeof *out;

    if (index >= f->header.e_shnum || f->header.e_shoff > f->size ||
        !inside(f, offset, sizeof *out))
        return false;
    memcpy(out, f->data + offset, sizeof *out);
    return true;
}

/* The table of symbols: .symtab, or .dynsym where there is no other. */
static bool find_table(const elf_file *f, Elf64_Shdr *table)
{
    static const uint32_t kinds[] = {SHT_SYMTAB, SHT_DYNSYM};

    for (unsigned k = 0; k < 2; k++)
        for (unsigned n = 0; n < f->header.e_shnum; n++)
            if (section(f, n, table) && table->sh_type == kinds[k])
                return true;
    return false;
}

static bool in_code(const elf_file *f, const Elf64_Sym *symbol)
{
    Elf64_Shdr home;

    return section(f, symbol->st_shndx, &home) && (home.sh_flags & SHF_EXECINSTR) != 0;
}

/* Functions and labels of assembly; objects of memory too. Not sections, files or absolute values.
 */
static bool add_elf_symbol(vp_symbols *s, const elf_file *f, const Elf64_Sym *from, uint64_t offset,
                           const char *path, vp_error *error)
{
    const unsigned type = ELF64_ST_TYPE(from->st_info);
    const bool global = ELF64_ST_BIND(from->st_info) != STB_LOCAL;
    const bool place = type == STT_FUNC || type == STT_OBJECT || type == STT_NOTYPE;
    const bool absolute = from->st_shndx == SHN_UNDEF || from->st_shndx >= SHN_LORESERVE;
    const bool code = type == STT_FUNC || in_code(f, from);
    const vp_symbol symbol = {from->st_value + offset, from->st_size, 0,
                              code ? (global ? RANK_GLOBAL_CODE : RANK_CODE)
                                   : (global ? RANK_GLOBAL_DATA : RANK_DATA)};
    const char *name;
    size_t length;

    if (!place || absolute || from->st_name >= f->names_size)
        return true;
    name = f->names + from->st_name;
    length = strnlen(name, f->names_size - from->st_name);
    if (length == 0 || name[0] == '$')
        return true;
    return add(s, &symbol, name, length, path, error);
}

static bool bad_elf(const char *path, const char *what, vp_error *error)
{
    return vp_fail(error, "--symbols %s: %s; give a System.map or an AArch64 ELF file with .symtab",
                   path, what);
}

static bool parse_elf(vp_symbols *s, elf_file *f, const char *path, uint64_t offset,
                      vp_error *error)
{
    Elf64_Shdr table, names;

    if (f->size < sizeof f->header)
        return bad_elf(path, "a truncated ELF file", error);
    memcpy(&f->header, f->data, sizeof f->header);
    if (f->header.e_ident[EI_CLASS] != ELFCLASS64 || f->header.e_ident[EI_DATA] != ELFDATA2LSB ||
        f->header.e_machine != EM_AARCH64)
        return bad_elf(path, "not of a 64-bit little-endian AArch64 guest", error);
    if (f->header.e_shentsize != sizeof table || !find_table(f, &table))
        return bad_elf(path, "no symbol table in it (stripped?)", error);
    if (!inside(f, table.sh_offset, table.sh_size) || !section(f, table.sh_link, &names) ||
        !inside(f, names.sh_offset, names.sh_size))
        return bad_elf(path, "truncated, its symbol table is missing", error);
    f->names = (const char *)f->data + names.sh_offset;
    f->names_size = names.sh_size;
    for (uint64_t n = 0; n < table.sh_size / sizeof(Elf64_Sym); n++) {
        Elf64_Sym symbol;

        memcpy(&symbol, f->data + table.sh_offset + n * sizeof symbol, sizeof symbol);
        if (!add_elf_symbol(s, f, &symbol, offset, path, error))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------- files */

bool vp_symbols_parse(vp_symbols *symbols, const uint8_t *data, size_t size, const char *path,
                      uint64_t offset, vp_error *error)
{
    const size_t before = symbols->count;
    elf_file f;
    bool good;

    memset(&f, 0, sizeof f);
    f.data = data;
    f.size = size;
    if (size >= SELFMAG && memcmp(data, ELFMAG, SELFMAG) == 0)
        good = parse_elf(symbols, &f, path, offset, error);
    else
        good =
            parse_text(symbols, (const char *)data, (const char *)data + size, path, offset, error);
    if (good && symbols->count == before)
        return bad_elf(path, "no symbol in it", error);
    if (good)
        put_in_order(symbols);
    return good;
}

/* The OFFSET of "FILE@OFFSET"; what is no number belongs to the path. */
static size_t split_spec(const char *spec, uint64_t *offset)
{
    const char *at = strrchr(spec, '@');
    const bool negative = at != NULL && at[1] == '-';
    char *end;

    *offset = 0;
    if (at == NULL || at == spec || at[negative ? 2 : 1] < '0' || at[negative ? 2 : 1] > '9')
        return strlen(spec);
    errno = 0;
    *offset = strtoull(at + (negative ? 2 : 1), &end, 0);
    if (errno != 0 || *end != '\0') {
        *offset = 0;
        return strlen(spec);
    }
    if (negative)
        *offset = 0 - *offset;
    return (size_t)(at - spec);
}

bool vp_symbols_read(vp_symbols *symbols, const char *spec, vp_error *error)
{
    vp_blob blob = {NULL, 0, NULL};
    uint64_t offset;
    char path[4096];
    const size_t length = split_spec(spec, &offset);
    bool good;

    if (length >= sizeof path)
        return vp_fail(error, "--symbols %.80s...: the path is too long", spec);
    memcpy(path, spec, length);
    path[length] = '\0';
    good = vp_blob_read(&blob, "--symbols", path, error) &&
           vp_symbols_parse(symbols, blob.data, (size_t)blob.size, path, offset, error);
    vp_blob_free(&blob);
    return good;
}

/* ---------------------------------------------------------------- questions */

const vp_symbol *vp_symbols_find(const vp_symbols *symbols, uint64_t address)
{
    size_t low = 0, high = symbols->count; /* The first one above is in [low, high]. */
    const vp_symbol *found;
    uint64_t reach;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (symbols->symbol[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    found = &symbols->symbol[low - 1];
    reach = found->size != 0 ? found->size : VP_SYMBOL_REACH;
    return address - found->address < reach ? found : NULL;
}

const vp_symbol *vp_symbols_named(const vp_symbols *symbols, const char *name)
{
    for (size_t n = 0; n < symbols->count; n++)
        if (strcmp(vp_symbol_name(symbols, &symbols->symbol[n]), name) == 0)
            return &symbols->symbol[n];
    return NULL;
}

void vp_symbols_place(const vp_symbols *symbols, uint64_t address, char *text, size_t size)
{
    const vp_symbol *s = symbols != NULL ? vp_symbols_find(symbols, address) : NULL;

    if (s == NULL)
        (void)snprintf(text, size, "0x%" PRIx64, address);
    else if (s->address == address)
        (void)snprintf(text, size, "0x%" PRIx64 " %s", address, vp_symbol_name(symbols, s));
    else
        (void)snprintf(text, size, "0x%" PRIx64 " %s+0x%" PRIx64, address,
                       vp_symbol_name(symbols, s), address - s->address);
}
