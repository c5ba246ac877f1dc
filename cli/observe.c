#include "observe.h"

#include "board.h"
#include "exits.h"
#include "follow.h"
#include "screen.h"
#include "throttle.h"
#include "tick.h"
#include "views.h"

#define TURN_MS      250
#define PICTURE_MS   250  /* least time between two pictures that show news */
#define THROTTLE_MS  1000 /* least time between two looks at the servers */
#define IDLE_MS      1000 /* the picture's rate and time left move without news */
#define DRAIN_MS     100
#define SETTLE_TRIES 5
#define TALL         40 /* lines of a terminal that has room */

struct observe {
	struct cli *cli;
	struct board board;
	struct follow follow;
	struct screen screen;
	GString *lines;        /* owned; not yet printed */
	GHashTable *throttled; /* owned; what was told of the servers */
	int64_t ended;         /* tasks that have ended, by the events seen */
	int64_t begun;         /* that had ended at the verb's own event; -1: it was seen */
	int64_t settled;       /* that had ended at event settled_at */
	int64_t settled_at;    /* 0: nothing to settle */
	int64_t deadline;      /* tick_ms; -1: none */
	int64_t loaded;        /* tick_ms of the last answer */
	int64_t measured;      /* tick_ms of the last look at the servers */
	char *told;            /* owned; the rollout's state by the events seen */
	bool news;
	bool turned; /* that state is another one now: look at once */
	bool live;   /* a terminal */
	bool away;   /* the daemon, and it was said */
};

static void observe_release(struct observe *observe)
{
	board_release(&observe->board);
	follow_release(&observe->follow);
	screen_release(&observe->screen);
	g_string_free(observe->lines, TRUE);
	g_hash_table_unref(observe->throttled);
	g_free(observe->told);
}

SCOPED_RELEASE(observe);

/* A rollout that was just started does not know its tenants yet; its first task does. */
static void learn_total(struct observe *observe)
{
	g_autofree char *id = g_strdup(observe->board.rollout.id);
	struct err err = { 0 };

	if (board_load(&observe->board, observe->cli, id, &err) < 0) {
		return; /* only a number is missing; the next look says what is wrong */
	}
}

/*
 * An answer counts what the stream has not told yet: what it said is valid from the event on
 * that was the newest when it was given, and not before.
 */
static void settle(struct observe *observe, const struct wire_event *event)
{
	if (observe->settled_at != 0 && event->id > observe->settled_at) {
		observe->ended = observe->settled;
		observe->settled_at = 0;
	}
}

static void on_event(const struct wire_event *event, void *ctx)
{
	struct observe *observe = ctx;

	settle(observe, event);
	observe->news = true;
	if (event->object != NULL && event->state != NULL &&
	    g_str_equal(event->object, observe->board.rollout.id)) {
		g_free(observe->told);
		observe->told = g_strdup(event->state);
		observe->turned = true;
		if (observe->begun >= 0) {
			observe->ended = observe->begun; /* tasks may have ended just before */
			observe->begun = -1;
		}
	}
	if (progress_is_end(event)) {
		observe->ended++;
		if (observe->board.rollout.counts.total == 0) {
			learn_total(observe);
		}
	}
	if (!observe->live && cli_is_for_people(observe->cli)) {
		progress_line(observe->lines, event, observe->ended,
			      observe->board.rollout.counts.total);
	}
}

static void flush_lines(struct observe *observe)
{
	if (observe->lines->len > 0) {
		cli_print(observe->lines);
		(void)fflush(stdout);
		g_string_truncate(observe->lines, 0);
	}
}

static void draw(struct observe *observe)
{
	g_autoptr(GString) picture = g_string_new(NULL);
	struct style style = observe->cli->style;
	size_t height = 0;

	screen_size(&style.width, &height);
	board_picture(picture, &observe->board, height < TALL ? 4 : 8, &style);
	if (observe->away) {
		g_string_append(picture, "  musterd does not answer, waiting for it\n");
	}
	screen_clip(picture, style.width, height - 1); /* what has scrolled away stays */
	screen_draw(&observe->screen, picture);
}

