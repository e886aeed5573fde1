/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kvmrun: runs a bare-metal program of this room in a virtual machine of KVM with the kernel's own
 * GIC, and makes the interrupts that it asks for (fw/kvm_device.h). A static program, so that an
 * initial RAM disk needs nothing else.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fw/board.h"
#include "fw/kvm_device.h"
#include "tree.h"
#include "vm.h"

enum {
    UART_DR = 0x00,
    UART_FR = 0x18,
    UART_FR_EMPTY = 0x90, /* transmit and receive FIFOs empty */
    UART_SIZE = 0x1000,
    QUEUE = 64,          /* requests that wait for their time */
    DEFAULT_SECONDS = 60 /* of the host's clock */
};

static const char usage_text[] =
    "Runs a bare-metal program in a virtual machine of KVM.\n"
    "\n"
    "Usage: kvmrun [OPTION...] PROGRAM.elf\n"
    "\n"
    "  --vcpus N      virtual CPUs, 1 to 8 (default 1)\n"
    "  --gic 2|3      version of the guest's GIC (default 3)\n"
    "  --append TEXT  boot arguments\n"
    "  --seconds N    give up after that long (default 60)\n"
    "\n"
    "Exit status: what the guest said, 1 failed, 2 bad usage, 3 not done in time.\n";

typedef struct options {
    unsigned vcpus, gic_version, seconds;
    const char *append, *program;
} options;

/* A request of the guest. */
typedef struct request {
    uint32_t offset, value, delay_us;
} request;

static struct {
    vm machine;
    atomic_uint delay_us, done, resampled, status;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    request queue[QUEUE];
    unsigned head, tail;
} launcher = {.lock = PTHREAD_MUTEX_INITIALIZER, .filled = PTHREAD_COND_INITIALIZER};

/* ---- the device ------------------------------------------------------------------------------ */

static void carry_out(const request *r)
{
    const vm *m = &launcher.machine;

    switch (r->offset) {
    case KVM_DEVICE_RAISE:
        vm_line(m, r->value, true);
        break;
    case KVM_DEVICE_LOWER:
        vm_line(m, r->value, false);
        break;
    case KVM_DEVICE_EDGE:
        vm_signal(m, VM_FD_EDGE);
        break;
    case KVM_DEVICE_LEVEL:
        vm_signal(m, VM_FD_LEVEL);
        break;
    case KVM_DEVICE_MSI:
        vm_msi(m, r->value);
        break;
    case KVM_DEVICE_MSI_FD:
        vm_signal(m, VM_FD_MSI);
        break;
    default:
        return;
    }
    atomic_fetch_add(&launcher.done, 1);
}

/* Carries out what has to wait, in the order in which it came. */
static void *requests_thread(void *unused)
{
    (void)unused;
    for (;;) {
        request r;

        pthread_mutex_lock(&launcher.lock);
        while (launcher.head == launcher.tail)
            pthread_cond_wait(&launcher.filled, &launcher.lock);
        r = launcher.queue[launcher.head++ % QUEUE];
        pthread_mutex_unlock(&launcher.lock);
        (void)usleep(r.delay_us);
        carry_out(&r);
    }
    return NULL;
}

/* Counts the ends of the level-sensitive interrupt. */
static void *resample_thread(void *unused)
{
    (void)unused;
    for (;;) {
        uint64_t ends = 0;

        if (read(launcher.machine.resample, &ends, sizeof ends) == (ssize_t)sizeof ends)
            atomic_fetch_add(&launcher.resampled, (unsigned)ends);
        else if (errno != EINTR)
            vm_fail("resample eventfd");
    }
    return NULL;
}

static void postpone(request r)
{
    pthread_mutex_lock(&launcher.lock);
    if (launcher.tail - launcher.head == QUEUE) {
        (void)fprintf(stderr, "kvmrun: more than %d requests wait\n", QUEUE);
        exit(1);
    }
    launcher.queue[launcher.tail++ % QUEUE] = r;
    pthread_cond_signal(&launcher.filled);
    pthread_mutex_unlock(&launcher.lock);
}

