/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Executes the program in `.program`, and prints its log in the end. The log is kept in memory
 * until then, since the UART is one of the devices that a program plays with.
 */
#include "../program.h"
#include "../sysreg_ids.h"

#include <stdbool.h>
#include <stddef.h>

#define UART_BASE         0x09000000u
#define UART_DR           (UART_BASE + 0x00)
#define UART_LCR_H        (UART_BASE + 0x2c)
#define UART_CR           (UART_BASE + 0x30)
#define UART_IMSC         (UART_BASE + 0x38)
#define UART_LCR_H_8_FIFO 0x70u
#define UART_CR_TX        0x301u
#define GITS_CWRITER      0x08080088u
#define GITS_CREADR       0x08080090u
#define GICD_ISPENDR0     0x08000200u
/* Offsets in GICC and GICV. */
#define GICC_IAR        0x000cu
#define GICC_EOIR       0x0010u
#define GICC_RPR        0x0014u
#define GICC_HPPIR      0x0018u
#define GICC_DIR        0x1000u
#define GICH_HCR        0x000u
#define GICH_VMCR       0x008u
#define GICH_MISR       0x010u
#define GICH_EISR       0x020u
#define GICH_ELRSR      0x030u
#define GICH_APR        0x0f0u
#define GICH_LR         0x100u
#define PSCI_CPU_ON     0xc4000003u
#define LOG_WORDS       0x20000u
#define FIQ_ENTRY       0x10u
#define SPSR_I          (UINT64_C(1) << 7)
#define SPSR_F          (UINT64_C(1) << 6)
#define SPSR_DAIF       0x3c0u
#define SPSR_LEVEL      0xcu
#define SPSR_EL1        4u
#define SPSR_EL1H       5u
#define SPSR_EL2H       9u
#define SCR_RES1_RW     0x430u
#define SCR_NS          1u
#define SCR_IRQ         2u
#define SCR_FIQ         4u
#define HCR_RW          (UINT64_C(1) << 31)
#define HCR_IMO         (UINT64_C(1) << 4)
#define HCR_FMO         (UINT64_C(1) << 3)
#define INTID_SPECIAL   1020u
#define INTID_LAST      1023u
#define INTID_SECURE    1020u
#define INTID_NONSECURE 1021u
#define INTID_MASK      0xffffffu
#define THUNK_WORDS     8u
#define THUNK_WRITE     4u
#define LOWER_STACK     0x2000u

extern uint32_t sysreg_access[];
extern char _start[], lower_exit[], lower_return[];
uint64_t lower(void (*fn)(const diff_step *), const diff_step *step, uint64_t spsr, uint64_t stack);
void interpreter(uint64_t pe, uint64_t level);
void take_interrupt(uint64_t entry, uint64_t *elr_spsr);
void take_exception(uint64_t esr, uint64_t elr);
_Noreturn void give_up(void);

__attribute__((section(".program"), used)) diff_program program = {.magic = DIFF_MAGIC};

/** What a PE remembers. */
static struct pe {
    uint64_t esr;          /**< Of the last exception of an access; 0: none since it was cleared. */
    uint64_t result;       /**< Of the step. */
    const diff_step *step; /**< The one that it executes. */
    uint32_t number, taken; /**< Interrupts of this window. */
    uint32_t raised;        /**< The window's write is done. */
    uint32_t routing;       /**< DIFF_IMO, DIFF_FMO that the step's guest has. */
    uint64_t guest_isr;     /**< ISR_EL1 after the step of a guest. */
    struct memories {
        uint32_t acknowledged, dropped; /**< Numbers of those remembered. */
        struct memory {
            uint32_t intid, group, nonsecure;
        } acknowledged_as[DIFF_REMEMBERED], dropped_as[DIFF_REMEMBERED];
    } memories[2]; /**< Of the physical and of the virtual interface. */
} pes[DIFF_MAX_PES];

static char lower_stacks[DIFF_MAX_PES][LOWER_STACK] __attribute__((aligned(16)));
static volatile uint32_t turn, online;
static uint64_t log_words[LOG_WORDS];
static uint32_t log_used;
static uint64_t start_level;

#define read_special(reg)                                \
    ({                                                   \
        uint64_t value_;                                 \
        __asm__ volatile("mrs %0, " reg : "=r"(value_)); \
        value_;                                          \
    })
#define write_special(reg, value) __asm__ volatile("msr " reg ", %0" ::"r"((uint64_t)(value)))

