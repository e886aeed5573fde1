/* SPDX-License-Identifier: Apache-2.0 */
#include "source.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading and cutting --------------------------------------------------------------------- */

typedef struct cutter {
    source *s;
    size_t at;
    unsigned line;
    bool line_start; /* nothing but blanks on this line so far */
} cutter;

static bool read_all(source *s)
{
    FILE *file = fopen(s->path, "rb");
    long size = -1;
    if (!file)
        return false;
    if (fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    rewind(file);
    if (size >= 0) {
        s->text = (char *)calloc(1, (size_t)size + 1);
        s->length = s->text ? fread(s->text, 1, (size_t)size, file) : 0;
    }
    fclose(file);
    return s->text != NULL && s->length == (size_t)size;
}

/* Go on by @p bytes of text that is no token, or one. */
static void advance(cutter *c, size_t bytes)
{
    for (; bytes > 0 && c->at < c->s->length; bytes--, c->at++) {
        if (c->s->text[c->at] == '\n') {
            c->line++;
            c->line_start = true;
        }
    }
}

static void skip_directive(cutter *c)
{
    const char *text = c->s->text;
    while (c->at < c->s->length && text[c->at] != '\n')
        advance(c, text[c->at] == '\\' ? 2 : 1);
}

/* One comment, directive or blank. @return false when a token starts here. */
static bool skip_one(cutter *c)
{
    const char *here = c->s->text + c->at;
    const char *end;
    if (here[0] == '/' && here[1] == '*') {
        end = strstr(here + 2, "*/");
        advance(c, end ? (size_t)(end - here) + 2 : c->s->length);
    } else if (here[0] == '/' && here[1] == '/') {
        advance(c, strcspn(here, "\n"));
    } else if (here[0] == '#' && c->line_start) {
        skip_directive(c);
    } else if (isspace((unsigned char)here[0]) || here[0] == '\\') {
        advance(c, 1);
    } else {
        return false;
    }
    return true;
}

static size_t quoted_length(const char *text)
{
    size_t n = 1;
    while (text[n] != '\0' && text[n] != text[0])
        n += text[n] == '\\' && text[n + 1] != '\0' ? 2 : 1;
    return text[n] == '\0' ? n : n + 1;
}

static size_t punctuator_length(const char *text)
{
    static const char *const longer[] = {
        "<<=", ">>=", "...", "==", "!=", "<=", ">=", "&&", "||", "<<", ">>", "->",
        "++",  "--",  "+=",  "-=", "*=", "/=", "%=", "&=", "|=", "^=", "##"};
    size_t i;
    for (i = 0; i < sizeof(longer) / sizeof(longer[0]); i++) {
        if (strncmp(text, longer[i], strlen(longer[i])) == 0)
            return strlen(longer[i]);
    }
    return 1;
}

static token next_token(const cutter *c)
{
    const char *here = c->s->text + c->at;
    token t = {TOKEN_PUNCTUATOR, c->at, 0, c->line, 0, false};
    if (isalpha((unsigned char)here[0]) || here[0] == '_') {
        t.kind = TOKEN_NAME;
        while (isalnum((unsigned char)here[t.length]) || here[t.length] == '_')
            t.length++;
    } else if (isdigit((unsigned char)here[0])) {
        t.kind = TOKEN_NUMBER;
        while (isalnum((unsigned char)here[t.length]) || here[t.length] == '.')
            t.length++;
    } else if (here[0] == '"' || here[0] == '\'') {
        t.kind = TOKEN_TEXT;
        t.length = quoted_length(here);
    } else {
        t.length = punctuator_length(here);
    }
    return t;
}

/* ---- what surrounds a token ------------------------------------------------------------------ */

bool token_is(const source *s, size_t i, const char *text)
{
    const token *t = &s->tokens[i];
    return t->length == strlen(text) && memcmp(s->text + t->offset, text, t->length) == 0;
}

bool token_in(const source *s, size_t i, const char *words)
{
    const token *t = &s->tokens[i];
    while (*words != '\0') {
        size_t n = strcspn(words, " ");
        if (n == t->length && memcmp(words, s->text + t->offset, n) == 0)
            return true;
        words += n + (words[n] == ' ');
    }
    return false;
}

size_t token_partner(const source *s, size_t i)
{
    bool forward = token_in(s, i, "( [ {");
    unsigned depth = 0;
    if (!forward && !token_in(s, i, ") ] }"))
        return 0;
    for (; i > 0 && i + 1 < s->count; i = forward ? i + 1 : i - 1) {
        if (token_in(s, i, forward ? "( [ {" : ") ] }"))
            depth++;
        else if (token_in(s, i, forward ? ") ] }" : "( [ {") && --depth == 0)
            return i;
    }
    return 0;
}

/* The name of the function whose body the brace at @p i opens, or 0. */
static size_t function_of_body(const source *s, size_t i)
{
    size_t open;
    if (!token_is(s, i - 1, ")"))
        return 0;
    open = token_partner(s, i - 1);
    return open > 1 && s->tokens[open - 1].kind == TOKEN_NAME ? open - 1 : 0;
}

static bool opens_record(const source *s, size_t i)
{
    return token_in(s, i - 1, "struct union") || (i > 1 && token_in(s, i - 2, "struct union"));
}

/* Which function or record each token is in: only the outermost braces open one. */
static void mark_surroundings(source *s)
{
    size_t i;
    size_t end;
    size_t j;
    for (i = 1; i + 1 < s->count; i++) {
        size_t function;
        if (!token_is(s, i, "{"))
            continue;
        function = function_of_body(s, i);
        end = token_partner(s, i);
        if ((!function && !opens_record(s, i)) || end == 0)
            continue; /* a table, an enumeration, extern "C" */
        for (j = i; j <= end; j++) {
            s->tokens[j].function = function;
            s->tokens[j].in_record = function == 0;
        }
        i = end;
    }
}

static bool append(source *s, size_t *room, token t)
{
    if (s->count == *room) {
        token *grown = (token *)realloc(s->tokens, (*room * 2 + 64) * sizeof(token));
        if (!grown)
            return false;
        s->tokens = grown;
        *room = *room * 2 + 64;
    }
    s->tokens[s->count++] = t;
    return true;
}

bool source_open(source *s, const char *path)
{
    size_t room = 0;
    token edge = {TOKEN_PUNCTUATOR, 0, 0, 1, 0, false};
    cutter c = {s, 0, 1, true};
    memset(s, 0, sizeof(*s));
    s->path = path;
    if (!read_all(s) || !append(s, &room, edge))
        return false;
    while (c.at < s->length) {
        token t;
        if (skip_one(&c))
            continue;
        t = next_token(&c);
        if (!append(s, &room, t))
            return false;
        c.line_start = false;
        advance(&c, t.length);
    }
    edge.offset = s->length;
    edge.line = c.line;
    if (!append(s, &room, edge))
        return false;
    mark_surroundings(s);
    return true;
}

void source_close(source *s)
{
    free(s->text);
    free(s->tokens);
    memset(s, 0, sizeof(*s));
}
