#include "slurp.h"

#include <errno.h>
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

int slurp_file(char **text, const char *path, size_t max, struct err *err)
{
	g_autofree char *read = NULL;
	GStatBuf found;
	gsize len = 0;

	if (g_stat(path, &found) < 0) {
		return err_set_errno(err, errno, "cannot read %s", path);
	}
	if (found.st_size > 0 && (size_t)found.st_size > max) {
		return err_set(err, ERR_INVALID, "%s is larger than %zu MiB", path, max >> 20);
	}
	if (S_ISDIR(found.st_mode)) {
		return err_set_errno(err, EISDIR, "cannot read %s", path);
	}
	errno = EIO; /* glib may fail without setting it */
	if (!g_file_get_contents(path, &read, &len, NULL)) {
		return err_set_errno(err, errno, "cannot read %s", path);
	}
	if (strlen(read) != len) {
		return err_set(err, ERR_INVALID, "%s holds a zero byte; it is not a text", path);
	}
	*text = g_steal_pointer(&read);
	return 0;
}
