/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of the guest's addresses: from the symbol table of an AArch64 ELF file, or from text in the
 * form of System.map and /proc/kallsyms, lines "ADDRESS TYPE NAME [MODULE]".
 *
 * The files are the user's and may hold anything: what is no symbol table is refused by one line.
 */
#ifndef VIRT_SYMBOLS_H
#define VIRT_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    VP_SYMBOLS_MAX = 1 << 22,  /**< Symbols of all files together; more are refused. */
    VP_SYMBOL_REACH = 1 << 20, /**< Bytes that a symbol of unknown size reaches at most. */
    VP_PLACE_MAX = 160         /**< Room for a text of vp_symbols_place(). */
};

/** One symbol. */
typedef struct vp_symbol {
    uint64_t address;
    uint64_t size; /**< Bytes; 0: not known. */
    uint32_t name; /**< Offset into vp_symbols.text. */
    uint8_t rank;  /**< Which of several at one address is told: the lowest. */
} vp_symbol;

/** All of them. Zero-initialised there are none. */
typedef struct vp_symbols {
    vp_symbol *symbol; /**< By address. */
    size_t count, room;
    char *text; /**< Names, each with its end. */
    size_t text_size, text_room;
} vp_symbols;

/**
 * Adds those of the file of a `--symbols FILE[@OFFSET]`: OFFSET, which may be negative, is added to
 * each address. @return false with the message in @p error; @p symbols can be freed in any case.
 */
bool vp_symbols_read(vp_symbols *symbols, const char *spec, vp_error *error);

/** Adds what the @p size bytes at @p data say; @p path is for messages. */
bool vp_symbols_parse(vp_symbols *symbols, const uint8_t *data, size_t size, const char *path,
                      uint64_t offset, vp_error *error);

/** The symbol that @p address belongs to, or NULL. */
const vp_symbol *vp_symbols_find(const vp_symbols *symbols, uint64_t address);

/** Its name. */
const char *vp_symbol_name(const vp_symbols *symbols, const vp_symbol *symbol);

/** The symbol called @p name, the one with the lowest address, or NULL. */
const vp_symbol *vp_symbols_named(const vp_symbols *symbols, const char *name);

/** "0x40080010 main+0x10", or "0x40080010". @p symbols may be NULL. */
void vp_symbols_place(const vp_symbols *symbols, uint64_t address, char *text, size_t size);

void vp_symbols_free(vp_symbols *symbols);

#ifdef __cplusplus
}
#endif

#endif
