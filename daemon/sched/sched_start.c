/*
 * How a rollout begins: what was asked is checked whole before anything is stored.
 */
#include <string.h>

#include "census.h"
#include "close_plan.h"
#include "log.h"
#include "release.h"
#include "sched_holes.h"
#include "sched_hook.h"
#include "sched_plan.h"
#include "selector.h"
#include "store_release.h"
#include "store_rollout.h"
#include "tick.h"
#include "wave.h"

/* ---- releases ------------------------------------------------------------------------ */

int sched_release_put(struct sched *sched, const char *name, const char *format,
		      const struct release_files *files, struct store_release *release,
		      struct err *err)
{
	struct release *parsed = release_parse(files, format, err);
	struct store_release row = { 0 };
	int rc;

	if (parsed == NULL) {
		return -1;
	}
	store_text_set(&row.name, name);
	store_text_set(&row.format, parsed->format);
	store_text_set(&row.checksum, parsed->checksum);
	row.migrations = (int64_t)parsed->nr;
	store_text_set(&row.last_version, parsed->migrations[parsed->nr - 1].version);
	release_unref(parsed);
	rc = store_release_put(sched->store, &row, files, err);
	if (rc == 0) {
		*release = row;
		return 0;
	}
	store_release_release(&row);
	return -1;
}

struct release *sched_release_get(struct sched *sched, int64_t release_id, struct err *err)
{
	struct release *release = g_hash_table_lookup(sched->releases, &release_id);
	SCOPED(release_files) files = { 0 };
	SCOPED(store_release) row = { 0 };

	if (release != NULL) {
		return release_ref(release);
	}
	if (store_release_get_id(sched->store, release_id, &row, err) < 0 ||
	    store_release_files(sched->store, release_id, &files, err) < 0) {
		return NULL;
	}
	release = release_parse(&files, row.format, err);
	if (release == NULL) {
		err_prefix(err, "stored release %s", row.name);
		return NULL;
	}
	if (g_strcmp0(release->checksum, row.checksum) != 0) {
		err_set(err, ERR_STORE,
			"stored release %s is not what its checksum says: the inventory is "
			"damaged; stop musterd and restore a copy made by `musterd --backup`",
			row.name);
		release_unref(release);
		return NULL;
	}
	g_hash_table_insert(sched->releases, g_memdup2(&release_id, sizeof(release_id)),
			    release_ref(release));
	return release;
}

/* ---- what was asked ------------------------------------------------------------------ */

static int check_release(struct sched *sched, const struct sched_start *start,
			 struct store_rollout *row, struct err *err)
{
	SCOPED(store_release) release = { 0 };
	struct release *parsed;
	bool known = true;

	if (start->release == NULL || start->release[0] == '\0') {
		return err_set(err, ERR_INVALID,
			       "no release is named: see \"muster release list\"");
	}
	if (store_release_get(sched->store, start->release, &release, err) < 0) {
		return -1;
	}
	parsed = sched_release_get(sched, release.id, err);
	if (parsed == NULL) {
		return -1;
	}
	known = start->to == NULL || release_find_word(parsed, start->to) >= 0;
	release_unref(parsed);
	if (!known) {
		return err_set(err, ERR_INVALID,
			       "release %s has no version \"%s\": see \"muster release show %s\"",
			       release.name, start->to, release.name);
	}
	row->release_id = release.id;
	store_text_set(&row->release, release.name);
	store_text_set(&row->to_version, start->to);
	return 0;
}

static int check_waves(const struct sched_start *start, size_t tenants, struct store_rollout *row,
		       struct err *err)
{
	g_autofree int64_t *ids = g_new0(int64_t, tenants);
	SCOPED(wave_plan) plan = { 0 };
	struct wave_spec spec;
	const char *text = start->waves != NULL ? start->waves : "rest";