static int load_and_draw(struct observe *observe, struct err *err)
{
	size_t width = 0;
	size_t height = 0;

	screen_size(&width, &height);
	if (board_load_tasks(&observe->board, observe->cli, height < TALL ? 3 : 8, err) < 0) {
		return -1;
	}
	draw(observe);
	return 0;
}

/* How the servers are: part of the picture, or a line for each that is another way now. */
static int load_throttles(struct observe *observe, struct err *err)
{
	struct board *board = &observe->board;

	if (!cli_is_for_people(observe->cli) || exits_rollout_rests(&board->rollout) ||
	    tick_ms() - observe->measured < THROTTLE_MS) {
		return 0;
	}
	observe->measured = tick_ms();
	if (board_load_throttles(board, observe->cli, err) < 0) {
		return -1;
	}
	if (!observe->live) {
		throttle_changes(observe->lines, observe->throttled, &board->throttles);
		flush_lines(observe);
	}
	return 0;
}

/*
 * Load the rollout between two looks at the newest event: when both see the same one, nothing
 * can have ended between it and the counts. 1: so it was, 0: too much goes on.
 */
static int load_settled(struct observe *observe, const char *id, int64_t *last, struct err *err)
{
	int64_t before = 0;

	if (observe_last_event(observe->cli, last, err) < 0) {
		return -1;
	}
	if (observe->live || !cli_is_for_people(observe->cli)) {
		return board_load(&observe->board, observe->cli, id, err); /* nothing is counted */
	}
	for (int i = 0; i < SETTLE_TRIES; i++) {
		before = *last;
		if (board_load(&observe->board, observe->cli, id, err) < 0 ||
		    observe_last_event(observe->cli, last, err) < 0) {
			return -1;
		}
		if (*last == before) {
			return 1;
		}
	}
	*last = before; /* better a task that is counted twice than one that is not shown */
	return 0;
}

/* Without news the count is made good: others may have retried or released tasks. */
static int load_again(struct observe *observe, const char *id, struct err *err)
{
	int64_t last = 0;
	int found;

	if (observe->news || observe->live || !cli_is_for_people(observe->cli)) {
		return board_load(&observe->board, observe->cli, id, err);
	}
	found = load_settled(observe, id, &last, err);
	if (found > 0) {
		observe->settled = exits_ended(&observe->board.rollout.counts);
		observe->settled_at = last;
	}
	return found < 0 ? -1 : 0;
}

/* Ask again when there is news, or when nobody has looked for a while. */
static int refresh(struct observe *observe, struct err *err)
{
	int64_t age = tick_ms() - observe->loaded;
	g_autofree char *id = g_strdup(observe->board.rollout.id);

	if (!observe->turned && age < (observe->news ? PICTURE_MS : IDLE_MS)) {
		return 0;
	}
	if (load_again(observe, id, err) < 0) {
		return -1;
	}
	observe->loaded = tick_ms();
	observe->news = false;
	observe->turned = false;
	if (load_throttles(observe, err) < 0) {
		return -1;
	}
	return observe->live ? load_and_draw(observe, err) : 0;
}

static int say_it_goes_on(const struct observe *observe, const char *why)
{
	const struct wire_rollout *rollout = &observe->board.rollout;

	(void)fflush(stdout);
	(void)fprintf(stderr, "muster: %s: %s is %s and goes on\n  -> muster rollout watch %s\n",
		      why, rollout->id, rollout->state, rollout->id);
	return EXIT_TIMEOUT;
}

static int say_the_end(struct observe *observe)
{
	const struct wire_rollout *rollout = &observe->board.rollout;
	g_autofree char *next = progress_next_command(rollout);
	g_autoptr(GString) out = g_string_new(NULL);
	int code = (int)exits_of_rollout(rollout);

	if (!cli_is_for_people(observe->cli)) {
		cli_print_item(observe->cli, &view_rollout, rollout);
		return code;
	}
	if (observe->live) {
		return code; /* the last picture says it all */
	}
	progress_summary(out, rollout);
	cli_print(out);
	if (code != EXIT_OK && next != NULL) {
		(void)fflush(stdout);
		(void)fprintf(stderr, "  -> %s\n", next);
	}
	return code;
}

