/* SPDX-License-Identifier: Apache-2.0 */
/* PL011 console (polled) and a small formatter. */
#include <stdarg.h>

#include "fw/io.h"
#include "fw/pe.h"

#define UART_DR          0x00
#define UART_FR          0x18
#define UART_FR_TXFF     (1u << 5)
#define UART_LCR_H       0x2c
#define UART_LCR_H_8BITS (3u << 5)
#define UART_LCR_H_FIFO  (1u << 4)
#define UART_CR          0x30
#define UART_CR_ENABLE   ((1u << 0) | (1u << 8) | (1u << 9)) /* UARTEN, TXE, RXE */
#define UART_IFLS        0x34
#define UART_IMSC        0x38
#define UART_IMSC_TXIM   (1u << 5)

#define LINE_LIMIT 512
#define POLL_LIMIT 10000000u

static struct spinlock console_lock;

void console_init(void)
{
    write32(BOARD_UART0_BASE + UART_CR, 0);
    write32(BOARD_UART0_BASE + UART_IMSC, 0);
    write32(BOARD_UART0_BASE + UART_LCR_H, UART_LCR_H_8BITS | UART_LCR_H_FIFO);
    write32(BOARD_UART0_BASE + UART_CR, UART_CR_ENABLE);
}

static void console_putc(char c)
{
    /* Bounded: a broken UART loses text, it does not stop the program. */
    for (unsigned i = 0; i < POLL_LIMIT; i++) {
        if (!(read32(BOARD_UART0_BASE + UART_FR) & UART_FR_TXFF)) {
            break;
        }
    }
    write32(BOARD_UART0_BASE + UART_DR, (uint8_t)c);
}

static void emit(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n') {
            console_putc('\r');
        }
        console_putc(text[i]);
    }
}

static void emit_locked(const char *text, size_t length)
{
    uint64_t daif = read_sysreg(daif);
    irq_mask();
    spin_lock(&console_lock);
    emit(text, length);
    spin_unlock(&console_lock);
    write_sysreg(daif, daif);
}

void console_puts(const char *text)
{
    emit_locked(text, strlen(text));
}

void console_tx_interrupt(bool on)
{
    write32(BOARD_UART0_BASE + UART_IMSC, on ? UART_IMSC_TXIM : 0);
}

/** The line being formatted. */
struct line {
    char text[LINE_LIMIT];
    size_t used;
};

static void put(struct line *line, char c)
{
    if (line->used < LINE_LIMIT) {
        line->text[line->used++] = c;
    }
}

static void put_number(struct line *line, uint64_t value, unsigned base, unsigned width, char fill)
{
    char digits[20];
    unsigned n = 0;
    do {
        digits[n++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    while (width > n) {
        put(line, fill);
        width--;
    }
    while (n > 0) {
        put(line, digits[--n]);
    }
}

/** One conversion: its flags as parsed. */
struct conversion {
    bool is_long;
    char fill;
    unsigned width;
};

/** Reads flags, width and length after '%'. @return the conversion character's place. */
static const char *parse_conversion(const char *f, struct conversion *c)
{
    *c = (struct conversion){false, ' ', 0};
    if (*f == '0') {
        c->fill = '0';
        f++;
    }
    while (*f >= '0' && *f <= '9') {
        c->width = 10 * c->width + (unsigned)(*f++ - '0');
    }
    if (*f == 'l') {
        c->is_long = true;
        f++;
    }
    return f;
}

static void put_string(struct line *line, const char *text)
{
    while (*text != 0) {
        put(line, *text++);
    }
}

static void put_conversion(struct line *line, char kind, const struct conversion *c, va_list *args)
{
    switch (kind) {
    case 's':
        put_string(line, va_arg(*args, const char *));
        break;
    case 'c':
        put(line, (char)va_arg(*args, int));
        break;
    case 'd': {
        int64_t value = c->is_long ? va_arg(*args, int64_t) : va_arg(*args, int);
        if (value < 0) {
            put(line, '-');
        }
        put_number(line, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10, c->width, c->fill);
        break;
    }
    case 'u':
    case 'x': {
        uint64_t value = c->is_long ? va_arg(*args, uint64_t) : va_arg(*args, unsigned);
        put_number(line, value, kind == 'u' ? 10 : 16, c->width, c->fill);
        break;
    }
    default:
        put(line, kind);
        break;
    }
}

void print(const char *format, ...)
{
    struct line line;
    va_list args;
    line.used = 0;
    va_start(args, format);
    for (const char *f = format; *f != 0; f++) {
        if (*f != '%') {
            put(&line, *f);
            continue;
        }
        struct conversion c;
        f = parse_conversion(f + 1, &c);
        if (*f == 0) {
            break;
        }
        put_conversion(&line, *f, &c, &args);
    }
    va_end(args);
    emit_locked(line.text, line.used);
}

void panic(const char *why, uint64_t value)
{
    print("PANIC pe %u el %u: %s (0x%lx)\n", pe_self(), current_el(), why, value);
    power_off(99);
}
