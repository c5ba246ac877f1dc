#include "app.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <event2/event.h>
#include <glib.h>
#ifdef HAVE_SYSTEMD
#	include <systemd/sd-daemon.h>
#endif

#include "api.h"
#include "conf.h"
#include "crash.h"
#include "exec.h"
#include "fsm.h"
#include "log.h"
#include "sampler.h"
#include "sched.h"
#include "store.h"

#define INVENTORY  "inventory.db"
#define SIGNALS_NR 3
#define NEVER_S    INT64_C(9000000000) /* in the year 2255 */
#define GRACE_MS   15000 /* for killed statements to come back; within TimeoutStopSec */

struct app {
	const char *conf_path;
	struct conf conf;
	struct store *store;
	struct sched *sched;
	struct api *api;
	struct event_base *base;
	struct event *signals[SIGNALS_NR];
	struct event *letters; /* the scheduler's descriptor */
	struct event *turn;    /* the next turn is due */
	struct event *clock;   /* readable when the wall clock was set */
	int clock_fd;
	struct event *watchdog;
	struct event *deadline; /* of a stop */
	bool stopping;
	bool killed;
};

static void notify(const char *text)
{
#ifdef HAVE_SYSTEMD
	(void)sd_notify(0, text);
#else
	(void)text;
#endif
}

static void arm(struct event *event, int64_t ms)
{
	const struct timeval after = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_usec = (suseconds_t)(ms % 1000 * 1000),
	};

	(void)event_add(event, &after);
}

static void turn(struct app *app)
{
	int64_t due = sched_turn(app->sched);

	if (due >= 0) {
		arm(app->turn, due);
	}
	if (app->stopping && sched_is_idle(app->sched)) {
		(void)event_base_loopbreak(app->base);
	}
}

static void on_turn(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	turn(ctx);
}

static void on_wake(void *ctx)
{
	struct app *app = ctx;

	arm(app->turn, 0);
}

/* ---- the wall clock ------------------------------------------------------------------- */

/* A timer that never comes, but cannot be read when the clock was set. */
static void on_clock(evutil_socket_t fd, short what, void *ctx)
{
	struct app *app = ctx;
	uint64_t times = 0;

	(void)what;
	if (read(fd, &times, sizeof(times)) < 0 && errno == ECANCELED) {
		log_warn("the wall clock was set");
		sched_clock_changed(app->sched);
	}
}

static void open_clock(struct app *app)
{
	const struct itimerspec never = { .it_value.tv_sec = NEVER_S };

	app->clock_fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (app->clock_fd < 0 ||
	    timerfd_settime(app->clock_fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never,
			    NULL) < 0) {
		log_warn("a clock that is set will not be noticed errno=%d", errno);
		return;
	}
	app->clock = event_new(app->base, app->clock_fd, EV_READ | EV_PERSIST, on_clock, app);
	(void)event_add(app->clock, NULL);
}

/* ---- signals -------------------------------------------------------------------------- */

static void set_policy(const struct conf *conf, struct sched_policy *policy)
{
	*policy = (struct sched_policy){
		.running = conf->running,
		.server_running = conf->server_running,
		.stall_ms = conf->stall_ms,
		.lock_wait_ms = conf->lock_wait_ms,
		.orphan_wait_ms = conf->orphan_wait_ms,
		.retry_ms = conf->retry_ms,
		.hooks = conf->hooks,
		.hooks_dir = conf->hooks_dir,
		.hook_ms = conf->hook_ms,
		.threads = (unsigned)conf->running,
		.throttle = conf->throttle != 0,
		.throttle_probe = conf->throttle_probe != 0,
		.throttle_kills = conf->throttle_ddl != 0,
	};
	g_strlcpy(policy->budget, conf->budget, sizeof(policy->budget));
}

static void set_roles(const struct conf *conf, struct role_policy *roles)
{
	*roles = (struct role_policy){
		.admins = conf->admins,
		.operators = conf->operators,
		.viewers = conf->viewers,
	};
}

static void on_change(void *ctx, const struct conf_change *change)
{
	(void)ctx;
	if (change->restart) {
		log_warn("setting needs a restart key=%s now=%s file=%s", change->name, change->was,
			 change->is);
		return;
	}
	log_info("setting changed key=%s from=%s to=%s", change->name, change->was, change->is);
}

static void reload(struct app *app)
{
	SCOPED(conf) fresh = { 0 };
	struct sched_policy policy;
	struct role_policy roles;
	struct err err = { 0 };

	if (conf_load(&fresh, app->conf_path, &err) < 0) {
		log_error("reload refused; the settings stay as they were error=\"%s\"", err.msg);
		return;
	}
	(void)conf_reload(&app->conf, &fresh, on_change, NULL);
	log_set_level((enum log_level)app->conf.log_level);
	set_policy(&app->conf, &policy);
	set_roles(&app->conf, &roles);
	sched_set_policy(app->sched, &policy);
	api_set_policy(app->api, &roles, app->conf.server_running);
	api_set_routing(app->api, app->conf.routing_files);
	log_info("settings read again");
}

