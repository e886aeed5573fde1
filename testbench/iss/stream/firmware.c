/* SPDX-License-Identifier: Apache-2.0 */
/* Random instruction streams: tables, what an exception adds to the digest, and reports. */
#include "layout.h"

/** What the vectors save; the order is theirs. */
typedef struct frame {
    uint64_t x[31];
    uint64_t sp, elr, spsr, esr, far;
    uint64_t hpfar; /* at EL2 */
} frame;

/** SIMD and floating-point state; the order is that of save_vectors. */
typedef struct vectors {
    uint64_t v[64];
    uint64_t fpcr, fpsr;
} vectors;

void save_vectors(vectors *to);
void power_off(void);
void hyp_power_off(void);

void make_tables(void);
void fill_data(void);
void on_exception(frame *f, uint64_t vector);
void make_hyp_tables(void);
void enter_guest(uint64_t guest);
void on_hyp(frame *f, uint64_t vector);

#define table_l1 ((uint64_t *)STREAM_TABLES)
#define table_l2 (table_l1 + 512)
#define table_l3 (table_l1 + 1024)

#define HEADER ((const stream_header *)STREAM_PROGRAM)
#define WORDS  (4 * STREAM_PAGES * STREAM_PAGE / 8) /* four sets of pages behind the windows */

/* PL011: data at 0, line control, control. */
#define UART         ((volatile uint32_t *)0x09000000)
#define UART_LCR_H   (0x2c / 4)
#define UART_CR      (0x30 / 4)
#define UART_8BITS   0x70 /* and its FIFO on */
#define UART_ENABLED 0x301

/* Descriptors of levels 1 and 2. */
enum { TABLE = 3, BLOCK = 1, DEVICE = 1 << 2, INNER = 3 << 8 };
#define UXN ((uint64_t)1 << 54)

static uint64_t digest = 0x6a09e667f3bcc908;
static uint64_t exceptions, checkpoints;

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9e3779b97f4a7c15u;
    return h ^ h >> 29;
}

/* ------------------------------------------------------------------ translation and data */

static void map_window(unsigned window, unsigned first_page, uint64_t attributes)
{
    const uint64_t base = HEADER->stage2 ? STREAM_IPA : STREAM_DATA;
    for (unsigned i = 0; i < STREAM_PAGES; i++)
        table_l3[window * (STREAM_WINDOW_SIZE / STREAM_PAGE) + i] =
            (base + (uint64_t)(first_page + i) * STREAM_PAGE) | attributes;
}

void make_tables(void)
{
    const uint64_t block = BLOCK | STREAM_AF, normal = block | INNER, none = STREAM_PXN | UXN;
    const uint64_t page = STREAM_PAGE_BITS, valid = page | STREAM_AF;
    UART[UART_LCR_H] = UART_8BITS;
    UART[UART_CR] = UART_ENABLED;
    table_l1[0] = block | DEVICE | none;
    table_l1[1] = (uint64_t)table_l2 | TABLE;
    table_l2[(STREAM_FIRMWARE & 0x3fffffff) >> 21] = STREAM_FIRMWARE | normal | UXN;
    table_l2[(STREAM_PROGRAM & 0x3fffffff) >> 21] =
        STREAM_PROGRAM | normal | STREAM_AP_EL0 | STREAM_AP_RO;
    table_l2[(STREAM_DATA & 0x3fffffff) >> 21] = STREAM_DATA | normal | none;
    table_l2[(STREAM_WINDOWS & 0x3fffffff) >> 21] = (uint64_t)table_l3 | TABLE;
    map_window(STREAM_RW, 0, valid | STREAM_AP_EL0);
    map_window(STREAM_RO, 4, valid | STREAM_AP_EL0 | STREAM_AP_RO);
    map_window(STREAM_EL1_RW, 8, valid);
    map_window(STREAM_ALIAS, 0, valid | STREAM_AP_EL0 | STREAM_NG);
    map_window(STREAM_NO_AF, 12, page | STREAM_AP_EL0);
    map_window(STREAM_EL1_RO, 12, valid | STREAM_AP_RO);
    map_window(STREAM_SELF, 16, valid & ~STREAM_PXN);
}

void fill_data(void)
{
    volatile uint64_t *data = (volatile uint64_t *)STREAM_DATA;
    uint64_t v = HEADER->seed;
    for (unsigned i = 0; i < WORDS; i++)
        data[i] = v = mix(v, i);
}

/* ------------------------------------------------------------------ reports */

static void put(char c)
{
    UART[0] = (unsigned char)c;
}

static void put_text(const char *text)
{
    while (*text)
        put(*text++);
}

static void put_hex(uint64_t v)
{
    for (int shift = 60; shift >= 0; shift -= 4)
        put("0123456789abcdef"[v >> shift & 15]);
}

