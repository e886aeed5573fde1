/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walking the tables: from DeviceID, EventID and ICID to an LPI and its PE, by the caches or by
 * memory. What is read from memory is untrusted: an entry that names what cannot be is reported and
 * counts as unmapped. The formats are in docs/its-tables.md.
 */
#include "its_state.h"

/* --- where entries are ------------------------------------------------------------------------ */

static unsigned its_entries_shift(const its_table *t)
{
    return t->page_shift - 3u;
}

/* With 64 KiB pages bits [15:12] of the register are bits [51:48] of the address. */
static uint64_t its_table_base(uint64_t baser, unsigned page_shift)
{
    if (page_shift < 16)
        return baser & GIC_FIELD_MASK(GITS_BASER, Physical_Address) & ~gic_mask(page_shift - 1u, 0);
    return (baser & GIC_FIELD_MASK(GITS_BASER, Address_47_16)) |
           GIC_GET(GITS_BASER, Address_51_48, baser) << 48;
}

static its_table its_describe(uint64_t baser)
{
    its_table t;
    t.page_shift = 12u + 2u * (unsigned)GIC_GET(GITS_BASER, Page_Size, baser);
    t.indirect = GIC_GET(GITS_BASER, Indirect, baser) != 0;
    t.base = its_table_base(baser, t.page_shift);
    t.capacity = 0;
    if (GIC_GET(GITS_BASER, Valid, baser))
        t.capacity = (GIC_GET(GITS_BASER, Size, baser) + 1u) << its_entries_shift(&t);
    if (t.indirect)
        t.capacity <<= its_entries_shift(&t);
    return t;
}

void its_derive_tables(its *s)
{
    unsigned table;
    for (table = 0; table < ITS_TABLES; table++)
        s->table[table] = its_describe(s->arch->baser[table]);
}

bool its_device_in_range(const its *s, uint32_t device)
{
    unsigned bits = s->config.its.device_bits;
    return ((uint64_t)device >> bits == 0 || GIC_FAULT("T-08")) &&
           (device < s->table[ITS_TABLE_DEVICE].capacity || GIC_FAULT("peer-gem5-2b"));
}

/* The first HCC collections are held, the others are in the table from its first entry on. */
bool its_collection_in_range(const its *s, uint32_t icid)
{
    uint32_t held = s->config.its.hcc;
    if (icid >> s->config.its.collection_bits != 0)
        return false;
    return icid < held || icid - held < s->table[ITS_TABLE_COLLECTION].capacity;
}

/*
 * Address of entry @p index, by way of level 1 where there is one (T-17). ITS_FAIL, with no error
 * set, means that level 1 has no page for it.
 */
static its_result its_locate(its *s, its_row *row, unsigned table, uint32_t index,
                             const uint64_t *data, uint64_t *address)
{
    const its_table *t = &s->table[table];
    unsigned shift = its_entries_shift(t);
    if (!t->indirect) {
        *address = t->base + (uint64_t)index * ITS_ENTRY_SIZE;
        return ITS_NEXT;
    }
    if (row->sub == ITS_FRESH) {
        row->sub = ITS_LEVEL1;
        its_ask(s, row, GIC_MEMORY_READ, t->base + (uint64_t)(index >> shift) * ITS_ENTRY_SIZE,
                ITS_ENTRY_SIZE);
        return ITS_WAIT;
    }
    if (!GIC_GET(ITS_L1, Valid, data[0]) && !GIC_FAULT("T-17"))
        return ITS_FAIL;
    *address =
        (data[0] & GIC_FIELD_MASK(ITS_L1, Physical_Address) & ~gic_mask(t->page_shift - 1u, 0)) +
        (uint64_t)(index & (uint32_t)gic_mask(shift - 1u, 0)) * ITS_ENTRY_SIZE;
    return ITS_NEXT;
}

/* --- caches ----------------------------------------------------------------------------------- */

static bool its_look_up(its *s, its_row *row, unsigned cache, uint64_t key, uint64_t *value)
{
    its_cache_entry *e = its_cache_find(&s->cache[cache], key);
    row->lookups++;
    if (!e) {
        s->arch->stats.misses[cache]++;
        return false;
    }
    s->arch->stats.hits[cache]++;
    its_cache_touch(&s->cache[cache], e);
    *value = e->value;
    return true;
}

