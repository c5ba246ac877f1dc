/*
 * shell - names as words of a command that is told, so that it can be copied into a shell.
 *
 * A tenant may be called almost anything. Any thread. Results are owned.
 */
#ifndef SHELL_H
#define SHELL_H

/* As it is where a shell takes it so, else in quotes. */
char *shell_word(const char *text);

/* The same, of a tenant's name behind -l: a selector has signs of its own. */
char *shell_pick(const char *name);

#endif /* SHELL_H */