static void put_value(const char *name, unsigned number, uint64_t v)
{
    put_text(name);
    put((char)('0' + number / 10));
    put((char)('0' + number % 10));
    put(' ');
    put_hex(v);
    put('\n');
}

/** All of the state folded into one number. */
static uint64_t state_of(const frame *f, const vectors *s)
{
    const volatile uint64_t *data = (const volatile uint64_t *)STREAM_DATA;
    uint64_t h = mix(digest, f->sp);
    for (unsigned i = 0; i < 31; i++)
        h = mix(h, f->x[i]);
    h = mix(h, f->spsr);
    for (unsigned i = 0; i < 64; i++)
        h = mix(h, s->v[i]);
    h = mix(mix(h, s->fpcr), s->fpsr);
    for (unsigned i = 0; i < WORDS; i++)
        h = mix(h, data[i]);
    return h;
}

/** Every register, one a line, and each page of data as a digest. */
static void dump(const frame *f, const vectors *s)
{
    const volatile uint64_t *data = (const volatile uint64_t *)STREAM_DATA;
    for (unsigned i = 0; i < 31; i++)
        put_value("x", i, f->x[i]);
    put_value("sp", 0, f->sp);
    put_value("pstate", 0, f->spsr);
    for (unsigned i = 0; i < 64; i++)
        put_value(i % 2 ? "v.high" : "v.low", i / 2, s->v[i]);
    put_value("fpcr", 0, s->fpcr);
    put_value("fpsr", 0, s->fpsr);
    for (unsigned page = 0; page < WORDS / 512; page++) {
        uint64_t h = 0;
        for (unsigned i = 0; i < 512; i++)
            h = mix(h, data[page * 512 + i]);
        put_value("page", page, h);
    }
    put_value("exceptions", 0, digest);
}

static void checkpoint(const frame *f, const vectors *s)
{
    checkpoints++;
    if (HEADER->trace) {
        put_text("at ");
        put_hex(checkpoints);
        put(' ');
        put_hex(state_of(f, s));
        put('\n');
    }
    if (HEADER->dump == checkpoints) {
        dump(f, s);
        power_off();
    }
}

static void finish(const frame *f, const vectors *s)
{
    put_text("end ");
    put_hex(state_of(f, s));
    put_text(" exceptions ");
    put_hex(exceptions);
    put('\n');
    power_off();
}

/* ------------------------------------------------------------------ exceptions */

/** Whether all of this runs at EL2, with HCR_EL2.E2H and TGE. */
static int is_host(void)
{
    return HEADER->vhe && !HEADER->stage2;
}

static uint64_t read_cpacr(void)
{
    uint64_t v;
    __asm__ volatile("mrs %0, cpacr_el1" : "=r"(v));
    return v;
}

static void write_cpacr(uint64_t v)
{
    __asm__ volatile("msr cpacr_el1, %0\n\tisb" : : "r"(v) : "memory");
}

/* Of a data abort of stage 1 that is taken to EL2 the architecture has no syndrome of the access;
 * QEMU has. */
#define ABORT_SYNDROME ((uint64_t)0x01ffc000)

/** An exception from here itself: nothing can go on. */
static void unexpected(const frame *f, uint64_t vector)
{
    put_value("unexpected, vector ", (unsigned)vector, f->esr);
    put_value("elr", 0, f->elr);
    put_value("far", 0, f->far);
    power_off();
}

static void on_svc(frame *f, unsigned immediate)
{
    vectors s;
    if (immediate == STREAM_SVC_LEVEL) {
        f->spsr ^= is_host() ? 8 : 4; /* EL0t, and EL2t or EL1t */
        return;
    }
    if (immediate != STREAM_SVC_CHECKPOINT && immediate != STREAM_SVC_END)
        return;
    uint64_t cpacr = read_cpacr();
    write_cpacr((uint64_t)3 << 20);
    save_vectors(&s);
    if (immediate == STREAM_SVC_END)
        finish(f, &s);
    else
        checkpoint(f, &s);
    write_cpacr(cpacr);
}

void on_exception(frame *f, uint64_t vector)
{
    unsigned ec = (unsigned)(f->esr >> 26);
    unsigned immediate = f->esr & 0xffff;
    if (vector != 0 && vector != 8)
        unexpected(f, vector);
    if (ec == 0x15 && immediate == STREAM_SVC_CHECKPOINT) {
        on_svc(f, immediate);
        return;
    }
    if (is_host() && (ec == 0x24 || ec == 0x25))
        f->esr &= ~ABORT_SYNDROME;
    exceptions++;
    digest = mix(mix(mix(digest, vector), f->esr), mix(f->elr, f->spsr));
    if (ec >= 0x20 && ec <= 0x25)
        digest = mix(digest, f->far);
    if (HEADER->trace) {
        put_text("exception ");
        put_hex(f->esr);
        put(' ');
        put_hex(f->elr);
        put(' ');
        put_hex(f->far);
        put('\n');
    }
    f->spsr &= ~((uint64_t)1 << 20); /* IL */
    if (ec == 0x15)
        on_svc(f, immediate);
    else if (ec == 0x20 || ec == 0x21 || ec == 0x22 || ec == 0x0e)
        f->elr = f->x[29]; /* where the stream wants to go on */
    else
        f->elr += 4;
}

