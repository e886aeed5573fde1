/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Code that is there for seeded faults (GIC_FAULT) only is left alone: what tests would see of it
 * is the fault, which scripts/check-plan switches on anyway.
 */
#include "mutants.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(mutant_list *list, const source *s, size_t first, size_t last, const char *kind,
                const char *text)
{
    const token *a = &s->tokens[first];
    const token *b = &s->tokens[last];
    mutant *m;
    if (list->count == list->room) {
        mutant *grown = (mutant *)realloc(list->items, (list->room * 2 + 256) * sizeof(mutant));
        if (!grown) {
            list->failed = true;
            return;
        }
        list->items = grown;
        list->room = list->room * 2 + 256;
    }
    m = &list->items[list->count++];
    memset(m, 0, sizeof(*m));
    m->in = s;
    m->kind = kind;
    m->offset = a->offset;
    m->length = b->offset + b->length - a->offset;
    m->line = a->line;
    m->function = a->function;
    snprintf(m->text, sizeof(m->text), "%s", text);
}

/* ---- operators ------------------------------------------------------------------------------- */

typedef struct exchange {
    const char *op;
    const char *to[2];
} exchange;

static const exchange exchanges[] = {
    {"==", {"!=", NULL}},   {"!=", {"==", NULL}},  {"<", {"<=", ">="}},  {"<=", {"<", ">"}},
    {">", {">=", "<="}},    {">=", {">", "<"}},    {"&&", {"||", NULL}}, {"||", {"&&", NULL}},
    {"+", {"-", NULL}},     {"-", {"+", NULL}},    {"&", {"|", NULL}},   {"|", {"&", NULL}},
    {"^", {"|", NULL}},     {"<<", {">>", NULL}},  {">>", {"<<", NULL}}, {"+=", {"-=", "="}},
    {"-=", {"+=", NULL}},   {"&=", {"|=", "="}},   {"|=", {"&=", "="}},  {"^=", {"|=", NULL}},
    {"<<=", {">>=", NULL}}, {">>=", {"<<=", NULL}}};

/* Whether the parenthesis that closes at @p i is a cast: nothing but a type. */
static bool closes_cast(const source *s, size_t i)
{
    size_t open = token_partner(s, i);
    size_t j;
    bool type = false;
    if (open == 0 || s->tokens[open - 1].kind == TOKEN_NAME)
        return false;
    for (j = open + 1; j < i; j++) {
        const token *t = &s->tokens[j];
        if (t->kind != TOKEN_NAME && !token_is(s, j, "*"))
            return false;
        type = type || token_is(s, j, "*") ||
               token_in(s, j, "int unsigned char bool size_t long") ||
               (t->length > 2 && memcmp(s->text + t->offset + t->length - 2, "_t", 2) == 0);
    }
    return type;
}

static bool ends_operand(const source *s, size_t i)
{
    if (token_is(s, i, ")"))
        return !closes_cast(s, i);
    return token_is(s, i, "]") || s->tokens[i].kind == TOKEN_NUMBER ||
           (s->tokens[i].kind == TOKEN_NAME && !token_in(s, i, "return case else sizeof"));
}

/* Whether the operand before or after the operator at @p i is a seeded fault. */
static bool beside_fault(const source *s, size_t i)
{
    size_t after = token_is(s, i + 1, "!") ? i + 2 : i + 1;
    size_t open = token_is(s, i - 1, ")") ? token_partner(s, i - 1) : 0;
    return token_is(s, after, "GIC_FAULT") || (open > 0 && token_is(s, open - 1, "GIC_FAULT"));
}

static void mutate_operator(const source *s, size_t i, mutant_list *list)
{
    size_t e;
    size_t n;
    if (beside_fault(s, i))
        return;
    if (token_is(s, i, "!") || token_is(s, i, "~")) {
        add(list, s, i, i, "operator", " ");
        return;
    }
    if (!ends_operand(s, i - 1))
        return;
    for (e = 0; e < sizeof(exchanges) / sizeof(exchanges[0]); e++) {
        if (!token_is(s, i, exchanges[e].op))
            continue;
        for (n = 0; n < 2 && exchanges[e].to[n]; n++)
            add(list, s, i, i, "operator", exchanges[e].to[n]);
    }
}

/* ---- constants ------------------------------------------------------------------------------- */

static void mutate_number(const source *s, size_t i, mutant_list *list)
{
    char spelled[64];
    char text[96];
    const token *t = &s->tokens[i];
    bool hex;
    char *end;
    uint64_t value;
    if (t->length >= sizeof(spelled))
        return;
    memcpy(spelled, s->text + t->offset, t->length);
    spelled[t->length] = '\0';
    hex = strncmp(spelled, "0x", 2) == 0;
    value = strtoull(spelled, &end, 0);
    if (*end == '.')
        return;
    snprintf(text, sizeof(text), hex ? "0x%" PRIX64 "%s" : "%" PRIu64 "%s",
             value == 1 ? 0 : value + 1, end);
    add(list, s, i, i, "constant", text);
    if (value == 1) {
        snprintf(text, sizeof(text), hex ? "0x2%s" : "2%s", end);
        add(list, s, i, i, "constant", text);
    }
}