static void its_fill(its *s, unsigned cache, uint64_t key, uint64_t value)
{
    if (its_cache_put(&s->cache[cache], key, value))
        s->arch->stats.evictions[cache]++;
}

static uint64_t its_event_key(const its_row *row)
{
    return (uint64_t)row->device << 32 | row->event;
}

static its_result its_malformed(its *s, its_row *row, its_error error)
{
    its_bad_table(s, row->address);
    return its_failed(row, error);
}

/* --- device ----------------------------------------------------------------------------------- */

static its_result its_use_device(its_row *row)
{
    if (GIC_FAULT("peer-gem5-1") && row->event > UINT64_C(1) << GIC_GET(ITS_DTE, Size, row->dte))
        return its_failed(row, ITS_ID_OOR);
    if ((uint64_t)row->event >> (GIC_GET(ITS_DTE, Size, row->dte) + 1u) != 0)
        return its_failed(row, ITS_ID_OOR);
    return ITS_NEXT;
}

static its_result its_read_device(its *s, its_row *row, uint64_t dte)
{
    if (!GIC_GET(ITS_DTE, Valid, dte))
        return its_failed(row, ITS_UNMAPPED_DEVICE);
    if (GIC_GET(ITS_DTE, Size, dte) >= s->config.its.event_bits)
        return its_malformed(s, row, ITS_UNMAPPED_DEVICE);
    row->dte = dte;
    its_fill(s, ITS_CACHE_DEVICE, GIC_FAULT("T-22") ? row->device & 0xFFFFu : row->device, dte);
    return its_use_device(row);
}

its_result its_step_device(its *s, its_row *row, const uint64_t *data)
{
    uint64_t address = 0;
    its_result found;
    if (row->sub == ITS_ENTRY)
        return its_read_device(s, row, data[0]);
    if (row->sub == ITS_FRESH) {
        if (!its_device_in_range(s, row->device))
            return its_failed(row, ITS_DEVICE_OOR);
        if (its_look_up(s, row, ITS_CACHE_DEVICE,
                        GIC_FAULT("T-22") ? row->device & 0xFFFFu : row->device, &row->dte))
            return its_use_device(row);
    }
    found = its_locate(s, row, ITS_TABLE_DEVICE, row->device, data, &address);
    if (found == ITS_FAIL)
        return its_failed(row, ITS_UNMAPPED_DEVICE);
    if (found == ITS_NEXT) {
        row->sub = ITS_ENTRY;
        its_ask(s, row, GIC_MEMORY_READ, address, ITS_ENTRY_SIZE);
    }
    return ITS_WAIT;
}

static its_result its_device_written(its *s, its_row *row)
{
    if (!GIC_FAULT("T-09"))
        its_cache_drop_high(&s->cache[ITS_CACHE_ITT], row->device);
    if (row->valid)
        its_fill(s, ITS_CACHE_DEVICE, row->device, row->dte);
    else
        its_cache_drop(&s->cache[ITS_CACHE_DEVICE], row->device);
    return ITS_NEXT;
}

/* A row stores once; the second doubleword of an event's entry stays zero. */
static void its_store(its_row *row, uint64_t word)
{
    unsigned i;
    for (i = 0; i < 8; i++)
        row->data[i] = (uint8_t)(word >> (8u * i));
}

/* MAPD. Where level 1 has no page there is nothing to unmap, and nowhere to map. */
its_result its_step_write_device(its *s, its_row *row, const uint64_t *data)
{
    uint64_t address = 0;
    its_result found;
    if (row->sub == ITS_WRITTEN)
        return its_device_written(s, row);
    found = its_locate(s, row, ITS_TABLE_DEVICE, row->device, data, &address);
    if (found == ITS_FAIL)
        return row->valid ? its_failed(row, ITS_DEVICE_OOR) : its_device_written(s, row);
    if (found == ITS_NEXT) {
        its_store(row, row->valid ? row->dte : 0);
        row->sub = ITS_WRITTEN;
        its_ask(s, row, GIC_MEMORY_WRITE, address, ITS_ENTRY_SIZE);
    }
    return ITS_WAIT;
}