	if (wave_spec_parse(&spec, text, err) < 0 ||
	    wave_plan_build(&plan, &spec, ids, tenants, err) < 0) {
		return -1;
	}
	store_text_set(&row->waves, text);
	row->bake_ms = start->bake_ms;
	if (start->gate == NULL || strcmp(start->gate, "none") == 0) {
		return 0;
	}
	row->gate_human = strcmp(start->gate, "human") == 0;
	if (!row->gate_human) {
		return err_set(err, ERR_INVALID, "gate: \"%s\" is neither \"none\" nor \"human\"",
			       start->gate);
	}
	return 0;
}

/* Is every tenant closed for writes while it is worked on? */
static bool closes(const struct sched_start *start)
{
	return start->readonly || g_strcmp0(start->strategy, SCHED_STRATEGY_COLD) == 0;
}

/* Will its statements run otherwise than written, where that is cheaper and ends the same? */
static bool rewrites(const struct sched_start *start)
{
	return !start->no_rewrite &&
	       (start->strategy == NULL || strcmp(start->strategy, "auto") == 0);
}

struct sched_plan_ask sched_start_ask(const struct sched_start *start)
{
	return (struct sched_plan_ask){
		.release = start->release,
		.selector = start->selector,
		.to = start->to,
		.stall_ms = start->stall_ms,
		.closes = closes(start),
		.close_method = start->close_method,
		.accepts_holes = start->accept_holes,
		.rewrites = rewrites(start),
		.for_rollout = true,
		.headway = start->headway,
	};
}

static int check_limits(struct sched *sched, const struct sched_start *start, size_t tenants,
			struct store_rollout *row, struct err *err)
{
	const char *budget = start->budget != NULL ? start->budget : sched->policy.budget;

	if (start->running < 0 || start->per_server < 0 || start->stall_ms < 0 ||
	    start->bake_ms < 0) {
		return err_set(err, ERR_INVALID,
			       "limits: running, per_server, stall and bake are "
			       "not negative");
	}
	if (start->priority < SCHED_PRIORITY_LEAST || start->priority > SCHED_PRIORITY_MOST) {
		return err_set(err, ERR_INVALID, "priority: %lld is not a number from %d to %d",
			       (long long)start->priority, SCHED_PRIORITY_LEAST,
			       SCHED_PRIORITY_MOST);
	}
	row->priority = start->priority;
	row->running_limit = start->running > 0 ? start->running : sched->policy.running;
	row->per_server_limit = start->per_server;
	row->stall_ms = start->stall_ms > 0 ? start->stall_ms : sched->policy.stall_ms;
	store_text_set(&row->strategy, start->strategy != NULL ? start->strategy : "auto");
	if (strcmp(row->strategy, "auto") != 0 && strcmp(row->strategy, "direct") != 0 &&
	    strcmp(row->strategy, SCHED_STRATEGY_COLD) != 0) {
		return err_set(err, ERR_INVALID,
			       "strategy: \"%s\" is none of \"auto\", \"direct\" and \"cold\"",
			       row->strategy);
	}
	row->no_rewrite = start->no_rewrite;
	if (start->window != NULL &&
	    sched_window_word(start->window, &row->ignore_window, err) < 0) {
		return -1;
	}
	return sched_budget_parse(budget, (int64_t)tenants, &row->budget_limit, err);
}

static bool has_readonly(const struct release *release)
{
	for (size_t i = 0; i < release->nr; i++) {
		if (release->migrations[i].readonly) {
			return true;
		}
	}
	return false;
}

static int check_closing(struct sched *sched, const struct sched_start *start,
			 struct store_rollout *row, struct err *err)
{
	struct release *release = sched_release_get(sched, row->release_id, err);

	if (release == NULL) {
		return -1;
	}
	row->readonly = closes(start)           ? STORE_READONLY_ALL
			: has_readonly(release) ? STORE_READONLY_ASKED
						: STORE_READONLY_NONE;
	release_unref(release);
	row->max_closed_ms = start->max_closed_ms;
	row->drain_ms = start->drain_ms;
	row->accept_holes = start->accept_holes;
	if (start->max_closed_ms < 0 || start->drain_ms < 0) {
		return err_set(err, ERR_INVALID, "limits: max_closed and drain are not negative");
	}
	if (row->readonly == STORE_READONLY_NONE &&
	    (start->max_closed_ms > 0 || start->drain_ms > 0 || start->accept_holes ||
	     start->close_method != NULL)) {
		return err_set(
			err, ERR_INVALID,
			"max_closed, drain, accept_holes and method are about closing "
			"tenants: give --readonly or --strategy cold, too, or write -- muster: "
			"readonly=on into a file");
	}
	return 0;
}

