#include "store_fault.h"

#ifdef MUSTER_CRASH_POINTS

#	include <stdbool.h>

#	include <glib.h>
#	include <sqlite3.h>

#	include "err.h"

/* SQLite has one table of methods for each way of locking, and so have we. */
struct methods {
	sqlite3_io_methods failing; /* first: what a file of ours points to */
	const sqlite3_io_methods *real;
};

#	define METHODS_MAX 8

/* The loop thread's alone, as the inventory is. */
static struct {
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	struct methods methods[METHODS_MAX];
	int64_t first; /* 0: none fails */
	int64_t last;
	int64_t passed;
} disk;

static bool fails(const char *what)
{
	disk.passed++;
	if (disk.first == 0 || disk.passed < disk.first || disk.passed > disk.last) {
		return false;
	}
	(void)fprintf(stderr, "store fault at=%lld what=%s\n", (long long)disk.passed, what);
	return true;
}

static const sqlite3_io_methods *real(const sqlite3_file *file)
{
	return ((const struct methods *)(const void *)file->pMethods)->real;
}

static int disk_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 offset)
{
	return fails("write") ? SQLITE_FULL : real(file)->xWrite(file, bytes, len, offset);
}

static int disk_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	return fails("truncate") ? SQLITE_IOERR_TRUNCATE : real(file)->xTruncate(file, size);
}

static int disk_sync(sqlite3_file *file, int flags)
{
	return fails("sync") ? SQLITE_IOERR_FSYNC : real(file)->xSync(file, flags);
}

static struct methods *methods_of(const sqlite3_io_methods *real_methods)
{
	struct methods *methods = disk.methods;

	while (methods->real != NULL && methods->real != real_methods) {
		methods++;
		CHECK(methods < disk.methods + METHODS_MAX);
	}
	if (methods->real == NULL) {
		methods->real = real_methods;
		methods->failing = *real_methods;
		methods->failing.xWrite = disk_write;
		methods->failing.xTruncate = disk_truncate;
		methods->failing.xSync = disk_sync;
	}
	return methods;
}

/* The file stays the real one; only three of its methods are ours. */
static int disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
		     int *out_flags)
{
	int code = disk.real->xOpen(disk.real, name, file, flags, out_flags);

	(void)vfs;
	if (code != SQLITE_OK || file->pMethods == NULL) {
		return code;
	}
	file->pMethods = &methods_of(file->pMethods)->failing;
	return code;
}

static void plan_read(void)
{
	const char *at = g_getenv("MUSTERD_FAIL_STORE_AT");
	const char *colon = at == NULL ? NULL : strchr(at, ':');
	int64_t count = colon == NULL ? 1 : g_ascii_strtoll(colon + 1, NULL, 10);

	disk.passed = 0;
	disk.first = at == NULL ? 0 : g_ascii_strtoll(at, NULL, 10);
	disk.last = disk.first + count - 1;
}

void store_fault_install(void)
{
	plan_read();
	if (disk.first == 0 || disk.real != NULL) {
		return;
	}
	disk.real = sqlite3_vfs_find(NULL);
	disk.vfs = *disk.real;
	disk.vfs.zName = "muster-fault";
	disk.vfs.xOpen = disk_open;
	CHECK(sqlite3_vfs_register(&disk.vfs, 1) == SQLITE_OK);
}

#endif
