/* SPDX-License-Identifier: Apache-2.0 */
/* A source file as a row of tokens: enough of C to change one thing at a time. */
#ifndef GICTLM_TESTBENCH_MUTATION_SOURCE_H
#define GICTLM_TESTBENCH_MUTATION_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

/** What a token is. Comments, blanks and preprocessor lines are none. */
typedef enum token_kind { TOKEN_NAME, TOKEN_NUMBER, TOKEN_TEXT, TOKEN_PUNCTUATOR } token_kind;

/** Where a token stands; function is the token of the name of the function around it, or 0. */
typedef struct token {
    token_kind kind;
    size_t offset;
    size_t length;
    unsigned line; /**< From 1. */
    size_t function;
    bool in_record; /**< Inside the braces of a struct or union: no code there. */
} token;

/** A file; tokens 0 and count - 1 are empty punctuators, so that each token has neighbours. */
typedef struct source {
    const char *path;
    char *text; /**< Ends with a 0 byte. */
    size_t length;
    token *tokens;
    size_t count;
} source;

/** Read and take apart @p path. @return false when it cannot be read. */
bool source_open(source *s, const char *path);
/** Give back the memory. */
void source_close(source *s);
/** Whether token @p i is spelled @p text. */
bool token_is(const source *s, size_t i, const char *text);
/** Whether token @p i is spelled as one of the words of @p words, which blanks separate. */
bool token_in(const source *s, size_t i, const char *words);
/** The token that closes the bracket at @p i, or opens the one that is closed there; 0: none. */
size_t token_partner(const source *s, size_t i);

#endif