/* Once, when the daemon goes. */
static void say_it_is_away(struct observe *observe)
{
	if (observe->away) {
		return;
	}
	observe->away = true;
	if (observe->live) {
		draw(observe);
	} else {
		cli_say_away();
	}
}

static int turn(struct observe *observe, struct err *err)
{
	if (follow_wait(&observe->follow, TURN_MS, err) < 0) {
		return -1;
	}
	flush_lines(observe);
	if (observe->follow.gone_since != 0) {
		say_it_is_away(observe);
		return 0; /* follow takes care */
	}
	observe->away = false;
	if (refresh(observe, err) < 0) {
		if (!client_is_gone(err)) {
			return -1;
		}
		observe->loaded = tick_ms(); /* it just left; the stream will notice, too */
	}
	return 0;
}

/* The rollout rests; its last events may still be on their way. */
static void drain(struct observe *observe)
{
	struct err err = { 0 };

	while (!observe->live && observe->follow.gone_since == 0 && !follow_interrupted() &&
	       g_strcmp0(observe->told, observe->board.rollout.state) != 0 &&
	       follow_wait(&observe->follow, DRAIN_MS, &err) > 0) {
		flush_lines(observe);
	}
	flush_lines(observe);
}

static int loop(struct observe *observe)
{
	struct err err = { 0 };

	for (;;) {
		if (exits_rollout_rests(&observe->board.rollout)) {
			drain(observe);
			return say_the_end(observe);
		}
		if (follow_interrupted()) {
			return say_it_goes_on(observe, "no longer watching");
		}
		if (observe->deadline >= 0 && tick_ms() >= observe->deadline) {
			return say_it_goes_on(observe, "the time is over");
		}
		if (turn(observe, &err) < 0) {
			return cli_fail(observe->cli, &err);
		}
	}
}

int observe_last_event(struct cli *cli, int64_t *last, struct err *err)
{
	struct wire_event_page page = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = "/v1/events?since=-1&limit=1",
				 .out_type = &wire_event_page_type,
				 .out = &page };

	if (cli_ask(cli, &ask, err) < 0) {
		return -1;
	}
	*last = page.last;
	wire_release(&wire_event_page_type, &page);
	return 0;
}

static void observe_init(struct observe *observe, struct cli *cli)
{
	*observe = (struct observe){ .cli = cli,
				     .lines = g_string_new(NULL),
				     .throttled = throttle_told_new(),
				     .begun = -1,
				     .deadline = -1 };
	observe->live = cli_is_for_people(cli) && cli->style.width > 0;
	if (opts_flag(&cli->opts, OPT_TIMEOUT)) {
		observe->deadline = tick_ms() + opts_number(&cli->opts, OPT_TIMEOUT, 0);
	}
}

/* The rollout is loaded: its events behind since, until it rests. */
static int follow_from(struct observe *observe, int64_t since)
{
	struct err err = { 0 };

	follow_begin(&observe->follow, observe->cli->client, observe->board.rollout.id, since,
		     on_event, observe);
	if (observe->live && load_and_draw(observe, &err) < 0) {
		return cli_fail(observe->cli, &err);
	}
	return loop(observe);
}

int observe_rollout(struct cli *cli, const char *id, int64_t since, int64_t ended)
{
	SCOPED(observe) observe = { 0 };
	struct err err = { 0 };

	observe_init(&observe, cli);
	observe.ended = ended;
	observe.begun = since > 0 ? ended : -1;
	if (board_load(&observe.board, cli, id, &err) < 0) {
		return cli_fail(cli, &err);
	}
	return follow_from(&observe, since);
}

int observe_from_now(struct cli *cli, const char *id)
{
	SCOPED(observe) observe = { 0 };
	struct err err = { 0 };
	int64_t since = 0;

	observe_init(&observe, cli);
	if (load_settled(&observe, id, &since, &err) < 0) {
		return cli_fail(cli, &err);
	}
	observe.ended = exits_ended(&observe.board.rollout.counts);
	return follow_from(&observe, since);
}