static void isb(void)
{
    __asm__ volatile("isb" ::: "memory");
}

static void dsb(void)
{
    __asm__ volatile("dsb sy" ::: "memory");
}

static void put32(uint64_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}

static uint64_t self(void)
{
    return read_special("mpidr_el1") & 0xff;
}

/* ---- log ------------------------------------------------------------------------------------ */

/** Appends a record: its kind and number of fields, then the fields. */
static void log_record(char kind, unsigned count, const uint64_t *field)
{
    if (log_used + count + 1 > LOG_WORDS) {
        return;
    }
    log_words[log_used++] = (uint64_t)(uint8_t)kind | (uint64_t)count << 8;
    for (unsigned i = 0; i < count; i++) {
        log_words[log_used++] = field[i];
    }
}

static void put_char(char c)
{
    put32(UART_DR, (uint8_t)c);
}

static void put_hex(uint64_t value)
{
    unsigned shift = 60;
    while (shift > 0 && (value >> shift) == 0) {
        shift -= 4;
    }
    for (;; shift -= 4) {
        put_char("0123456789abcdef"[value >> shift & 15]);
        if (shift == 0) {
            return;
        }
    }
}

static void open_uart(void)
{
    put32(UART_CR, 0);
    put32(UART_IMSC, 0);
    put32(UART_LCR_H, UART_LCR_H_8_FIFO);
    put32(UART_CR, UART_CR_TX);
}

static void print_log(void)
{
    uint32_t records = 0;
    put_char('\n');
    for (uint32_t i = 0; i < log_used; records++) {
        uint64_t header = log_words[i++];
        put_char((char)(header & 0xff));
        for (uint64_t n = header >> 8; n > 0; n--) {
            put_char(' ');
            put_hex(log_words[i++]);
        }
        put_char('\n');
    }
    for (const char *c = "end "; *c; c++) {
        put_char(*c);
    }
    put_hex(records);
    put_char('\n');
}

static _Noreturn void exit_guest(uint64_t code)
{
    uint64_t block[2] = {0x20026, code};
    register uint64_t x0 __asm__("x0") = 0x18;
    register uint64_t *x1 __asm__("x1") = block;
    for (;;) {
        __asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
    }
}

void give_up(void)
{
    exit_guest(99);
}

/* ---- accesses ------------------------------------------------------------------------------- */

static uint64_t sysreg_read(uint64_t number)
{
    uint64_t (*thunk)(void) = (uint64_t(*)(void))(uintptr_t)(sysreg_access + number * THUNK_WORDS);
    return thunk();
}

/** The register, or 0 when reading it is an exception, which stays noted. */
static uint64_t sysreg_try(uint64_t number)
{
    struct pe *pe = &pes[self()];
    uint64_t before = pe->esr;
    pe->esr = 0;
    uint64_t value = sysreg_read(number);
    if (pe->esr != 0) {
        return 0;
    }
    pe->esr = before;
    return value;
}

static void sysreg_write(uint64_t number, uint64_t value)
{
    void (*thunk)(uint64_t) =
        (void (*)(uint64_t))(uintptr_t)(sysreg_access + number * THUNK_WORDS + THUNK_WRITE);
    thunk(value);
    dsb();
    isb();
}

static uint64_t memory_read(uint64_t address, unsigned width)
{
    uint64_t value;
    switch (width) {
    case 1:
        value = *(volatile uint8_t *)address;
        break;
    case 2:
        value = *(volatile uint16_t *)address;
        break;
    case 4:
        value = *(volatile uint32_t *)address;
        break;
    default:
        value = *(volatile uint64_t *)address;
        break;
    }
    dsb();
    return value;
}

static void memory_write(uint64_t address, unsigned width, uint64_t value)
{
    switch (width) {
    case 1:
        *(volatile uint8_t *)address = (uint8_t)value;
        break;
    case 2:
        *(volatile uint16_t *)address = (uint16_t)value;
        break;
    case 4:
        *(volatile uint32_t *)address = (uint32_t)value;
        break;
    default:
        *(volatile uint64_t *)address = value;
        break;
    }
    dsb();
}

void take_exception(uint64_t esr, uint64_t elr)
{
    (void)elr;
    pes[self()].esr = esr;
}

/* ---- interrupts ----------------------------------------------------------------------------- */

static bool is_special(uint64_t intid)
{
    return intid >= INTID_SPECIAL && intid <= INTID_LAST;
}

