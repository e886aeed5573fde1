/* SPDX-License-Identifier: Apache-2.0 */
/* The four functions that a freestanding environment has to supply (C11, 4p6; GCC relies on them).
 */
#ifndef GIC_MEM_H
#define GIC_MEM_H

#include "gic/defs.h"

#if defined(__STDC_HOSTED__) && __STDC_HOSTED__
#include <string.h>
#else
GIC_BEGIN_DECLS
void *memcpy(void *to, const void *from, size_t length);
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int byte, size_t length);
int memcmp(const void *a, const void *b, size_t length);
GIC_END_DECLS
#endif

#endif