static void stop(struct app *app)
{
	if (app->stopping) {
		return;
	}
	app->stopping = true;
	notify("STOPPING=1");
	log_info("stopping; running tasks park before their next statement tasks=%zu",
		 sched_running(app->sched));
	sched_stop(app->sched);
	arm(app->deadline, app->conf.stop_timeout_ms);
}

static void on_signal(evutil_socket_t number, short what, void *ctx)
{
	(void)what;
	if (number == SIGHUP) {
		notify("RELOADING=1");
		reload(ctx);
		notify("READY=1");
		return;
	}
	stop(ctx);
}

/*
 * Statements that run longer than a stop may take are ended; the server rolls them
 * back. When even that gets no answer, the program leaves: what is on disk is whole, and the
 * next start looks at those tenants.
 */
static void on_deadline(evutil_socket_t fd, short what, void *ctx)
{
	struct app *app = ctx;

	(void)fd;
	(void)what;
	if (app->killed) {
		log_error(
			"a server does not answer; its tasks are left to the next start tasks=%zu",
			sched_running(app->sched));
		_exit(EXIT_FAILURE);
	}
	app->killed = true;
	log_warn("stop takes too long; statements are ended tasks=%zu", sched_running(app->sched));
	sched_kill_all(app->sched);
	arm(app->deadline, GRACE_MS);
}

static void on_watchdog(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	(void)ctx;
	notify("WATCHDOG=1");
}

/* ---- up and down ---------------------------------------------------------------------- */

static int open_store(struct app *app, struct err *err)
{
	g_autofree char *path = NULL;

	if (g_mkdir_with_parents(app->conf.data_dir, 0750) < 0) {
		return err_set_errno(err, errno, "data_dir %s", app->conf.data_dir);
	}
	path = g_build_filename(app->conf.data_dir, INVENTORY, NULL);
	app->store = store_open(path, err);
	return app->store == NULL ? -1 : 0;
}

static int open_sched(struct app *app, struct err *err)
{
	struct sched_policy policy;

	set_policy(&app->conf, &policy);
	app->sched = sched_new(app->store, &policy, err);
	return app->sched == NULL ? -1 : sched_recover(app->sched, err);
}

/* A socket that systemd listens on already, or -1. */
static int given_socket(void)
{
#ifdef HAVE_SYSTEMD
	if (sd_listen_fds(1) > 0) {
		return SD_LISTEN_FDS_START;
	}
#endif
	return -1;
}

static int open_api(struct app *app, struct err *err)
{
	struct api_setup setup = {
		.base = app->base,
		.store = app->store,
		.sched = app->sched,
		.socket = app->conf.socket,
		.group = app->conf.socket_group,
		.fd = given_socket(),
		.port = app->conf.check_listen,
		.server_running = app->conf.server_running,
		.routing_files = app->conf.routing_files,
	};

	set_roles(&app->conf, &setup.roles);
	app->api = api_open(&setup, err);
	return app->api == NULL ? -1 : 0;
}

static void open_watchdog(struct app *app)
{
#ifdef HAVE_SYSTEMD
	uint64_t us = 0;
	struct timeval half;

	if (sd_watchdog_enabled(0, &us) <= 0) {
		return;
	}
	half.tv_sec = (time_t)(us / 2000000);
	half.tv_usec = (suseconds_t)(us / 2 % 1000000);
	app->watchdog = event_new(app->base, -1, EV_PERSIST, on_watchdog, app);
	(void)event_add(app->watchdog, &half);
#else
	(void)on_watchdog;
	(void)app;
#endif
}

static void open_events(struct app *app)
{
	static const int numbers[SIGNALS_NR] = { SIGTERM, SIGINT, SIGHUP };

	for (size_t i = 0; i < SIGNALS_NR; i++) {
		app->signals[i] = evsignal_new(app->base, numbers[i], on_signal, app);
		(void)event_add(app->signals[i], NULL);
	}
	app->letters =
		event_new(app->base, sched_fd(app->sched), EV_READ | EV_PERSIST, on_turn, app);
	app->turn = evtimer_new(app->base, on_turn, app);
	app->deadline = evtimer_new(app->base, on_deadline, app);
	(void)event_add(app->letters, NULL);
	open_clock(app);
	sched_on_wake(app->sched, on_wake, app);
	arm(app->turn, 0);
}

static void free_event(struct event *event)
{
	if (event != NULL) {
		event_free(event);
	}
}