static uint32_t device_read(uint32_t offset)
{
    switch (offset) {
    case KVM_DEVICE_DELAY:
        return atomic_load(&launcher.delay_us);
    case KVM_DEVICE_REQUESTS:
        return atomic_load(&launcher.done);
    case KVM_DEVICE_RESAMPLE:
        return atomic_load(&launcher.resampled);
    case KVM_DEVICE_VCPUS:
        return launcher.machine.vcpus;
    default:
        return 0;
    }
}

static void device_write(uint32_t offset, uint32_t value)
{
    const request r = {offset, value, atomic_load(&launcher.delay_us)};

    if (offset == KVM_DEVICE_DELAY)
        atomic_store(&launcher.delay_us, value);
    else if (offset == KVM_DEVICE_EXIT)
        atomic_store(&launcher.status, value);
    else if (r.delay_us != 0 && offset != KVM_DEVICE_LOWER)
        postpone(r);
    else
        carry_out(&r);
}

/* ---- virtual CPUs ---------------------------------------------------------------------------- */

/* The PL011, as far as polled output needs one; further devices read zero and ignore writes. */
static uint32_t mmio_read(uint64_t address)
{
    if (address == BOARD_UART0_BASE + UART_FR)
        return UART_FR_EMPTY;
    if (address - BOARD_STIMULUS_BASE < KVM_DEVICE_SIZE)
        return device_read((uint32_t)(address - BOARD_STIMULUS_BASE));
    return 0;
}

static void mmio_write(uint64_t address, uint32_t value)
{
    if (address == BOARD_UART0_BASE + UART_DR)
        (void)putchar((int)(value & 0xffu));
    else if (address - BOARD_STIMULUS_BASE < KVM_DEVICE_SIZE)
        device_write((uint32_t)(address - BOARD_STIMULUS_BASE), value);
}

static void mmio(struct kvm_run *run)
{
    uint32_t value = 0;

    if (run->mmio.is_write) {
        memcpy(&value, run->mmio.data, run->mmio.len < sizeof value ? run->mmio.len : sizeof value);
        mmio_write(run->mmio.phys_addr, value);
        return;
    }
    value = mmio_read(run->mmio.phys_addr);
    memset(run->mmio.data, 0, sizeof run->mmio.data);
    memcpy(run->mmio.data, &value, sizeof value);
}

_Noreturn static void end(int status)
{
    (void)fflush(stdout);
    _exit(status);
}

static void *vcpu_thread(void *number)
{
    const unsigned n = (unsigned)(uintptr_t)number;
    struct kvm_run *run = launcher.machine.run[n];

    for (;;) {
        if (ioctl(launcher.machine.vcpu[n], KVM_RUN, 0UL) < 0 && errno != EINTR && errno != EAGAIN)
            vm_fail("KVM_RUN");
        if (run->exit_reason == KVM_EXIT_MMIO)
            mmio(run);
        else if (run->exit_reason == KVM_EXIT_SYSTEM_EVENT)
            end((int)(atomic_load(&launcher.status) & 0xffu));
        else if (run->exit_reason != KVM_EXIT_INTR) {
            (void)fprintf(stderr, "kvmrun: vCPU %u: unexpected exit %u\n", n, run->exit_reason);
            end(1);
        }
    }
    return NULL;
}

/* ---- the program ----------------------------------------------------------------------------- */

static _Noreturn void bad_program(const char *path, const char *why)
{
    (void)fprintf(stderr, "kvmrun: %s: %s\n", path, why);
    exit(2);
}

/* The whole file, read-only. */
static const uint8_t *map_file(const char *path, size_t *size)
{
    struct stat status;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    void *at;

    if (fd < 0 || fstat(fd, &status) != 0)
        bad_program(path, strerror(errno));
    *size = (size_t)status.st_size;
    at = *size != 0 ? mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    if (at == MAP_FAILED)
        bad_program(path, "cannot be read");
    (void)close(fd);
    return (const uint8_t *)at;
}