/* ------------------------------------------------------------------ the hypervisor */

/* Descriptors of stage 2: Normal write-back, inner shareable. */
#define S2_NORMAL ((uint64_t)(15 << 2 | INNER))
#define S2_READ   ((uint64_t)(1 << 6))
#define S2_WRITE  ((uint64_t)(2 << 6))
#define S2_ALL    (S2_NORMAL | S2_READ | S2_WRITE | STREAM_AF)

#define hyp_table(guest, n) ((uint64_t *)STREAM_HYP + 512 * (STREAM_HYP_PAGES * (guest) + (n)))

static uint64_t running;

/** Rights of a group of pages; every second one is all of them. */
static uint64_t hyp_rights(unsigned rights)
{
    static const uint64_t of[STREAM_RIGHTS] = {S2_ALL,
                                               S2_ALL & ~S2_WRITE,
                                               S2_ALL,
                                               S2_ALL & ~S2_READ,
                                               S2_ALL,
                                               S2_ALL | UXN,
                                               S2_ALL & ~(uint64_t)STREAM_AF,
                                               0};
    return of[rights % STREAM_RIGHTS];
}

/** Where the descriptor of a page of a group is, and what the page is. */
static uint64_t *hyp_slot(uint64_t guest, unsigned group, unsigned i, uint64_t *ipa, uint64_t *pa)
{
    const uint64_t tables = STREAM_TABLES + 2 * STREAM_PAGE;
    if (group == STREAM_GROUPS - 1) {
        *ipa = *pa = tables;
        return &hyp_table(guest, 2)[tables >> 12 & 511];
    }
    *ipa = STREAM_IPA + (uint64_t)(group * STREAM_PAGES + i) * STREAM_PAGE;
    *pa = STREAM_DATA + (uint64_t)(group * STREAM_PAGES + i) * STREAM_PAGE;
    return &hyp_table(guest, 3)[group * STREAM_PAGES + i];
}

static void hyp_map(uint64_t guest, unsigned group, uint64_t attributes)
{
    for (unsigned i = 0; i < (group == STREAM_GROUPS - 1 ? 1 : STREAM_PAGES); i++) {
        uint64_t ipa, pa, *slot = hyp_slot(guest, group, i, &ipa, &pa);
        *slot = attributes ? pa | attributes | TABLE : 0;
    }
}

void make_hyp_tables(void)
{
    for (uint64_t g = 0; g < STREAM_GUESTS; g++) {
        uint64_t *l1 = hyp_table(g, 0), *l2 = hyp_table(g, 1), *l3 = hyp_table(g, 2);
        l1[0] = 1 << 2 | S2_READ | S2_WRITE | STREAM_AF | BLOCK; /* devices */
        l1[1] = (uint64_t)l2 | TABLE;
        for (uint64_t i = 0; i < 512; i++)
            l3[i] = (STREAM_FIRMWARE + i * STREAM_PAGE) | S2_ALL | TABLE;
        l2[(STREAM_FIRMWARE & 0x3fffffff) >> 21] = (uint64_t)l3 | TABLE;
        l2[(STREAM_PROGRAM & 0x3fffffff) >> 21] = STREAM_PROGRAM | S2_ALL | BLOCK;
        l2[(STREAM_DATA & 0x3fffffff) >> 21] = STREAM_DATA | S2_ALL | BLOCK;
        l2[(STREAM_IPA & 0x3fffffff) >> 21] = (uint64_t)hyp_table(g, 3) | TABLE;
        for (unsigned group = 0; group < STREAM_GROUPS; group++)
            hyp_map(g, group, S2_ALL);
    }
}

void enter_guest(uint64_t guest)
{
    uint64_t vttbr = (uint64_t)hyp_table(guest, 0) | (guest + 1) << 48;
    running = guest;
    __asm__ volatile("msr vttbr_el2, %0\n\tisb" : : "r"(vttbr) : "memory");
}