static void mutate_name(const source *s, size_t i, mutant_list *list)
{
    if (token_is(s, i, "true"))
        add(list, s, i, i, "constant", "false");
    else if (token_is(s, i, "false"))
        add(list, s, i, i, "constant", "true");
}

/* ---- conditions ------------------------------------------------------------------------------ */

/* Whether a seeded fault makes one of the tokens true, rather than false. */
static bool has_fault(const source *s, size_t first, size_t last)
{
    for (; first <= last; first++) {
        if (token_is(s, first, "GIC_FAULT") && !token_is(s, first - 1, "!"))
            return true;
    }
    return false;
}

static void mutate_condition(const source *s, size_t i, mutant_list *list)
{
    size_t open = i + 1;
    size_t close = token_partner(s, open);
    char text[MUTANT_TEXT_MAX];
    size_t length;
    if (close == 0 || close == open + 1 || has_fault(s, open, close))
        return;
    length = s->tokens[close].offset - s->tokens[open].offset + 1;
    if (length < sizeof(text) - 4) {
        snprintf(text, sizeof(text), "!%.*s", (int)length, s->text + s->tokens[open].offset);
        add(list, s, open + 1, close - 1, "condition", text);
    }
    add(list, s, open + 1, close - 1, "condition", "0");
    if (token_is(s, i, "if"))
        add(list, s, open + 1, close - 1, "condition", "1");
}

/* ---- statements and functions ---------------------------------------------------------------- */

/* Whether a statement may start at @p i. */
static bool starts_statement(const source *s, size_t i)
{
    size_t open;
    if (token_in(s, i - 1, "; { } else"))
        return true;
    open = token_is(s, i - 1, ")") ? token_partner(s, i - 1) : 0;
    return open > 0 && token_in(s, open - 1, "if while for");
}

/* The token of the semicolon that ends the statement at @p i, or 0. */
static size_t statement_end(const source *s, size_t i)
{
    for (; i + 1 < s->count; i++) {
        if (token_is(s, i, ";"))
            return i;
        if (token_in(s, i, ") ] }"))
            return 0;
        if (token_in(s, i, "( [ {"))
            i = token_partner(s, i);
        if (i == 0)
            return 0;
    }
    return 0;
}

/* An assignment or a call, as far as the first two tokens can tell; no declaration. */
static bool is_expression(const source *s, size_t i)
{
    static const char *const words =
        "return if else for while do switch case default break continue goto const static struct "
        "union enum unsigned int char bool size_t sizeof typedef extern inline";
    if (token_is(s, i, "(") || token_is(s, i, "*"))
        return true;
    if (s->tokens[i].kind != TOKEN_NAME || token_in(s, i, words))
        return false;
    return token_in(s, i + 1, "( = -> . [ += -= |= &= ^= <<= >>= ++ --");
}

static void mutate_statement(const source *s, size_t i, mutant_list *list)
{
    size_t end = statement_end(s, i);
    if (end == 0 || !token_is(s, end, ";"))
        return;
    add(list, s, i, end, "statement", ";");
}

/* An empty function, or one that returns 0, by its first brace at @p i. */
static void mutate_body(const source *s, size_t i, mutant_list *list)
{
    size_t function = s->tokens[i].function;
    bool pointer = token_is(s, function - 1, "*");
    bool nothing = !pointer && token_is(s, function - 1, "void");
    size_t before = list->count;
    add(list, s, i, i, "return", nothing ? "{ return;" : "{ return 0;");
    if (!list->failed && list->count > before)
        list->items[before].line = s->tokens[function].line;
}

static void mutate_code(const source *s, size_t i, mutant_list *list)
{
    if (token_in(s, i, "if while") && token_is(s, i + 1, "("))
        mutate_condition(s, i, list);
    if (starts_statement(s, i) && is_expression(s, i))
        mutate_statement(s, i, list);
    if (token_is(s, i, "{") && s->tokens[i - 1].function == 0)
        mutate_body(s, i, list);
}

void mutants_of(const source *s, mutant_list *list)
{
    size_t i;
    for (i = 1; i + 1 < s->count; i++) {
        const token *t = &s->tokens[i];
        if (t->in_record)
            continue;
        if (t->kind == TOKEN_NUMBER)
            mutate_number(s, i, list);
        else if (t->kind == TOKEN_NAME)
            mutate_name(s, i, list);
        else if (t->kind == TOKEN_PUNCTUATOR)
            mutate_operator(s, i, list);
        if (t->function != 0)
            mutate_code(s, i, list);
    }
}
