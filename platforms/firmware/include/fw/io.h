/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file io.h
 * @brief Device accesses, console, end of the program, boot arguments.
 */
#ifndef FW_IO_H
#define FW_IO_H

#include "fw/arch.h"

/* One load or store each, without write-back: a hypervisor that has to emulate one can tell what it
 * was from its syndrome. */
static inline uint32_t read32(uintptr_t address)
{
    uint32_t value;
    __asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}
static inline void write32(uintptr_t address, uint32_t value)
{
    __asm__ volatile("str %w0, [%1]" ::"r"(value), "r"(address) : "memory");
}
static inline uint64_t read64(uintptr_t address)
{
    uint64_t value;
    __asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}
static inline void write64(uintptr_t address, uint64_t value)
{
    __asm__ volatile("str %0, [%1]" ::"r"(value), "r"(address) : "memory");
}
static inline void write8(uintptr_t address, uint8_t value)
{
    __asm__ volatile("strb %w0, [%1]" ::"r"(value), "r"(address) : "memory");
}

/** Turns the PL011 on (8N1, FIFO, polled). */
void console_init(void);

/** Prints text; "\n" becomes "\r\n". */
void console_puts(const char *text);

/** Prints %s, %c, %d, %u, %x, %lu, %lx (a width with or without 0 is allowed) and %%. One call is
 * one piece of output: calls of several PEs do not mix. At most 512 characters. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** PL011 transmit interrupt: on makes UART0's line high as long as its FIFO has room. */
void console_tx_interrupt(bool on);

/** Ends the program: semihosting exit with `code`, then PSCI SYSTEM_OFF, then WFI for ever. */
_Noreturn void power_off(unsigned code);

/** Prints where and why, and ends the program with code 99. Callable on every PE and EL. */
_Noreturn void panic(const char *why, uint64_t value);

/** The word after `key=` in the boot arguments (/chosen/bootargs of the device tree at the start
 *  of RAM), as a number (decimal or 0x...), or `otherwise`. */
uint64_t bootarg_number(const char *key, uint64_t otherwise);

/** Finds `key=` in the boot arguments. @return its value (up to a space or 0) or NULL. */
const char *bootarg_text(const char *key);

/** Whether `name` is in a comma-separated value of bootarg_text(); NULL lists everything. */
bool bootarg_lists(const char *list, const char *name);

/** Base address of the first device tree node with this compatible string, 0 when none. */
uint64_t fdt_find_compatible(const char *compatible);

/* The compiler may call these. */
void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *text);

#endif
