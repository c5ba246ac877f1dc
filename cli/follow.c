#include "follow.h"

#include <signal.h>
#include <string.h>

#include "tick.h"

#define RETRY_MS 1000

static volatile sig_atomic_t interrupted = 0;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };

	interrupted = 0;
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
}

bool follow_interrupted(void)
{
	return interrupted != 0;
}

void follow_begin(struct follow *follow, struct client *client, const char *rollout, int64_t since,
		  follow_fn fn, void *ctx)
{
	*follow = (struct follow){ .client = client, .last = since, .fn = fn, .ctx = ctx };
	follow->rollout = g_strdup(rollout);
	catch_signals();
}

void follow_release(struct follow *follow)
{
	g_clear_pointer(&follow->stream, client_stream_free);
	sse_release(&follow->sse);
	g_free(follow->rollout);
	*follow = (struct follow){ 0 };
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
}

static void on_event(const char *data, size_t len, void *ctx)
{
	struct follow *follow = ctx;
	struct wire_event event = { 0 };

	if (wire_decode(&wire_event_type, &event, data, len, false, &follow->broken) < 0) {
		follow->broken.code = ERR_PROTOCOL;
		return;
	}
	if (event.id > follow->last) {
		follow->last = event.id;
		follow->got++;
		follow->fn(&event, follow->ctx);
	}
	wire_release(&wire_event_type, &event);
}

static void on_bytes(const char *bytes, size_t len, void *ctx)
{
	struct follow *follow = ctx;

	sse_feed(&follow->sse, bytes, len, on_event, follow);
}

static void open_stream(struct follow *follow)
{
	g_autoptr(GString) path = g_string_new(NULL);

	g_string_append_printf(path, "/v1/events?since=%" G_GINT64_FORMAT, follow->last);
	if (follow->rollout != NULL) {
		g_autofree char *escaped = g_uri_escape_string(follow->rollout, NULL, FALSE);

		g_string_append_printf(path, "&rollout=%s", escaped);
	}
	sse_release(&follow->sse);
	follow->stream = client_stream_open(follow->client, path->str, on_bytes, follow);
}

/* The stream is closed: may it be taken up again? */
static int lost(struct follow *follow, const struct err *why, struct err *err)
{
	int64_t now = tick_ms();

	g_clear_pointer(&follow->stream, client_stream_free);
	if (follow->gone_since == 0) {
		follow->gone_since = now;
	}
	if (!client_is_gone(why) || now - follow->gone_since > FOLLOW_GIVE_UP_MS) {
		*err = *why;
		return -1;
	}
	follow->next_try = now + RETRY_MS;
	return 0;
}

int follow_wait(struct follow *follow, int timeout_ms, struct err *err)
{
	struct err why = { 0 };
	int64_t now = tick_ms();

	follow->got = 0;
	if (follow->stream == NULL && now < follow->next_try) {
		int64_t rest = MIN(follow->next_try - now, timeout_ms);

		g_usleep((gulong)rest * 1000); /* a signal ends it */
		return 0;
	}
	if (follow->stream == NULL) {
		open_stream(follow);
	}
	if (!client_stream_poll(follow->stream, timeout_ms, &why)) {
		if (lost(follow, &why, err) < 0) {
			return -1;
		}
	} else if (client_stream_is_open(follow->stream)) {
		follow->gone_since = 0;
	}
	if (follow->broken.code != ERR_NONE) {
		*err = follow->broken;
		return -1;
	}
	return follow->got;
}
