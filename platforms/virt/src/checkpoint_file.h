/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of a checkpoint: sections with a name, a version and a checksum (docs/platform.md).
 *
 * A writer goes through the sections one after the other; the file gets its name when it is whole.
 * A reader checks every byte before it gives out any.
 */
#ifndef VIRT_CHECKPOINT_FILE_H
#define VIRT_CHECKPOINT_FILE_H

#include <stdio.h>

#include "error.h"
#include "gictime/bytes.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    VP_CKPT_NAME = 24,      /**< Bytes of a section's name, the last one 0. */
    VP_CKPT_SECTIONS = 4096 /**< Sections of a file. */
};

/** A file that is being written. Zero-initialised it is closed. */
typedef struct vp_ckpt_writer {
    FILE *file;
    const char *path;
    char *part; /**< Name of the file until it is whole. */
    bool failed;
    uint32_t sections;
    char name[VP_CKPT_NAME]; /**< Of the open section ... */
    uint32_t version;
    uint64_t start;  /**< ... where its header stands ... */
    uint64_t length; /**< ... its bytes so far ... */
    uint64_t sum;    /**< ... and their checksum, without the last length % 8 ... */
    uint8_t rest[8]; /**< ... which are here. */
} vp_ckpt_writer;

/** Creates the file, which must be possible: PATH.part until it is closed, so that a file of that
 * name stays what it is until then. */
bool vp_ckpt_create(vp_ckpt_writer *w, const char *path, vp_error *error);
/** Begins a section. The one before must have been ended. */
void vp_ckpt_begin(vp_ckpt_writer *w, const char *name, uint32_t version);
/** Appends to the open section. */
void vp_ckpt_put(vp_ckpt_writer *w, const void *data, size_t size);
/** Ends the section. */
void vp_ckpt_end(vp_ckpt_writer *w);
/** A whole section at once; bytes that have failed make the file fail. */
void vp_ckpt_section(vp_ckpt_writer *w, const char *name, uint32_t version,
                     const gictime_bytes *bytes);
/** Completes and closes the file. @return false, with the reason, when it is not whole. */
bool vp_ckpt_close(vp_ckpt_writer *w, vp_error *error);
/** Closes and removes a file that nothing was saved to. */
void vp_ckpt_abandon(vp_ckpt_writer *w);

/** A section of a file that is being read. */
typedef struct vp_ckpt_section_info {
    char name[VP_CKPT_NAME];
    uint32_t version;
    bool used; /**< It has been asked for. */
    const uint8_t *data;
    uint64_t length;
} vp_ckpt_section_info;

/** A file that is being read. Zero-initialised it is closed. */
typedef struct vp_ckpt_reader {
    const char *path;
    const uint8_t *data;
    uint64_t size;
    uint32_t sections;
    vp_ckpt_section_info *section;
} vp_ckpt_reader;

/**
 * Opens a file and checks all of it: whole, of this format, every checksum right.
 * @return false with one line that says what is wrong.
 */
bool vp_ckpt_open(vp_ckpt_reader *r, const char *path, vp_error *error);
/** The section's content, which must be there in this version. */
bool vp_ckpt_find(vp_ckpt_reader *r, const char *name, uint32_t version, gictime_cursor *cursor,
                  vp_error *error);
/** A section's content did not fit: the line that says so; always false. */
bool vp_ckpt_refuse(const vp_ckpt_reader *r, const char *name, vp_error *error);
/** All sections have been asked for; another one belongs to something that is not there. */
bool vp_ckpt_all_used(const vp_ckpt_reader *r, vp_error *error);
/** Closes the file; what vp_ckpt_find() gave is no longer valid. */
void vp_ckpt_release(vp_ckpt_reader *r);

#ifdef __cplusplus
}
#endif

#endif