/** Whether an access made here is Non-secure, in a machine that has two Security states. */
static bool is_nonsecure(void)
{
    bool el3 = read_special("CurrentEL") == 3 << 2;
    return start_level == 3 && !el3 && (pes[self()].step->world & DIFF_NS);
}

static void remember(struct memory *list, uint32_t *count, uint64_t intid, unsigned group)
{
    if (*count < DIFF_REMEMBERED) {
        list[*count].intid = (uint32_t)intid;
        list[*count].nonsecure = is_nonsecure();
        list[(*count)++].group = group;
    }
}

/** Whether registers of the group are those of the virtual interface where this runs. */
static bool is_virtual(unsigned group)
{
    bool el1 = read_special("CurrentEL") == 1 << 2;
    return el1 && (pes[self()].routing & (group == 0 ? DIFF_FMO : DIFF_IMO));
}

/** The memories of the interface that has DIR here. */
static struct memories *memories_here(void)
{
    return &pes[self()].memories[is_virtual(0) || is_virtual(1)];
}

/** A GICv2's frame that stands for ICC_* here. */
static uint64_t frame_here(unsigned group)
{
    return is_virtual(group) ? DIFF_GICV : DIFF_GICC;
}

static void write_eoir(unsigned group, uint64_t intid)
{
    if (program.gicv2) {
        memory_write(frame_here(group) + GICC_EOIR, 4, intid);
    } else {
        sysreg_write(group == 0 ? DIFF_ICC_EOIR0_EL1 : DIFF_ICC_EOIR1_EL1, intid);
    }
}

static void write_dir(unsigned group, uint64_t intid)
{
    if (program.gicv2) {
        memory_write(frame_here(group) + GICC_DIR, 4, intid);
    } else {
        sysreg_write(DIFF_ICC_DIR_EL1, intid);
    }
}

/** What a PE sees of its interface: the running priority and the highest pending interrupts, those
 *  of the interface that the group is of. */
static void look(unsigned group, uint64_t *rpr, uint64_t *hppir0, uint64_t *hppir1)
{
    if (program.gicv2) {
        *rpr = memory_read(frame_here(group) + GICC_RPR, 4);
        *hppir0 = memory_read(frame_here(group) + GICC_HPPIR, 4);
        *hppir1 = is_virtual(group) ? 0 : memory_read(GICD_ISPENDR0, 4);
    } else {
        *rpr = sysreg_try(DIFF_ICC_RPR_EL1);
        *hppir0 = sysreg_try(DIFF_ICC_HPPIR0_EL1);
        *hppir1 = sysreg_try(DIFF_ICC_HPPIR1_EL1);
    }
}

/** Ends interrupt @p intid of the group of IAR @p group as the window says. */
static void end_interrupt(uint64_t how, unsigned group, uint64_t intid)
{
    if ((how & DIFF_TAKE_DIR) && (how & DIFF_TAKE_LATE)) {
        write_dir(group, intid);
    }
    if (how & DIFF_TAKE_EOI) {
        write_eoir(group, intid);
    }
    if ((how & DIFF_TAKE_DIR) && !(how & DIFF_TAKE_LATE)) {
        write_dir(group, intid);
    }
    struct memories *m = &pes[self()].memories[is_virtual(group)];
    if (!(how & DIFF_TAKE_EOI)) {
        remember(m->acknowledged_as, &m->acknowledged, intid, group);
    } else if (!(how & DIFF_TAKE_DIR)) {
        remember(m->dropped_as, &m->dropped, intid, group);
    }
}

/** Reads IAR, the other one too when the first says that the other Security state has something. */
static uint64_t acknowledge(unsigned *group)
{
    if (program.gicv2) {
        return memory_read(frame_here(*group) + GICC_IAR, 4);
    }
    uint64_t intid = sysreg_try(*group == 0 ? DIFF_ICC_IAR0_EL1 : DIFF_ICC_IAR1_EL1) & INTID_MASK;
    dsb();
    if (*group == 0 && (intid == INTID_SECURE || intid == INTID_NONSECURE)) {
        *group = 1;
        intid = sysreg_try(DIFF_ICC_IAR1_EL1) & INTID_MASK;
        dsb();
    }
    return intid;
}

/** Lets what is more urgent in: the vectors have saved ELR and SPSR. */
static void nest(void)
{
    __asm__ volatile(
        "msr daifclr, #3\n\tisb\n\tnop\n\tnop\n\tnop\n\tnop\n\tmsr daifset, #3\n\tisb" ::
            : "memory");
}