static void app_release(struct app *app)
{
	/* the scheduler first: answers that still come are told that it stops */
	sched_free(app->sched);
	api_close(app->api);
	for (size_t i = 0; i < SIGNALS_NR; i++) {
		free_event(app->signals[i]);
	}
	free_event(app->letters);
	free_event(app->turn);
	free_event(app->clock);
	if (app->clock_fd > 0) {
		(void)close(app->clock_fd);
	}
	free_event(app->watchdog);
	free_event(app->deadline);
	if (app->base != NULL) {
		event_base_free(app->base);
	}
	store_close(app->store);
	conf_release(&app->conf);
}

SCOPED_RELEASE(app);

/* The command that helps when what is in that folder is in the way. Owned; NULL: it is told. */
static char *help_with(const struct app *app, const char *folder, const struct err *err)
{
	if (err->code == ERR_CONFLICT) {
		return g_strdup("systemctl status musterd"); /* another one runs */
	}
	if (err->code == ERR_INVALID) {
		return g_strdup_printf("musterd --check --config %s", app->conf_path);
	}
	if (err->code == ERR_STORE) { /* the sentence about a damaged inventory says what to do */
		return store_is_transient(err) ? g_strdup_printf("df -h %s", folder) : NULL;
	}
	return g_strdup_printf("ls -ld %s", folder);
}

static void leave(int number)
{
	static const char line[] = "a server does not answer what it was asked; left without it\n";

	(void)number;
	_exit(write(STDERR_FILENO, line, sizeof(line) - 1) < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

/*
 * No task runs any more and what was decided is on disk. A server that is stopped, but not gone,
 * may keep the worker of a question until it goes on: that long nobody waits for the end.
 */
static void limit_end(void)
{
	const struct sigaction action = { .sa_handler = leave };

	(void)sigaction(SIGALRM, &action, NULL);
	(void)alarm(GRACE_MS / 1000);
}

static int start(struct app *app, char **help, struct err *err)
{
	if (conf_load(&app->conf, app->conf_path, err) < 0) {
		*help = g_strdup_printf("musterd --check --config %s", app->conf_path);
		return -1;
	}
	log_set_level((enum log_level)app->conf.log_level);
	app->base = event_base_new();
	CHECK(app->base != NULL);
	if (open_store(app, err) < 0 || open_sched(app, err) < 0) {
		*help = help_with(app, app->conf.data_dir, err);
		return -1;
	}
	if (open_api(app, err) < 0) {
		g_autofree char *folder = g_path_get_dirname(app->conf.socket);

		*help = help_with(app, folder, err);
		return -1;
	}
	open_events(app);
	open_watchdog(app);
	return 0;
}

int app_run(const char *conf_path, char **help, struct err *err)
{
	SCOPED(app) app = { .conf_path = conf_path };

	(void)signal(SIGPIPE, SIG_IGN);
	if (exec_init(err) < 0 || sampler_library_init(err) < 0 || start(&app, help, err) < 0) {
		return -1;
	}
	notify("READY=1");
	log_info("musterd is up version=%s socket=%s data_dir=%s", MUSTER_VERSION, app.conf.socket,
		 app.conf.data_dir);
	(void)event_base_dispatch(app.base);
	limit_end();
	log_info("musterd is down");
	return 0;
}

bool app_may_restart(const struct err *err)
{
	if (err->code == ERR_STORE) {
		return store_is_transient(err); /* not when the inventory is damaged */
	}
	return err->code != ERR_SYSTEM || err->native != EACCES;
}

int app_check(const char *conf_path, struct err *err)
{
	SCOPED(conf) conf = { 0 };

	return conf_load(&conf, conf_path, err);
}

int app_backup(const char *conf_path, const char *path, struct err *err)
{
	g_autofree char *inventory = NULL;
	SCOPED(conf) conf = { 0 };

	if (conf_load(&conf, conf_path, err) < 0) {
		return -1;
	}
	inventory = g_build_filename(conf.data_dir, INVENTORY, NULL);
	return store_backup_file(inventory, path, err);
}

#ifdef MUSTER_CRASH_POINTS
void app_crash_points(void)
{
	static const struct fsm *const machines[] = { &fsm_task, &fsm_rollout, &fsm_wave,
						      &fsm_mode };
	static const char *const when[] = { "before", "after" };

	for (size_t i = 0; i < CRASH_POINT_NR; i++) {
		(void)puts(crash_point_names[i]);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(machines); i++) {
		const struct fsm *fsm = machines[i];

		for (size_t j = 0; j < fsm->nr_edges * G_N_ELEMENTS(when); j++) {
			const struct fsm_edge *edge = &fsm->edges[j / G_N_ELEMENTS(when)];
			g_autofree char *name = crash_edge_name(fsm->name, fsm->states[edge->from],
								fsm->events[edge->event],
								when[j % G_N_ELEMENTS(when)]);

			(void)puts(name);
		}
	}
}
#endif
