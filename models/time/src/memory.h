/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation with a type. */
#ifndef GICTIME_MEMORY_H
#define GICTIME_MEMORY_H

#include <stdlib.h>

/** @p count zeroed objects of @p type, or NULL; for free(). */
#define GICTIME_NEW(type, count) ((type *)calloc((count), sizeof(type)))

#endif