/** No more of them in this step: masked where the handler returns to, and no longer routed to EL3.
 *  A guest cannot be kept from those that are routed to EL2: its step is abandoned. */
static void mask_interrupts(uint64_t entry, uint64_t *elr_spsr)
{
    elr_spsr[1] |= SPSR_I | SPSR_F;
    if ((entry & DIFF_LEVEL) == 3) {
        uint64_t scr = read_special("scr_el3");
        write_special("scr_el3", scr & ~(uint64_t)(SCR_IRQ | SCR_FIQ));
        isb();
    } else if ((entry & DIFF_LEVEL) == 2 && (elr_spsr[1] & SPSR_LEVEL) == SPSR_EL1) {
        elr_spsr[0] = (uint64_t)(start_level == 2 ? lower_return : lower_exit);
        elr_spsr[1] = SPSR_DAIF | SPSR_EL2H;
    }
}

void take_interrupt(uint64_t entry, uint64_t *elr_spsr)
{
    struct pe *pe = &pes[self()];
    const diff_step *step = pe->step;
    /* What is routed to EL3 is taken from the levels below whatever they mask: in any step. */
    uint64_t how = step->op == DIFF_WINDOW ? step->value : 0;
    unsigned group = (entry & FIQ_ENTRY) ? 0 : 1;
    uint64_t before = pe->esr;
    pe->esr = 0;
    uint64_t intid = acknowledge(&group);
    bool nothing = pe->esr != 0 || is_special(intid);
    uint64_t rpr, hppir0, hppir1;
    look(group, &rpr, &hppir0, &hppir1);
    entry |= is_virtual(group) ? DIFF_ENTRY_GUEST : 0;
    uint64_t record[] = {
        (uint64_t)(step - program.step), self(), entry, pe->esr, intid, rpr, hppir0, hppir1};
    log_record(DIFF_RECORD_INTERRUPT, 8, record);
    if (++pe->taken >= DIFF_WINDOW_LIMIT || nothing) {
        mask_interrupts(entry, elr_spsr);
    }
    if ((how & DIFF_TAKE_RAISE) && !pe->raised) {
        pe->raised = 1;
        memory_write(step->address, 4, step->data[0]);
        isb();
    }
    /* A GICv2 wants them ended in the order in which they were acknowledged, from the last one. */
    struct memories *m = &pe->memories[is_virtual(group)];
    if (program.gicv2 && !nothing) {
        remember(m->acknowledged_as, &m->acknowledged, intid, group);
    }
    if ((how & DIFF_TAKE_NEST) && pe->taken < DIFF_WINDOW_LIMIT && !nothing) {
        nest();
    }
    if (!nothing && (!program.gicv2 || (how & DIFF_TAKE_EOI))) {
        m->acknowledged -= program.gicv2;
        end_interrupt(how, group, intid);
    }
    pe->esr = before;
}

static void window(const diff_step *step)
{
    struct pe *pe = &pes[self()];
    pe->taken = 0;
    pe->raised = 0;
    isb();
    if (step->value & DIFF_TAKE_IRQ) {
        __asm__ volatile("msr daifclr, #2" ::: "memory");
    }
    if (step->value & DIFF_TAKE_FIQ) {
        __asm__ volatile("msr daifclr, #1" ::: "memory");
    }
    for (unsigned i = 0; i < 2 * DIFF_WINDOW_LIMIT; i++) {
        isb();
    }
    __asm__ volatile("msr daifset, #3" ::: "memory");
    isb();
    pe->result = pe->taken;
}

/* ---- steps ---------------------------------------------------------------------------------- */

static void command(const diff_step *step)
{
    for (unsigned i = 0; i < 4; i++) {
        memory_write(step->address + 8 * i, 8, step->data[i]);
    }
    memory_write(GITS_CWRITER, 8, step->value);
    pes[self()].result = memory_read(GITS_CREADR, 8);
}

static void sweep(const diff_step *step)
{
    for (uint64_t i = 0; i < step->value; i++) {
        uint64_t value = memory_read(step->address + i * step->width, step->width);
        if (value != 0) {
            uint64_t record[] = {(uint64_t)(step - program.step), i, value};
            log_record(DIFF_RECORD_SWEEP, 3, record);
        }
    }
}

