/*
 * folder - a directory of migrations, read and checked before anything is sent.
 *
 * What is wrong is said as "DIR/file:line:column: sentence". One thread.
 */
#ifndef FOLDER_H
#define FOLDER_H

#include <stdbool.h>

#include "cli.h"
#include "wire.h"

/* Read DIR and parse it: the files as a request, and what was found as an answer. */
struct folder {
	struct wire_release_create create;
	struct wire_release_info info;
};

NODISCARD int folder_read(struct folder *folder, const char *dir, const char *format,
			  struct err *err);
void folder_release(struct folder *folder);
SCOPED_RELEASE(folder);

/* Refuse in words what is no folder. */
NODISCARD int folder_check(const char *dir, struct err *err);

/* Does the word mean a directory rather than the name of a release? */
bool folder_is_meant(const char *word);

/* Store the folder as a release: what the daemon made of it. name NULL: the folder's. */
NODISCARD int folder_send(struct folder *folder, struct cli *cli, const char *name,
			  struct wire_release_info *info, struct err *err);

/*
 * The name of the release that the word means, after storing the folder when it is one. On
 * failure *hint may become the command that helps. Both owned.
 */
NODISCARD int folder_release_of(struct cli *cli, const char *word, char **name, char **hint,
				struct err *err);

#endif /* FOLDER_H */
