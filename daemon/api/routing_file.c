#include "routing_file.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include <glib.h>

#include "err.h"
#include "log.h"

#define FILE_MODE 0644
#define SAFELY \
	((GFileSetContentsFlags)(G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE))
#define RETRY_S 1

struct routing_file {
	char *path; /* owned */
	pthread_t thread;
	pthread_mutex_t lock; /* over the rest */
	pthread_cond_t changed;
	char *text; /* owned; not yet taken by the thread, or NULL */
	bool ending;
};

static bool write_file(const char *path, const char *text)
{
	g_autoptr(GError) problem = NULL;

	if (g_file_set_contents_full(path, text, (gssize)strlen(text), SAFELY, FILE_MODE,
				     &problem)) {
		return true;
	}
	log_warn("routing file not written file=%s error=\"%s\"", path, problem->message);
	return false;
}

/* The next text, or NULL at the end; failed: the one that was not written, taken. */
static char *next_text(struct routing_file *file, char *failed)
{
	struct timespec until;
	char *text;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += RETRY_S;
	(void)pthread_mutex_lock(&file->lock);
	while (file->text == NULL && !file->ending) {
		int rc = failed == NULL
				 ? pthread_cond_wait(&file->changed, &file->lock)
				 : pthread_cond_timedwait(&file->changed, &file->lock, &until);

		if (rc != 0) {
			break;
		}
	}
	text = g_steal_pointer(&file->text);
	if (text == NULL && !file->ending) {
		text = g_steal_pointer(&failed);
	}
	(void)pthread_mutex_unlock(&file->lock);
	g_free(failed);
	return text;
}

static void *work(void *arg)
{
	struct routing_file *file = arg;
	char *text = next_text(file, NULL);

	while (text != NULL) {
		if (write_file(file->path, text)) {
			g_clear_pointer(&text, g_free);
		}
		text = next_text(file, text);
	}
	return NULL;
}

/* Signals are the loop's. */
static void start(struct routing_file *file)
{
	sigset_t all;
	sigset_t old;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	CHECK(pthread_create(&file->thread, NULL, work, file) == 0);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	(void)pthread_setname_np(file->thread, "muster-routes");
}

struct routing_file *routing_file_new(const char *path)
{
	struct routing_file *file = g_new0(struct routing_file, 1);
	pthread_condattr_t attr;

	file->path = g_strdup(path);
	(void)pthread_mutex_init(&file->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&file->changed, &attr);
	(void)pthread_condattr_destroy(&attr);
	start(file);
	return file;
}

void routing_file_put(struct routing_file *file, char *text)
{
	(void)pthread_mutex_lock(&file->lock);
	g_free(file->text);
	file->text = text;
	(void)pthread_cond_signal(&file->changed);
	(void)pthread_mutex_unlock(&file->lock);
}

void routing_file_free(struct routing_file *file)
{
	if (file == NULL) {
		return;
	}
	(void)pthread_mutex_lock(&file->lock);
	file->ending = true;
	(void)pthread_cond_signal(&file->changed);
	(void)pthread_mutex_unlock(&file->lock);
	(void)pthread_join(file->thread, NULL);
	(void)pthread_cond_destroy(&file->changed);
	(void)pthread_mutex_destroy(&file->lock);
	g_free(file->text);
	g_free(file->path);
	g_free(file);
}
