#include "folder.h"

#include <string.h>
#include <sys/stat.h>

#include "release.h"

bool folder_is_meant(const char *word)
{
	return strchr(word, '/') != NULL || word[0] == '.' || g_file_test(word, G_FILE_TEST_IS_DIR);
}

static void fill_info(struct wire_release_info *info, const struct release *release)
{
	info->format = g_strdup(release->format);
	info->checksum = g_strdup(release->checksum);
	if (release->nr > 0) {
		info->version = g_strdup(release->migrations[release->nr - 1].version);
	}
	for (size_t i = 0; i < release->nr; i++) {
		const struct migration *from = &release->migrations[i];
		struct wire_migration *to = wire_list_add(&wire_migration_type, &info->migrations);

		to->version = g_strdup(from->version);
		to->name = g_strdup(from->name);
		to->file = g_strdup(from->file);
		to->checksum = g_strdup(from->checksum);
		to->statements = (int64_t)from->up.nr;
		to->down = from->has_down;
	}
}

/* A finding begins with the file's name: put the folder in front, so that it can be opened. */
static void place(struct err *err, const struct release_files *files, const char *dir)
{
	for (size_t i = 0; i < files->nr; i++) {
		size_t len = strlen(files->files[i].name);

		if (strncmp(err->msg, files->files[i].name, len) == 0 && err->msg[len] == ':') {
			g_autofree char *full = g_build_filename(dir, err->msg, NULL);

			g_strlcpy(err->msg, full, sizeof(err->msg));
			return;
		}
	}
}

static int fill_create(struct wire_release_create *create, const struct release_files *files,
		       const char *format, struct err *err)
{
	create->format = g_strdup(format);
	for (size_t i = 0; i < files->nr; i++) {
		const struct release_file *from = &files->files[i];
		struct wire_release_file *to;

		if (!g_utf8_validate_len(from->text, from->len, NULL)) {
			return err_set(err, ERR_INVALID, "%s:1:1: the text is not UTF-8",
				       from->name);
		}
		to = wire_list_add(&wire_release_file_type, &create->files);
		to->name = g_strdup(from->name);
		to->text = g_strdup(from->text);
	}
	return 0;
}

int folder_check(const char *dir, struct err *err)
{
	struct stat found;

	if (stat(dir, &found) < 0) {
		return err_set(err, ERR_SYSTEM, "there is no folder %s", dir);
	}
	if (!S_ISDIR(found.st_mode)) {
		return err_set(err, ERR_SYSTEM,
			       "%s is a file; give the folder that holds the "
			       "migrations",
			       dir);
	}
	return 0;
}

/*
 * What the release is called when nobody says: as the folder, which is what people call
 * it. A number alone would be taken for an id.
 */
static char *name_of(const char *dir)
{
	g_autofree char *path = g_canonicalize_filename(dir, NULL);
	char *name = g_path_get_basename(path);

	(void)g_strcanon(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-",
			 '-');
	if (name[strspn(name, "r0123456789-")] == '\0' || name[0] == '-') {
		char *longer = g_strdup_printf("release-%s", name);

		g_free(name);
		return longer;
	}
	return name;
}

int folder_read(struct folder *folder, const char *dir, const char *format, struct err *err)
{
	SCOPED(release_files) files = { 0 };
	SCOPED(folder) read = { 0 };
	SCOPED_PTR(release) release = NULL;

	if (folder_check(dir, err) < 0 || release_files_read(&files, dir, err) < 0) {
		return -1;
	}
	release = release_parse(&files, format, err);
	if (release == NULL || fill_create(&read.create, &files, format, err) < 0) {
		place(err, &files, dir);
		return -1;
	}
	read.create.name = name_of(dir);
	fill_info(&read.info, release);
	*folder = read;
	memset(&read, 0, sizeof(read));
	return 0;
}

void folder_release(struct folder *folder)
{
	wire_release(&wire_release_create_type, &folder->create);
	wire_release(&wire_release_info_type, &folder->info);
}

int folder_send(struct folder *folder, struct cli *cli, const char *name,
		struct wire_release_info *info, struct err *err)
{
	const struct ask ask = { .method = "POST",
				 .path = "/v1/releases",
				 .in_type = &wire_release_create_type,
				 .in = &folder->create,
				 .out_type = &wire_release_info_type,
				 .out = info };

	if (name != NULL) {
		g_free(folder->create.name);
		folder->create.name = g_strdup(name);
	}
	return cli_ask(cli, &ask, err);
}

int folder_release_of(struct cli *cli, const char *word, char **name, char **hint, struct err *err)
{
	SCOPED(folder) folder = { 0 };
	struct wire_release_info info = { 0 };

	if (!folder_is_meant(word)) {
		*name = g_strdup(word);
		return 0;
	}
	if (folder_read(&folder, word, opts_text(&cli->opts, OPT_FORMAT), err) < 0) {
		*hint = err->code == ERR_SYSTEM
				? g_strdup_printf("muster %s --help", cli->command->path)
				: g_strdup_printf("muster lint %s", word);
		return -1;
	}
	if (folder_send(&folder, cli, NULL, &info, err) < 0) {
		return -1;
	}
	*name = g_steal_pointer(&info.name);
	wire_release(&wire_release_info_type, &info);
	return 0;
}