/* --- event ------------------------------------------------------------------------------------ */

static uint64_t its_event_address(const its_row *row)
{
    return (row->dte & GIC_FIELD_MASK(ITS_DTE, ITT_addr)) + (uint64_t)row->event * ITS_ITE_SIZE;
}

static its_result its_use_event(its_row *row, uint64_t ite)
{
    row->intid = (uint32_t)GIC_GET(ITS_ITE, INTID, ite);
    row->icid = (uint16_t)GIC_GET(ITS_ITE, ICID, ite);
    return ITS_NEXT;
}

its_result its_step_event(its *s, its_row *row, const uint64_t *data)
{
    uint64_t ite;
    if (row->sub == ITS_FRESH) {
        if (its_look_up(s, row, ITS_CACHE_ITT, its_event_key(row), &ite))
            return its_use_event(row, ite);
        row->sub = ITS_ENTRY;
        its_ask(s, row, GIC_MEMORY_READ, its_event_address(row), ITS_ITE_SIZE);
        return ITS_WAIT;
    }
    ite = data[0];
    if (!GIC_GET(ITS_ITE, Valid, ite))
        return its_failed(row, ITS_UNMAPPED_INTERRUPT);
    if (GIC_GET(ITS_ITE, INTID, ite) < GIC_INTID_LPI_FIRST ||
        GIC_GET(ITS_ITE, INTID, ite) >= s->intid_end)
        return its_malformed(s, row, ITS_UNMAPPED_INTERRUPT);
    its_fill(s, ITS_CACHE_ITT, its_event_key(row), ite);
    return its_use_event(row, ite);
}

/* MAPTI, MAPI, MOVI: what is mapped already is replaced (ID-T06). */
its_result its_step_write_event(its *s, its_row *row, const uint64_t *data)
{
    uint64_t ite = GIC_MAKE(ITS_ITE, Valid, 1);
    (void)data;
    ite = GIC_PUT(ITS_ITE, ICID, ite, row->icid);
    ite = GIC_PUT(ITS_ITE, INTID, ite, row->intid);
    if (row->sub == ITS_WRITTEN) {
        its_fill(s, ITS_CACHE_ITT, its_event_key(row), ite);
        return ITS_NEXT;
    }
    its_store(row, ite);
    row->sub = ITS_WRITTEN;
    its_ask(s, row, GIC_MEMORY_WRITE, its_event_address(row), ITS_ITE_SIZE);
    return ITS_WAIT;
}

/* DISCARD. */
its_result its_step_clear_event(its *s, its_row *row, const uint64_t *data)
{
    (void)data;
    if (row->sub == ITS_WRITTEN) {
        if (!GIC_FAULT("T-14"))
            its_cache_drop(&s->cache[ITS_CACHE_ITT], its_event_key(row));
        return ITS_NEXT;
    }
    row->sub = ITS_WRITTEN; /* a row stores zeros where its_store() has not said what */
    its_ask(s, row, GIC_MEMORY_WRITE, its_event_address(row), ITS_ITE_SIZE);
    return ITS_WAIT;
}

/* --- collection ------------------------------------------------------------------------------- */

static its_result its_use_collection(its_row *row, uint64_t cte)
{
    row->pe = (uint16_t)GIC_GET(ITS_CTE, Processor_Number, cte);
    row->mapped = true;
    return ITS_NEXT;
}

static its_result its_read_collection(its *s, its_row *row, uint64_t cte)
{
    if (!GIC_GET(ITS_CTE, Valid, cte))
        return its_failed(row, ITS_UNMAPPED_COLLECTION);
    if (GIC_GET(ITS_CTE, Processor_Number, cte) >= s->config.pe_count)
        return its_malformed(s, row, ITS_UNMAPPED_COLLECTION);
    its_fill(s, ITS_CACHE_COLLECTION, row->icid, cte);
    return its_use_collection(row, cte);
}