/* Without a hook nobody would be told to stop. */
static int check_method(const struct sched_start *start, struct store_rollout *row, struct err *err)
{
	const char *method = start->close_method;

	if (sched_holes_method(method, err) < 0) {
		return -1;
	}
	if (g_strcmp0(method, close_method_names[CLOSE_HOOK]) == 0 &&
	    !hook_set_has(row->hooks, HOOK_BEFORE_CLOSE) &&
	    !hook_set_has(row->hooks, HOOK_AFTER_CLOSE)) {
		return err_set(err, ERR_INVALID,
			       "method hook takes nothing by itself: name the hook that has the "
			       "application stop, --hook before-close=NAME");
	}
	store_text_set(&row->close_method, method);
	return 0;
}

/* One that nothing would ever run was meant for another rollout. */
static int check_hooks(struct sched *sched, const struct sched_start *start,
		       struct store_rollout *row, struct err *err)
{
	for (char *const *word = start->hooks; word != NULL && *word != NULL; word++) {
		enum hook_event event = HOOK_EVENT_NR;

		if (hook_set_word(*word, &event, err) == NULL) {
			return -1;
		}
		if (row->readonly == STORE_READONLY_NONE && event != HOOK_BEFORE_ROLLOUT &&
		    event != HOOK_AFTER_ROLLOUT) {
			return err_set(
				err, ERR_INVALID,
				"hook: %s is about closing tenants: give --readonly, too, or "
				"write -- muster: readonly=on into a file",
				hook_event_names[event]);
		}
	}
	return sched_hooks_ask(sched, start->hooks, &row->hooks, err);
}

int sched_window_word(const char *word, bool *ignore, struct err *err)
{
	bool is_ignore = strcmp(word, "ignore") == 0;

	if (!is_ignore && strcmp(word, "respect") != 0) {
		return err_set(err, ERR_INVALID,
			       "window: \"%s\" is neither \"respect\" nor \"ignore\"", word);
	}
	*ignore = is_ignore;
	return 0;
}

static bool is_name_char(char c)
{
	return g_ascii_isalnum(c) || strchr("-_.", c) != NULL;
}

static bool looks_like_id(const char *name)
{
	const char *digits = name[0] == 'r' ? name + 1 : name;

	return digits[0] != '\0' && strspn(digits, "0123456789") == strlen(digits);
}

/* A rollout that nobody names is called as its release. */
static int check_name(const struct sched_start *start, struct store_rollout *row, struct err *err)
{
	const char *name = start->name;

	if (name == NULL) {
		g_autofree char *derived = g_strdup_printf(
			"%s%s", looks_like_id(row->release) ? "release-" : "", row->release);

		store_text_set(&row->name, derived);
		return 0;
	}
	if (name[0] == '\0') {
		return err_set(
			err, ERR_INVALID,
			"name: a rollout cannot be called nothing; without a name it is called "
			"as its release");
	}
	for (const char *at = name; *at != '\0'; at++) {
		if (!is_name_char(*at)) {
			return err_set(
				err, ERR_INVALID,
				"name: \"%s\" may hold letters, digits, \"-\", \"_\" and \".\"",
				name);
		}
	}
	if (looks_like_id(name)) {
		return err_set(err, ERR_INVALID, "name: \"%s\" looks like the id of a rollout",
			       name);
	}
	store_text_set(&row->name, name);
	return 0;
}

static const char *selector_of(const struct sched_start *start)
{
	return start->selector != NULL ? start->selector : "*";
}

int sched_start_parse(struct sched *sched, const struct sched_start *start,
		      struct store_rollout *row, struct err *err)
{
	size_t tenants = 0;