static bool load_segment(const Elf64_Phdr *p, const uint8_t *file, size_t size)
{
    const uint64_t at = p->p_paddr - BOARD_RAM_BASE;

    if (p->p_paddr < BOARD_RAM_BASE || p->p_memsz > VM_RAM_BYTES ||
        at > VM_RAM_BYTES - p->p_memsz || p->p_filesz > p->p_memsz || p->p_offset > size ||
        p->p_filesz > size - p->p_offset)
        return false;
    memcpy(launcher.machine.ram + at, file + p->p_offset, p->p_filesz);
    return true;
}

/* Loads an A64 executable. @return its entry. */
static uint64_t load_elf(const char *path)
{
    size_t size;
    const uint8_t *file = map_file(path, &size);
    Elf64_Ehdr head;
    Elf64_Phdr p;

    memset(&head, 0, sizeof head);
    memcpy(&head, file, size < sizeof head ? size : sizeof head);
    if (memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_machine != EM_AARCH64 ||
        head.e_phentsize != sizeof p || head.e_phoff > size ||
        head.e_phnum > (size - head.e_phoff) / sizeof p)
        bad_program(path, "is no A64 program");
    for (unsigned n = 0; n < head.e_phnum; n++) {
        memcpy(&p, file + head.e_phoff + n * sizeof p, sizeof p);
        if (p.p_type == PT_LOAD && !load_segment(&p, file, size))
            bad_program(path, "does not fit into the guest's memory");
    }
    return head.e_entry;
}

/* ---- options --------------------------------------------------------------------------------- */

static _Noreturn void bad_option(const char *option, const char *right)
{
    (void)fprintf(stderr, "kvmrun: %s: %s; see --help\n", option, right);
    exit(2);
}

static unsigned number(const char *option, const char *text, unsigned least, unsigned most)
{
    char *stop = NULL;
    const unsigned long value = text ? strtoul(text, &stop, 10) : 0;

    if (!text || *text < '0' || *text > '9' || *stop != '\0' || value < least || value > most) {
        (void)fprintf(stderr, "kvmrun: %s: a number from %u to %u is needed\n", option, least,
                      most);
        exit(2);
    }
    return (unsigned)value;
}

static void parse(options *o, int argc, char **argv)
{
    *o = (options){.vcpus = 1, .gic_version = 3, .seconds = DEFAULT_SECONDS, .append = ""};
    for (int n = 1; n < argc; n++) {
        const char *option = argv[n], *value = n + 1 < argc ? argv[n + 1] : NULL;

        if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0) {
            (void)fputs(usage_text, stdout);
            exit(0);
        }
        if (option[0] != '-') {
            o->program = option;
            continue;
        }
        n++;
        if (strcmp(option, "--vcpus") == 0)
            o->vcpus = number(option, value, 1, VM_MAX_VCPUS);
        else if (strcmp(option, "--gic") == 0)
            o->gic_version = number(option, value, 2, 3);
        else if (strcmp(option, "--seconds") == 0)
            o->seconds = number(option, value, 1, 86400);
        else if (strcmp(option, "--append") == 0 && value)
            o->append = value;
        else
            bad_option(option, "no such option, or no value");
    }
    if (!o->program)
        bad_option("PROGRAM.elf", "no program given");
}

static void start_thread(void *(*function)(void *), void *argument)
{
    pthread_t thread;

    errno = pthread_create(&thread, NULL, function, argument);
    if (errno != 0)
        vm_fail("thread");
}

int main(int argc, char **argv)
{
    vm *m = &launcher.machine;
    options o;

    parse(&o, argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    vm_create(m, o.vcpus, o.gic_version);
    vm_start_at(m, load_elf(o.program));
    if (tree_write(m->ram, FW_IMAGE_BASE - BOARD_RAM_BASE, o.append, m->gic_version == 2,
                   m->has_its) == 0)
        bad_option("--append", "too long");
    start_thread(requests_thread, NULL);
    start_thread(resample_thread, NULL);
    for (unsigned n = 0; n < o.vcpus; n++)
        start_thread(vcpu_thread, (void *)(uintptr_t)n);
    (void)sleep(o.seconds);
    (void)fprintf(stderr, "kvmrun: not done after %u s\n", o.seconds);
    end(3);
}
