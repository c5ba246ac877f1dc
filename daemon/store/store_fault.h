/*
 * store_fault - a disk that fails when a test wants it to.
 *
 * Only in a build with MUSTER_CRASH_POINTS; elsewhere it does nothing. SQLite itself is
 * not touched: the files that it opens from here on are the real ones, and the n-th
 * write, sync or cut of any of them fails as the kernel's would. The environment says
 * which:
 *   MUSTERD_FAIL_STORE_AT=n[:count]    the n-th and the count - 1 behind it (default 1)
 * A write fails with SQLITE_FULL, a sync and a cut with SQLITE_IOERR; each is told on
 * stderr, so that a test knows it has happened.
 */
#ifndef STORE_FAULT_H
#define STORE_FAULT_H

#ifdef MUSTER_CRASH_POINTS
/* Read the environment and count from one again. Before any file is opened. */
void store_fault_install(void);
#else
static inline void store_fault_install(void)
{
}
#endif

#endif /* STORE_FAULT_H */
