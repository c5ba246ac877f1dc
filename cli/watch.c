#include "watch.h"

#include "board.h"
#include "exits.h"
#include "follow.h"
#include "screen.h"
#include "tick.h"
#include "views.h"

#define TURN_MS    250
#define PICTURE_MS 250  /* least time between two pictures that show news */
#define IDLE_MS    1000 /* the picture's rate and time left move without news */
#define DRAIN_MS   100
#define TALL       40 /* lines of a terminal that has room */

struct watch {
	struct call *call;
	struct board board;
	struct follow follow;
	struct screen screen;
	GString *lines;   /* owned; not yet printed */
	int64_t ended;    /* tasks that have ended, by the events seen */
	int64_t deadline; /* tick_ms; -1: none */
	int64_t loaded;   /* tick_ms of the last answer */
	bool news;
	bool live; /* a terminal */
	bool away; /* the daemon, and it was said */
};

static void watch_release(struct watch *watch)
{
	board_release(&watch->board);
	follow_release(&watch->follow);
	screen_release(&watch->screen);
	g_string_free(watch->lines, TRUE);
}

SCOPED_RELEASE(watch);

/* A rollout that was just started does not know its tenants yet; its first task does. */
static void learn_total(struct watch *watch)
{
	g_autofree char *id = g_strdup(watch->board.rollout.id);
	struct err err = { 0 };

	if (board_load(&watch->board, watch->call, id, &err) < 0) {
		return; /* only a number is missing; the next look says what is wrong */
	}
}

static void on_event(const struct wire_event *event, void *ctx)
{
	struct watch *watch = ctx;

	watch->news = true;
	if (progress_is_end(event)) {
		watch->ended++;
		if (watch->board.rollout.counts.total == 0) {
			learn_total(watch);
		}
	}
	if (!watch->live && call_is_for_people(watch->call)) {
		progress_line(watch->lines, event, watch->ended, watch->board.rollout.counts.total);
	}
}

static void flush_lines(struct watch *watch)
{
	if (watch->lines->len > 0) {
		call_print(watch->lines);
		(void)fflush(stdout);
		g_string_truncate(watch->lines, 0);
	}
}

/* Load the tasks and draw. */
static int draw(struct watch *watch, struct err *err)
{
	g_autoptr(GString) picture = g_string_new(NULL);
	struct style style = watch->call->style;
	size_t height = 0;

	screen_size(&style.width, &height);
	if (board_load_tasks(&watch->board, watch->call, height < TALL ? 3 : 8, err) < 0) {
		return -1;
	}
	board_picture(picture, &watch->board, height < TALL ? 4 : 8, &style);
	screen_clip(picture, height - 1); /* what has scrolled away cannot be drawn again */
	screen_draw(&watch->screen, picture);
	return 0;
}

/* Ask again when there is news, or when nobody has looked for a while. */
static int refresh(struct watch *watch, struct err *err)
{
	int64_t age = tick_ms() - watch->loaded;
	struct call *call = watch->call;
	struct board *board = &watch->board;
	g_autofree char *id = g_strdup(board->rollout.id);

	if (age < (watch->news ? PICTURE_MS : IDLE_MS)) {
		return 0;
	}
	if (board_load(board, call, id, err) < 0) {
		return -1;
	}
	if (!watch->news) {
		watch->ended = exits_ended(&board->rollout.counts);
	}
	watch->loaded = tick_ms();
	watch->news = false;
	return watch->live ? draw(watch, err) : 0;
}

static int say_it_goes_on(const struct watch *watch, const char *why)
{
	const struct wire_rollout *rollout = &watch->board.rollout;

	(void)fflush(stdout);
	(void)fprintf(stderr, "muster: %s: %s is %s and goes on\n  -> muster rollout watch %s\n",
		      why, rollout->id, rollout->state, rollout->id);
	return EXIT_TIMEOUT;
}

static int say_the_end(struct watch *watch)
{
	const struct wire_rollout *rollout = &watch->board.rollout;
	g_autofree char *next = progress_next_command(rollout);
	g_autoptr(GString) out = g_string_new(NULL);
	int code = (int)exits_of_rollout(rollout);

	if (!call_is_for_people(watch->call)) {
		call_print_item(watch->call, &view_rollout, rollout);
		return code;
	}
	if (watch->live) {
		return code; /* the last picture says it all */
	}
	progress_summary(out, rollout);
	call_print(out);
	if (code != EXIT_OK && next != NULL) {
		(void)fflush(stdout);
		(void)fprintf(stderr, "  -> %s\n", next);
	}
	return code;
}

/* Once, when the daemon goes; not into a picture. */
static void say_it_is_away(struct watch *watch)
{
	if (!watch->away && !watch->live) {
		(void)fprintf(stderr, "muster: musterd does not answer, waiting for it\n"
				      "  -> systemctl status musterd\n");
	}
	watch->away = true;
}

static int turn(struct watch *watch, struct err *err)
{
	if (follow_wait(&watch->follow, TURN_MS, err) < 0) {
		return -1;
	}
	flush_lines(watch);
	if (watch->follow.gone_since != 0) {
		say_it_is_away(watch);
		return 0; /* follow takes care */
	}
	watch->away = false;
	if (refresh(watch, err) < 0) {
		if (!client_is_gone(err)) {
			return -1;
		}
		watch->loaded = tick_ms(); /* it just left; the stream will notice, too */
	}
	return 0;
}

/* The rollout rests; its last events may still be on their way. */
static void drain(struct watch *watch)
{
	struct err err = { 0 };

	if (!watch->live && watch->follow.gone_since == 0) {
		while (!follow_interrupted() && follow_wait(&watch->follow, DRAIN_MS, &err) > 0) {
			flush_lines(watch);
		}
		flush_lines(watch);
	}
}

static int loop(struct watch *watch)
{
	struct err err = { 0 };

	for (;;) {
		if (exits_rollout_rests(&watch->board.rollout)) {
			drain(watch);
			return say_the_end(watch);
		}
		if (follow_interrupted()) {
			return say_it_goes_on(watch, "no longer watching");
		}
		if (watch->deadline >= 0 && tick_ms() >= watch->deadline) {
			return say_it_goes_on(watch, "the time is over");
		}
		if (turn(watch, &err) < 0) {
			return call_fail(watch->call, &err);
		}
	}
}

int watch_last_event(struct call *call, int64_t *last, struct err *err)
{
	struct wire_event_page page = { 0 };
	const struct ask ask = { .method = "GET",
				 .path = "/v1/events?since=-1&limit=1",
				 .out_type = &wire_event_page_type,
				 .out = &page };

	if (call_ask(call, &ask, err) < 0) {
		return -1;
	}
	*last = page.last;
	wire_release(&wire_event_page_type, &page);
	return 0;
}

int watch_rollout(struct call *call, const char *id, int64_t since)
{
	SCOPED(watch) watch = { .call = call, .lines = g_string_new(NULL), .deadline = -1 };
	struct err err = { 0 };

	watch.live = call_is_for_people(call) && call->style.width > 0;
	if (opts_flag(&call->opts, OPT_TIMEOUT)) {
		watch.deadline = tick_ms() + opts_number(&call->opts, OPT_TIMEOUT, 0);
	}
	if (board_load(&watch.board, call, id, &err) < 0) {
		return call_fail(call, &err);
	}
	watch.ended = since > 0 ? exits_ended(&watch.board.rollout.counts) : 0;
	follow_begin(&watch.follow, call->client, watch.board.rollout.id, since, on_event, &watch);
	if (watch.live && draw(&watch, &err) < 0) {
		return call_fail(call, &err);
	}
	return loop(&watch);
}
