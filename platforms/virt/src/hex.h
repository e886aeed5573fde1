/* SPDX-License-Identifier: Apache-2.0 */
/* Hexadecimal digits in text. */
#ifndef VIRT_HEX_H
#define VIRT_HEX_H

/** Value of the hexadecimal digit @p c, or -1 when it is none. */
static inline int vp_hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

#endif
