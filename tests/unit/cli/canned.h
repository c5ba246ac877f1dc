/*
 * canned - something that answers on a Unix socket with fixed bytes.
 *
 * For what a real musterd does not do on demand: break off, answer rubbish, go away in
 * the middle of a stream. A child process takes one connection for each answer, reads
 * the head of the request, appends it to DIR/seen and writes the answer.
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

static inline void canned_serve(int listening, const char *seen, const char *const *answers)
{
	for (size_t i = 0; answers[i] != NULL; i++) {
		int fd = accept(listening, NULL, NULL);
		g_autoptr(GString) head = g_string_new(NULL);
		g_autofree char *before = NULL;
		char byte;

		while (strstr(head->str, "\r\n\r\n") == NULL && read(fd, &byte, 1) == 1) {
			g_string_append_c(head, byte);
		}
		(void)g_file_get_contents(seen, &before, NULL, NULL);
		g_string_prepend(head, before != NULL ? before : "");
		g_assert_true(g_file_set_contents(seen, head->str, -1, NULL));
		g_assert_true(write(fd, answers[i], strlen(answers[i])) ==
			      (ssize_t)strlen(answers[i]));
		(void)shutdown(fd, SHUT_WR);
		(void)close(fd);
	}
}

static inline void canned_start(struct canned *canned, const char *const *answers)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	g_autofree char *seen = NULL;
	int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	canned->dir = g_dir_make_tmp("canned-XXXXXX", NULL);
	canned->socket = g_build_filename(canned->dir, "sock", NULL);
	seen = g_build_filename(canned->dir, "seen", NULL);
	g_strlcpy(address.sun_path, canned->socket, sizeof(address.sun_path));
	g_assert_true(bind(listening, (struct sockaddr *)&address, sizeof(address)) == 0);
	g_assert_true(listen(listening, 8) == 0);
	canned->pid = fork();
	if (canned->pid == 0) {
		canned_serve(listening, seen, answers);
		_exit(0);
	}
	(void)close(listening);
}

/* The heads of all requests so far. */
static inline char *canned_seen(const struct canned *canned)
{
	g_autofree char *path = g_build_filename(canned->dir, "seen", NULL);
	char *seen = NULL;

	(void)g_file_get_contents(path, &seen, NULL, NULL);
	return seen;
}

static inline void canned_stop(struct canned *canned)
{
	g_autofree char *seen = g_build_filename(canned->dir, "seen", NULL);

	(void)kill(canned->pid, SIGKILL);
	(void)waitpid(canned->pid, NULL, 0);
	(void)g_unlink(seen);
	(void)g_unlink(canned->socket);
	(void)g_rmdir(canned->dir);
	g_free(canned->dir);
	g_free(canned->socket);
}

#endif /* CANNED_H */