	if (check_release(sched, start, row, err) < 0 ||
	    census_count(sched, start->selector, &tenants, err) < 0 ||
	    check_waves(start, tenants, row, err) < 0 ||
	    check_limits(sched, start, tenants, row, err) < 0 ||
	    check_closing(sched, start, row, err) < 0 || check_hooks(sched, start, row, err) < 0 ||
	    check_method(start, row, err) < 0 || check_name(start, row, err) < 0) {
		return -1;
	}
	store_text_set(&row->selector, selector_of(start));
	return 0;
}

int sched_rollout_check(struct sched *sched, const struct sched_start *start, struct err *err)
{
	SCOPED(store_rollout) row = { 0 };

	return sched_start_parse(sched, start, &row, err);
}

/* A name nobody gave is made unique by a number. */
static int put_named(struct sched *sched, const struct sched_start *start,
		     struct store_rollout *row, struct err *err)
{
	g_autofree char *base = g_strdup(row->name);

	for (unsigned n = 2; store_rollout_put(sched->store, row, err) < 0; n++) {
		g_autofree char *next = g_strdup_printf("%s-%u", base, n);

		if (err->code != ERR_CONFLICT || start->name != NULL || n > 10000) {
			return -1;
		}
		store_text_set(&row->name, next);
	}
	return 0;
}

/* What else was asked may have been set since. */
static bool is_asked_again(const struct sched_start *start, int64_t release_id,
			   const struct store_rollout *row)
{
	return release_id == row->release_id && strcmp(selector_of(start), row->selector) == 0 &&
	       g_strcmp0(start->to, row->to_version) == 0 &&
	       (start->name == NULL || strcmp(start->name, row->name) == 0);
}

/* The rollout that this key has started, if it is the one that is asked for. */
static int start_again(struct sched *sched, const struct sched_start *start, int64_t id,
		       struct store_rollout *rollout, struct err *err)
{
	SCOPED(store_release) release = { 0 };
	SCOPED(store_rollout) row = { 0 };

	if (store_rollout_get_id(sched->store, id, &row, err) < 0 ||
	    store_release_get(sched->store, start->release, &release, err) < 0) {
		return -1;
	}
	if (!is_asked_again(start, release.id, &row)) {
		return err_set(err, ERR_CONFLICT,
			       "the idempotency key %.64s has started another rollout, r%lld "
			       "(release %s%s%s, tenants %.128s): give this one a key of its own",
			       start->key, (long long)id, row.release,
			       row.to_version != NULL ? " to version " : "",
			       row.to_version != NULL ? row.to_version : "", row.selector);
	}
	*rollout = row;
	row = (struct store_rollout){ 0 };
	return 0;
}

int sched_rollout_start(struct sched *sched, const struct sched_start *start,
			const struct sched_actor *actor, struct store_rollout *rollout,
			struct err *err)
{
	SCOPED(store_rollout) row = { .state = ROLLOUT_SCHEDULED, .created_at = tick_wall_ms() };
	int64_t known = start->key == NULL ? 0 : store_key_get(sched->store, start->key, err);
	g_autofree char *object = NULL;

	if (known != 0) {
		return known < 0 ? -1 : start_again(sched, start, known, rollout, err);
	}
	if (sched_start_parse(sched, start, &row, err) < 0) {
		return -1;
	}
	store_text_set(&row.owner, actor->name);
	store_text_set(&row.start_reason, actor->reason);
	store_text_set(&row.reason, "its tenants are being looked at");
	if (put_named(sched, start, &row, err) < 0 ||
	    (start->key != NULL && store_key_put(sched->store, start->key, row.id, err) < 0)) {
		return -1;
	}
	object = g_strdup_printf("r%lld", (long long)row.id);
	if (sched_note(sched, actor, row.id, "rollout", object, rollout_state_names[row.state],
		       "started", err) < 0) {
		return -1;
	}
	log_info("rollout scheduled rollout=%s name=%s release=%s owner=%s", object, row.name,
		 row.release, row.owner);
	sched->runs_stale = true;
	return store_rollout_get_id(sched->store, row.id, rollout, err);
}
