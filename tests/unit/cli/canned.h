/*
 * canned - something that answers on a Unix socket with fixed bytes.
 *
 * For what a real musterd does not do on demand: break off, answer rubbish, go away in
 * the middle of a stream. A child process takes one connection for each answer, reads
 * the request, appends its head to DIR/seen and "METHOD PATH BODY" to DIR/asked, and
 * writes the answer. Header only, for each test binary of its own.
 */
#ifndef CANNED_H
#define CANNED_H

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

struct canned {
	char *dir;
	char *socket;
	pid_t pid;
};

static inline void canned_append(const char *path, const char *text)
{
	FILE *file = fopen(path, "a");

	g_assert_true(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static inline void canned_read(int fd, const char *dir)
{
	g_autofree char *seen = g_build_filename(dir, "seen", NULL);
	g_autofree char *asked = g_build_filename(dir, "asked", NULL);
	g_autoptr(GString) head = g_string_new(NULL);
	g_autoptr(GString) line = g_string_new(NULL);
	g_auto(GStrv) words = NULL;
	const char *length;
	char byte;

	while (strstr(head->str, "\r\n\r\n") == NULL && read(fd, &byte, 1) == 1) {
		g_string_append_c(head, byte);
	}
	words = g_strsplit(head->str, " ", 3);
	if (g_strv_length(words) == 3) {
		g_string_append_printf(line, "%s %s ", words[0], words[1]);
	}
	length = strstr(head->str, "\r\nContent-Length: ");
	for (guint64 left = length != NULL ? g_ascii_strtoull(length + 18, NULL, 10) : 0; left > 0;
	     left--) {
		g_assert_true(read(fd, &byte, 1) == 1);
		g_string_append_c(line, byte);
	}
	if (line->len > 0 && line->str[line->len - 1] == ' ') {
		g_string_truncate(line, line->len - 1);
	}
	g_string_append_c(line, '\n');
	canned_append(seen, head->str);
	canned_append(asked, line->str);
}

static inline void canned_serve(int listening, const char *dir, const char *const *answers)
{
	for (size_t i = 0; answers[i] != NULL; i++) {
		int fd = accept(listening, NULL, NULL);

		canned_read(fd, dir);
		g_assert_true(write(fd, answers[i], strlen(answers[i])) ==
			      (ssize_t)strlen(answers[i]));
		(void)shutdown(fd, SHUT_WR);
		(void)close(fd);
	}
}

static inline void canned_start(struct canned *canned, const char *const *answers)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	canned->dir = g_dir_make_tmp("canned-XXXXXX", NULL);
	canned->socket = g_build_filename(canned->dir, "sock", NULL);
	g_strlcpy(address.sun_path, canned->socket, sizeof(address.sun_path));
	g_assert_true(bind(listening, (struct sockaddr *)&address, sizeof(address)) == 0);
	g_assert_true(listen(listening, 8) == 0);
	canned->pid = fork();
	if (canned->pid == 0) {
		canned_serve(listening, canned->dir, answers);
		_exit(0);
	}
	(void)close(listening);
}

static inline char *canned_file(const struct canned *canned, const char *name)
{
	g_autofree char *path = g_build_filename(canned->dir, name, NULL);
	char *text = NULL;

	(void)g_file_get_contents(path, &text, NULL, NULL);
	return text != NULL ? text : g_strdup("");
}

/* The heads of all requests so far. Owned. */
static inline char *canned_seen(const struct canned *canned)
{
	return canned_file(canned, "seen");
}

/* "METHOD PATH BODY" of all requests so far, a line each. Owned. */
static inline char *canned_asked(const struct canned *canned)
{
	return canned_file(canned, "asked");
}

static inline void canned_stop(struct canned *canned)
{
	g_autofree char *seen = g_build_filename(canned->dir, "seen", NULL);
	g_autofree char *asked = g_build_filename(canned->dir, "asked", NULL);

	(void)kill(canned->pid, SIGKILL);
	(void)waitpid(canned->pid, NULL, 0);
	(void)g_unlink(seen);
	(void)g_unlink(asked);
	(void)g_unlink(canned->socket);
	(void)g_rmdir(canned->dir);
	g_free(canned->dir);
	g_free(canned->socket);
}

#endif /* CANNED_H */