/* Without memory: ITS_NEXT or ITS_FAIL; ITS_WAIT when the table has to be read. */
static its_result its_begin_collection(its *s, its_row *row)
{
    uint64_t cte;
    if (!its_collection_in_range(s, row->icid))
        return its_failed(row, ITS_COLLECTION_OOR);
    if (row->icid < s->config.its.hcc) {
        row->lookups++;
        cte = s->held[row->icid];
        return GIC_GET(ITS_CTE, Valid, cte) ? its_use_collection(row, cte)
                                            : its_failed(row, ITS_UNMAPPED_COLLECTION);
    }
    if (its_look_up(s, row, ITS_CACHE_COLLECTION, row->icid, &cte))
        return its_use_collection(row, cte);
    return ITS_WAIT;
}

its_result its_step_collection(its *s, its_row *row, const uint64_t *data)
{
    uint64_t address = 0;
    its_result found;
    if (row->sub == ITS_ENTRY)
        return its_read_collection(s, row, data[0]);
    if (row->sub == ITS_FRESH) {
        if (row->plan == ITS_PLAN_MSI && its_collection_blocked(s, row->icid)) {
            row->wait = ITS_WAIT_HAZARD;
            return ITS_WAIT;
        }
        found = its_begin_collection(s, row);
        if (found != ITS_WAIT)
            return found;
    }
    found = its_locate(s, row, ITS_TABLE_COLLECTION, row->icid - (uint32_t)s->config.its.hcc, data,
                       &address);
    if (found == ITS_FAIL)
        return its_failed(row, ITS_UNMAPPED_COLLECTION);
    if (found == ITS_NEXT) {
        row->sub = ITS_ENTRY;
        its_ask(s, row, GIC_MEMORY_READ, address, ITS_ENTRY_SIZE);
    }
    return ITS_WAIT;
}

/* DISCARD: where the collection is not mapped nothing can be pending by it. */
its_result its_step_old_collection(its *s, its_row *row, const uint64_t *data)
{
    its_result result = its_step_collection(s, row, data);
    if (result != ITS_FAIL)
        return result;
    row->error = ITS_OK;
    return ITS_NEXT;
}

/* MOVI, after the old collection: leaves the old PE in `pe` and the new one in `target`. */
its_result its_step_new_collection(its *s, its_row *row, const uint64_t *data)
{
    its_result result;
    if (row->sub == ITS_FRESH) {
        row->icid = row->icid_to;
        row->target = row->pe;
    }
    result = its_step_collection(s, row, data);
    if (result == ITS_NEXT) {
        uint16_t pe = row->pe;
        row->pe = row->target;
        row->target = pe;
    }
    return result;
}

static its_result its_collection_written(its *s, its_row *row, uint64_t cte)
{
    if (row->valid)
        its_fill(s, ITS_CACHE_COLLECTION, row->icid, cte);
    else
        its_cache_drop(&s->cache[ITS_CACHE_COLLECTION], row->icid);
    return ITS_NEXT;
}

/* MAPC. Entries name the PE by its processor number, however RDbase does (ID-T07). */
its_result its_step_write_collection(its *s, its_row *row, const uint64_t *data)
{
    uint64_t cte = 0;
    uint64_t address = 0;
    its_result found;
    if (row->valid)
        cte = GIC_PUT(ITS_CTE, Processor_Number, GIC_MAKE(ITS_CTE, Valid, 1), row->pe);
    if (row->icid < s->config.its.hcc) {
        s->held[row->icid] = cte;
        return ITS_NEXT;
    }
    if (row->sub == ITS_WRITTEN)
        return its_collection_written(s, row, cte);
    found = its_locate(s, row, ITS_TABLE_COLLECTION, row->icid - (uint32_t)s->config.its.hcc, data,
                       &address);
    if (found == ITS_FAIL)
        return row->valid ? its_failed(row, ITS_COLLECTION_OOR) : its_collection_written(s, row, 0);
    if (found == ITS_NEXT) {
        its_store(row, cte);
        row->sub = ITS_WRITTEN;
        its_ask(s, row, GIC_MEMORY_WRITE, address, ITS_ENTRY_SIZE);
    }
    return ITS_WAIT;
}