static void ack(const diff_step *step)
{
    struct pe *pe = &pes[self()];
    unsigned group = step->value != 0;
    pe->result = acknowledge(&group);
    if (pe->esr == 0 && !is_special(pe->result)) {
        struct memories *m = &pe->memories[is_virtual(group)];
        remember(m->acknowledged_as, &m->acknowledged, pe->result, group);
    }
}

static void end_last(const diff_step *step)
{
    struct pe *pe = &pes[self()];
    struct memories *m = memories_here();
    bool guests = m != pe->memories;
    const struct memory *top = m->acknowledged ? &m->acknowledged_as[m->acknowledged - 1] : NULL;
    bool mine = !program.gicv2 || (step->value & DIFF_TAKE_CROSS) ||
                (top && top->nonsecure == is_nonsecure());
    if (top && mine && is_virtual(top->group) == guests) {
        struct memory last = m->acknowledged_as[--m->acknowledged];
        pe->result = DIFF_ENDED | last.intid;
        end_interrupt(step->value | DIFF_TAKE_EOI, last.group, last.intid);
    }
}

static void deactivate_dropped(void)
{
    struct memories *m = memories_here();
    if (m->dropped > 0) {
        uint64_t intid = m->dropped_as[0].intid;
        unsigned group = is_virtual(0) ? 0 : 1;
        pes[self()].result = DIFF_ENDED | intid;
        m->dropped--;
        for (uint32_t i = 0; i < m->dropped; i++) {
            m->dropped_as[i] = m->dropped_as[i + 1];
        }
        write_dir(group, intid);
    }
}

/** Executes a step at the level where it belongs. */
static void execute(const diff_step *step)
{
    struct pe *pe = &pes[self()];
    switch (step->op) {
    case DIFF_READ:
        pe->result = memory_read(step->address, step->width);
        break;
    case DIFF_WRITE:
        memory_write(step->address, step->width, step->value);
        break;
    case DIFF_MRS:
        pe->result = sysreg_read(step->address);
        break;
    case DIFF_MSR:
        sysreg_write(step->address, step->value);
        break;
    case DIFF_WINDOW:
        window(step);
        break;
    case DIFF_COMMAND:
        command(step);
        break;
    case DIFF_SWEEP:
        sweep(step);
        break;
    case DIFF_ACK:
        ack(step);
        break;
    case DIFF_END:
        end_last(step);
        break;
    case DIFF_DROPPED:
        deactivate_dropped();
        break;
    default:
        break;
    }
    dsb();
    isb();
    if (pe->routing) {
        pe->guest_isr = read_special("isr_el1");
    }
}

static void set_scr(unsigned world)
{
    uint64_t scr = SCR_RES1_RW;
    scr |= (world & DIFF_NS) ? SCR_NS : 0;
    scr |= (world & DIFF_FIQ) ? SCR_FIQ : 0;
    scr |= (world & DIFF_IRQ) ? SCR_IRQ : 0;
    write_special("scr_el3", scr);
    isb();
}

/** HCR_EL2.IMO and FMO. They mean nothing in Secure state, and at EL2 nothing for registers. */
static void set_hcr(struct pe *pe, unsigned world)
{
    bool guest = start_level == 2 || (world & DIFF_NS);
    pe->routing = guest ? world & (DIFF_IMO | DIFF_FMO) : 0;
    write_special("hcr_el2",
                  HCR_RW | ((world & DIFF_IMO) ? HCR_IMO : 0) | ((world & DIFF_FMO) ? HCR_FMO : 0));
    isb();
}

/** Executes a step at its level: the highest one calls itself what is its own. */
static void go_down(struct pe *pe, const diff_step *step)
{
    unsigned level = step->world & DIFF_LEVEL;
    if (level >= start_level) {
        execute(step);
    } else {
        uint64_t mode = level == 2 ? SPSR_EL2H : SPSR_EL1H;
        lower(execute, step, SPSR_DAIF | mode, (uint64_t)(lower_stacks + pe->number + 1));
    }
}

/** Whether the virtual interface is logged after the step. */
static bool shows_virtual(const diff_step *step)
{
    bool hypervisor = (step->op == DIFF_MSR || step->op == DIFF_MRS) &&
                      step->address >= DIFF_ICH_AP0R0_EL2 && step->address <= DIFF_ICH_LR15_EL2;
    bool frame = program.gicv2 && (step->op == DIFF_READ || step->op == DIFF_WRITE) &&
                 step->address - DIFF_GICH < DIFF_GICV - DIFF_GICH + 0x2000;
    return program.el2 && (hypervisor || frame || (step->world & (DIFF_IMO | DIFF_FMO)));
}

