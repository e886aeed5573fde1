/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file child.h
 * @brief Runs a program and gives back what it printed, bounded in time and in output.
 */
#ifndef TESTBENCH_CHILD_H
#define TESTBENCH_CHILD_H

#include <stddef.h>

/** How a program ended. */
typedef enum child_end {
    CHILD_EXITED,
    CHILD_SIGNALLED,  /**< By a signal that is not ours. */
    CHILD_ENDED,      /**< By us: it took too long or printed too much. */
    CHILD_NOT_STARTED /**< There was no pipe or no process for it. */
} child_end;

/** An end and, of the first two, the exit status or the signal; else 0. */
typedef struct child_result {
    child_end end;
    int code;
} child_result;

/**
 * Runs @p arguments[0], a path, with the arguments (NULL ends them), and waits for its end. Input
 * and errors are /dev/null; a program that cannot be executed exits with 127.
 *
 * @param seconds  after which it is ended
 * @param text     gets the standard output, with a terminating zero
 * @param most     bytes of output; when it prints that many it is ended. @p text has one more.
 */
child_result child_run(const char *const *arguments, unsigned seconds, char *text, size_t most);

#endif
