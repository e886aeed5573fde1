/* SPDX-License-Identifier: Apache-2.0 */
#include "fw/tgen.h"

#define TGEN_PCI_DEVICE 0x0010

bool tgen_is(const struct pci_function *f)
{
    return f->device == TGEN_PCI_DEVICE && f->bar[0] != 0 &&
           read32(f->bar[0] + TGEN_ID) == TGEN_ID_VALUE;
}

void tgen_program(const struct pci_function *f, unsigned n, const struct tgen_stream *stream)
{
    uintptr_t at = f->bar[0] + TGEN_STREAM(n, 0);
    write32(at + TGEN_S_GO, 0);
    write32(at + TGEN_S_CTRL, stream->ctrl);
    write32(at + TGEN_S_COUNT, stream->count);
    write32(at + TGEN_S_FIRST, stream->first);
    write32(at + TGEN_S_VECTORS, stream->vectors);
    write32(at + TGEN_S_BURST, stream->burst);
    write64(at + TGEN_S_DELAY_NS, stream->delay_ns);
    write64(at + TGEN_S_PERIOD_NS, stream->period_ns);
    write64(at + TGEN_S_GAP_NS, stream->gap_ns);
    write64(at + TGEN_S_SEED, stream->seed);
}

bool tgen_start(const struct pci_function *f, uint32_t streams)
{
    bool good = true;
    write32(f->bar[0] + TGEN_START, streams);
    for (unsigned n = 0; n < 32; n++) {
        if (streams >> n & 1) {
            good = good && !(read32(f->bar[0] + TGEN_STREAM(n, TGEN_S_STATUS)) & TGEN_STATUS_ERROR);
        }
    }
    return good;
}

void tgen_stop(const struct pci_function *f, uint32_t streams)
{
    write32(f->bar[0] + TGEN_STOP, streams);
}