static uint64_t gich(uint32_t offset)
{
    return memory_read(DIFF_GICH + offset, 4);
}

static void log_gich(const struct pe *pe, const diff_step *step)
{
    uint64_t record[] = {(uint64_t)(step - program.step),
                         pe->number,
                         pe->guest_isr,
                         gich(GICH_HCR),
                         gich(GICH_MISR),
                         gich(GICH_VMCR),
                         gich(GICH_APR),
                         gich(GICH_ELRSR) | gich(GICH_EISR) << 32,
                         gich(GICH_LR),
                         gich(GICH_LR + 4),
                         gich(GICH_LR + 8),
                         gich(GICH_LR + 12)};
    log_record(DIFF_RECORD_VIRTUAL, 12, record);
}

static void log_virtual(const struct pe *pe, const diff_step *step)
{
    uint64_t record[] = {(uint64_t)(step - program.step),
                         pe->number,
                         pe->guest_isr,
                         sysreg_read(DIFF_ICH_HCR_EL2),
                         sysreg_read(DIFF_ICH_MISR_EL2),
                         sysreg_read(DIFF_ICH_VMCR_EL2),
                         sysreg_read(DIFF_ICH_AP0R0_EL2),
                         sysreg_read(DIFF_ICH_AP1R0_EL2),
                         sysreg_read(DIFF_ICH_LR0_EL2),
                         sysreg_read(DIFF_ICH_LR1_EL2),
                         sysreg_read(DIFF_ICH_LR2_EL2),
                         sysreg_read(DIFF_ICH_LR3_EL2)};
    log_record(DIFF_RECORD_VIRTUAL, 12, record);
}

/** Executes a step in its world, and logs what it gave. */
static void run_step(struct pe *pe, const diff_step *step)
{
    pe->step = step;
    pe->esr = 0;
    pe->result = 0;
    pe->taken = 0;
    pe->guest_isr = 0;
    if (start_level == 3) {
        set_scr(step->world);
    }
    if (program.el2) {
        set_hcr(pe, step->world);
    }
    go_down(pe, step);
    if (program.el2) {
        set_hcr(pe, 0);
    }
    if (start_level == 3) {
        set_scr(0);
    }
    uint64_t exception = pe->esr;
    if (exception) {
        pe->result = 0;
    }
    uint64_t isr = read_special("isr_el1"), rpr, hppir0, hppir1;
    look(1, &rpr, &hppir0, &hppir1);
    uint64_t record[] = {(uint64_t)(step - program.step),
                         pe->number,
                         exception,
                         pe->result,
                         isr,
                         hppir0,
                         hppir1,
                         rpr};
    log_record(DIFF_RECORD_STEP, 8, record);
    if (shows_virtual(step)) {
        if (program.gicv2) {
            log_gich(pe, step);
        } else {
            log_virtual(pe, step);
        }
    }
}

static void wait_turn(uint32_t i)
{
    while (turn != i) {
        __asm__ volatile("wfe" ::: "memory");
    }
    dsb();
}

static void pass_turn(uint32_t i)
{
    dsb();
    turn = i;
    dsb();
    __asm__ volatile("sev" ::: "memory");
}

/** PSCI CPU_ON by HVC, or by SMC from EL2: the machine's firmware is behind it without EL3. */
static void start_others(void)
{
    for (uint64_t pe = 1; pe < program.pes; pe++) {
        register uint64_t x0 __asm__("x0") = PSCI_CPU_ON;
        register uint64_t x1 __asm__("x1") = pe;
        register uint64_t x2 __asm__("x2") = (uint64_t)_start;
        register uint64_t x3 __asm__("x3") = 0;
        if (start_level == 2) {
            __asm__ volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"memory");
        } else {
            __asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"memory");
        }
    }
}

void interpreter(uint64_t number, uint64_t level)
{
    struct pe *pe = &pes[number];
    pe->number = (uint32_t)number;
    if (number == 0) {
        start_level = level;
        open_uart();
        if (level != 3) {
            start_others();
        }
    }
    for (uint32_t i = 0; i < program.steps; i++) {
        if (program.step[i].pe == number) {
            wait_turn(i);
            run_step(pe, &program.step[i]);
            pass_turn(i + 1);
        }
    }
    if (number == 0) {
        wait_turn(program.steps);
        print_log();
        exit_guest(0);
    }
}
