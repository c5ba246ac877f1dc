#include "crash.h"

#ifdef MUSTER_CRASH_POINTS

#	include <fcntl.h>
#	include <signal.h>
#	include <stdbool.h>
#	include <unistd.h>

#	include <glib.h>

#	include "err.h"

/* What the environment asks for. Set once; the numbers count from there. */
struct plan {
	char *name; /* owned; NULL: no point kills */
	gint nth;
	gint passed;        /* atomic */
	int trace_fd;       /* -1: none */
	GPtrArray *waiting; /* "after" points of the open transaction; loop thread */
};

#	define CRASH_NAME(constant, name) [CRASH_##constant] = (name),

const char *const crash_point_names[CRASH_POINT_NR] = { CRASH_POINTS(CRASH_NAME) };

static struct plan *plan_read(void)
{
	const char *at = g_getenv("MUSTERD_CRASH_AT");
	const char *trace = g_getenv("MUSTERD_CRASH_TRACE");
	struct plan *plan = g_new0(struct plan, 1);

	plan->nth = 1;
	plan->trace_fd = -1;
	plan->waiting = g_ptr_array_new_with_free_func(g_free);
	if (at != NULL) {
		const char *colon = strrchr(at, ':');

		plan->name = colon == NULL ? g_strdup(at) : g_strndup(at, (gsize)(colon - at));
		if (colon != NULL) {
			plan->nth = (gint)g_ascii_strtoll(colon + 1, NULL, 10);
			CHECK(plan->nth > 0);
		}
	}
	if (trace != NULL) {
		plan->trace_fd = open(trace, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		CHECK(plan->trace_fd >= 0);
	}
	return plan;
}

static struct plan *plan_get(void)
{
	static struct plan *plan;

	if (g_once_init_enter(&plan)) {
		g_once_init_leave(&plan, plan_read());
	}
	return plan;
}

static bool is_idle(const struct plan *plan)
{
	return plan->name == NULL && plan->trace_fd < 0;
}

/* One write each, so that lines of several threads stay whole. */
static void trace(const struct plan *plan, const char *name)
{
	g_autofree char *line = g_strconcat(name, "\n", NULL);
	ssize_t len = (ssize_t)strlen(line);

	CHECK(write(plan->trace_fd, line, (size_t)len) == len);
}

static void pass(struct plan *plan, const char *name)
{
	if (plan->trace_fd >= 0) {
		trace(plan, name);
	}
	if (g_strcmp0(plan->name, name) != 0 ||
	    g_atomic_int_add(&plan->passed, 1) + 1 != plan->nth) {
		return;
	}
	(void)kill(getpid(), SIGKILL);
	for (;;) {
		(void)pause(); /* whatever thread this is, it goes no further */
	}
}

void crash_pass(enum crash_point point)
{
	struct plan *plan = plan_get();

	if (!is_idle(plan)) {
		pass(plan, crash_point_names[point]);
	}
}

char *crash_edge_name(const char *machine, const char *from, const char *event, const char *when)
{
	return g_strdelimit(g_strdup_printf("%s/%s/%s/%s", machine, from, event, when), " ", '-');
}

void crash_edge(const char *machine, const char *from, const char *event)
{
	struct plan *plan = plan_get();
	g_autofree char *before = NULL;

	if (is_idle(plan)) {
		return;
	}
	before = crash_edge_name(machine, from, event, "before");
	g_ptr_array_add(plan->waiting, crash_edge_name(machine, from, event, "after"));
	pass(plan, before);
}

void crash_committed(void)
{
	struct plan *plan = plan_get();

	for (guint i = 0; i < plan->waiting->len; i++) {
		pass(plan, g_ptr_array_index(plan->waiting, i));
	}
	crash_undone();
}

void crash_undone(void)
{
	g_ptr_array_set_size(plan_get()->waiting, 0);
}

#endif
