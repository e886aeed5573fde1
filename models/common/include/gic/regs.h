/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Register frames as tables of rows.
 *
 * A frame is a sorted array of rows; a row is a register family (GICD_ISENABLER<n>), with what its
 * handlers need not check: widths, alignment, who may access it, which bits exist. The rows come
 * from one .def file per frame, the only source for offsets, dispatch, names, sweeps and
 * documentation. gic_frame_read() and gic_frame_write() are the one place that turns an honest
 * status into the architected answer (RAZ/WI) and an event.
 */
#ifndef GIC_REGS_H
#define GIC_REGS_H

#include "gic/access.h"
#include "gic/config.h"
#include "gic/outbox.h"

GIC_BEGIN_DECLS

/** Access widths of a row, as a set. The numbers are the sizes in bytes. */
enum { GIC_W8 = 1, GIC_W16 = 2, GIC_W32 = 4, GIC_W64 = 8 };

/** Flags of a row. */
enum {
    GIC_REG_RO = 1 << 0,     /**< Writes are ignored (event). */
    GIC_REG_WO = 1 << 1,     /**< Reads return zero (event). */
    GIC_REG_SECURE = 1 << 2, /**< RAZ/WI to Non-secure accesses while DS=0 (event). */
    GIC_REG_RAZ = 1 << 3     /**< Architected RAZ/WI in this model: no event. */
};

struct gic_reg_row;

/** What a handler gets: the access, and where in the family it landed. */
typedef struct gic_reg_access {
    const gic_access *access;
    const struct gic_reg_row *row;
    uint32_t offset; /**< Byte offset from the start of the family. */
    uint32_t intid;  /**< Rows with bits_per_intid: INTID of the lowest bit accessed. */
} gic_reg_access;

/** Read handler: return the value of `access->size` bytes at the offset in the low bits; it is 0
 * before. */
typedef gic_status gic_reg_read_fn(void *kernel, const gic_reg_access *access, uint64_t *value);
/** Write handler: @p value has the bytes written in the low bits, masked by the row. */
typedef gic_status gic_reg_write_fn(void *kernel, const gic_reg_access *access, uint64_t value);

/** One register family. */
typedef struct gic_reg_row {
    const char *name;
    uint32_t offset;         /**< From the start of the frame. */
    uint32_t span;           /**< Bytes. */
    uint32_t intid_base;     /**< bits_per_intid rows: INTID of bit 0 at `offset`. */
    uint8_t bits_per_intid;  /**< 0, 1, 2, 8 or 64. */
    uint8_t element;         /**< Bytes of one register of the family: 4 or 8. */
    uint8_t widths;          /**< Set of GIC_W*. */
    uint8_t flags;           /**< Set of GIC_REG_*. */
    gic_reg_read_fn *read;   /**< NULL: RAZ. */
    gic_reg_write_fn *write; /**< NULL: WI. */
    uint64_t reset;      /**< Value after reset where it is a constant (documentation, sweep). */
    uint64_t write_mask; /**< Bits that software can change, per element. */
} gic_reg_row;

/** Granularity of the dispatch index: one entry for so many bytes of a frame. */
enum { GIC_FRAME_GRANULE = 128 };

/** A frame: rows in ascending order of offset, and an index that finds a row in constant time. */
typedef struct gic_frame {
    const gic_reg_row *row;
    uint16_t row_count;
    uint32_t size;        /**< Bytes. */
    const uint8_t *index; /**< size / GIC_FRAME_GRANULE entries: first row that ends behind it. */
} gic_frame;

/** Fill @p index (frame size / GIC_FRAME_GRANULE bytes) for @p rows. At most 255 rows. */
void gic_frame_index(uint8_t *index, const gic_reg_row *rows, unsigned row_count, uint32_t size);

/** Row that covers @p offset, or NULL. Constant time. */
const gic_reg_row *gic_frame_find(const gic_frame *frame, uint32_t offset);

/** Where @p offset of the frame lands in the family @p row, which covers it. */
static inline gic_reg_access gic_frame_place(const gic_reg_row *row, const gic_access *access,
                                             uint32_t offset)
{
    gic_reg_access place;
    place.access = access;
    place.row = row;
    place.offset = offset - row->offset;
    place.intid = 0;
    /* Bits per INTID are a power of two: a shift, as a division would cost more than the access. */
    if (row->bits_per_intid)
        place.intid = row->intid_base + (place.offset * 8u >> gic_lowest_bit(row->bits_per_intid));
    return place;
}

/**
 * Whether reads of the family @p row need no decision of gic_frame_read() once width and alignment
 * are right: open to all, with a handler, whole registers. Such a handler leaves nothing in the
 * outbox, so that a wrapper may call it by itself (gic_assembly_frame_kernel()).
 */
static inline bool gic_reg_quick(const gic_reg_row *row)
{
    return row->read && (row->flags & (GIC_REG_WO | GIC_REG_SECURE)) == 0 &&
           row->span % row->element == 0 && row->offset % row->element == 0 &&
           row->widths < 2u * row->element;
}

/**
 * Policy of the frame, from the kernel: whether Secure-only rows are closed to Non-secure accesses
 * (two Security states and DS=0), what a bad size does, where events go.
 */
typedef struct gic_frame_policy {
    gic_outbox *outbox;
    uint16_t pe; /**< PE named in events. */
    bool secure_rows_closed;
    gic_bad_size bad_size;
} gic_frame_policy;

/**
 * Guest or debugger read of @p access->size bytes at @p offset.
 * @return GIC_OK with the architected value (zero for RAZ); GIC_BAD_SIZE only with
 * GIC_BAD_SIZE_ERROR; GIC_ADDRESS outside the frame. Never GIC_RESERVED.
 */
gic_status gic_frame_read(const gic_frame *frame, const gic_frame_policy *policy, void *kernel,
                          const gic_access *access, uint32_t offset, uint64_t *value);

/** Guest or debugger write; same answers as gic_frame_read(). */
gic_status gic_frame_write(const gic_frame *frame, const gic_frame_policy *policy, void *kernel,
                           const gic_access *access, uint32_t offset, uint64_t value);

/** Bit position of the access inside its element. */
static inline unsigned gic_reg_shift(const gic_reg_access *access)
{
    return (access->offset & (access->row->element - 1u)) * 8u;
}

/** Value of @p access bytes inside an element register whose whole value is @p whole. */
static inline uint64_t gic_reg_part(const gic_reg_access *access, uint64_t whole)
{
    if (access->access->size == access->row->element)
        return whole;
    return whole >> gic_reg_shift(access) & ~UINT64_C(0) >> (64u - 8u * access->access->size);
}

/** @p old with the accessed bytes of the element replaced by @p value, only in write_mask bits. */
uint64_t gic_reg_merge(const gic_reg_access *access, uint64_t old, uint64_t value);

GIC_END_DECLS

#endif
