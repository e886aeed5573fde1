/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STREAM_IMAGE_H
#define STREAM_IMAGE_H

#include "stream.h"

/** Writes firmware and stream to @p path; false, with a message, when it cannot. */
bool image_write(const char *path, const char *firmware, const stream *s);

#endif