/** What a change of stage 2 must be followed by, in one of three ways. */
static void hyp_invalidate(unsigned how, unsigned group)
{
    __asm__ volatile("dsb sy" : : : "memory");
    if (how == 0) {
        for (unsigned i = 0; i < STREAM_PAGES; i++) {
            uint64_t ipa, pa;
            (void)hyp_slot(running, group, i, &ipa, &pa);
            __asm__ volatile("tlbi ipas2e1is, %0" : : "r"(ipa >> 12));
        }
        __asm__ volatile("dsb sy\n\ttlbi vmalle1is" : : : "memory");
    } else if (how == 1) {
        __asm__ volatile("tlbi vmalls12e1" : : : "memory");
    } else {
        __asm__ volatile("tlbi alle1is" : : : "memory");
    }
    __asm__ volatile("dsb sy\n\tisb" : : : "memory");
}

#define HYP_AT(name)                                             \
    __asm__ volatile("at " name ", %0\n\tisb" : : "r"(address)); \
    break

/** AT, and what PAR_EL1 says. */
static uint64_t hyp_translate(unsigned which, uint64_t address)
{
    uint64_t par;
    switch (which) {
    case 0:
        HYP_AT("s12e1r");
    case 1:
        HYP_AT("s12e1w");
    case 2:
        HYP_AT("s12e0r");
    case 3:
        HYP_AT("s12e0w");
    case 4:
        HYP_AT("s1e1r");
    case 5:
        HYP_AT("s1e1w");
    case 6:
        HYP_AT("s1e0r");
    default:
        HYP_AT("s1e0w");
    }
    __asm__ volatile("mrs %0, par_el1" : "=r"(par));
    return par;
}

/** A register of EL1 or of its timers, by the name that it has at EL2 with HCR_EL2.E2H. */
#define EL12(crn, crm, op2)                                                    \
    ({                                                                         \
        uint64_t v_;                                                           \
        __asm__ volatile("mrs %0, s3_5_c" #crn "_c" #crm "_" #op2 : "=r"(v_)); \
        v_;                                                                    \
    })
#define SET_EL12(crn, crm, op2, value) \
    __asm__ volatile("msr s3_5_c" #crn "_c" #crm "_" #op2 ", %0" : : "r"(value))

/** Writes what the guest does not need, reads all of it. */
static void hyp_el12(uint64_t value)
{
    SET_EL12(6, 0, 0, value);               /* FAR */
    SET_EL12(13, 0, 1, value & 0xffffffff); /* CONTEXTIDR */
    SET_EL12(14, 3, 2, ~value);             /* CNTV_CVAL */
    __asm__ volatile("isb" : : : "memory");
    const uint64_t read[] = {EL12(1, 0, 0),  EL12(1, 0, 2),  EL12(2, 0, 0),  EL12(2, 0, 1),
                             EL12(2, 0, 2),  EL12(4, 0, 0),  EL12(4, 0, 1),  EL12(5, 2, 0),
                             EL12(6, 0, 0),  EL12(10, 2, 0), EL12(12, 0, 0), EL12(13, 0, 1),
                             EL12(14, 3, 1), EL12(14, 3, 2)};
    for (unsigned i = 0; i < sizeof read / sizeof read[0]; i++)
        digest = mix(digest, read[i]);
}

static void on_hvc(const frame *f, unsigned immediate)
{
    const unsigned group = immediate >> 4 & 7, which = immediate >> 8 & 7;
    switch (immediate & 0xf000) {
    case STREAM_HVC_RIGHTS:
        hyp_map(running, group, hyp_rights(immediate & 15));
        hyp_invalidate(which, group);
        break;
    case STREAM_HVC_SWITCH:
        enter_guest(!running);
        break;
    case STREAM_HVC_AT:
        digest = mix(digest, hyp_translate(which, f->x[immediate & 31]));
        break;
    case STREAM_HVC_EL12:
        hyp_el12(f->x[immediate & 31]);
        break;
    default:
        hyp_power_off();
        break;
    }
}

void on_hyp(frame *f, uint64_t vector)
{
    const unsigned ec = (unsigned)(f->esr >> 26);
    if (vector == 8 && ec == 0x16) {
        on_hvc(f, f->esr & 0xffff);
        return;
    }
    if (vector != 8 || (ec != 0x20 && ec != 0x24) || (f->spsr & 1)) {
        put_value("at EL2 unexpected, vector ", (unsigned)vector, f->esr);
        put_value("elr", 0, f->elr);
        put_value("far", 0, f->far);
        hyp_power_off();
    }
    exceptions++;
    digest = mix(mix(mix(digest, f->hpfar), f->esr), mix(f->elr, f->spsr));
    digest = mix(digest, f->far);
    if (HEADER->trace) {
        put_text("stage 2 ");
        put_hex(f->esr);
        put(' ');
        put_hex(f->elr);
        put(' ');
        put_hex(f->far);
        put(' ');
        put_hex(f->hpfar);
        put('\n');
    }
    f->elr = ec == 0x20 ? f->x[29] : f->elr + 4;
}
