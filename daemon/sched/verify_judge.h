/*
 * verify_judge - what is said of tenants that were held against a release.
 *
 * What a position should look like is what was built. When nobody there looks so, and not all
 * could be built (a statement was refused or not run, or most have what the release does not make
 * and none of them began with nothing), those that look alike stand for what is not built. Pure.
 */
#ifndef VERIFY_JUDGE_H
#define VERIFY_JUDGE_H

struct verify;

/* Fill what is said of the tenants and the positions. Once, when each position was built. */
void verify_judge(struct verify *verify);

#endif /* VERIFY_JUDGE_H */
