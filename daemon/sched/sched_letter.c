/*
 * What workers and samplers sent: taken from the mailbox, counted, and read in the turn.
 */
#include "sample.h"
#include "sched_guard.h"
#include "sched_hook.h"
#include "sched_mode.h"
#include "sched_state.h"
#include "tick.h"

void sched_letter_free(struct letter *letter)
{
	exec_result_free(letter->result);
	g_free(letter->said);
	sample_free(letter->sample);
	g_free(letter);
}

bool sched_letters_take(struct sched *sched)
{
	struct letter *letter;
	bool is_idle = false;
	bool is_news = false;

	while ((letter = mailbox_take(sched->letters)) != NULL) {
		if (letter->sample == NULL) {
			g_queue_push_tail(&sched->inbox, letter);
			continue;
		}
		is_idle = true;
		is_news |= sched_guards_take(sched, g_steal_pointer(&letter->sample));
		sched_letter_free(letter);
	}
	return is_idle && !is_news && g_queue_is_empty(&sched->inbox);
}

/* A KILL that is late would end the statement of who has its session next. */
static void drop_killed(struct sched *sched, struct exec_result *result)
{
	const struct running *running = g_hash_table_lookup(sched->running, &result->id);

	if (result->kind == EXEC_TASK && running != NULL && running->killed) {
		exec_session_free(g_steal_pointer(&result->session));
	}
}

/* Physical facts: they hold whether or not the turn can be committed. */
static void count_letter(struct sched *sched, struct letter *letter)
{
	struct exec_result *result = letter->result;
	struct link *link;

	if (letter->counted || result == NULL) {
		return;
	}
	letter->counted = true;
	if (result->kind == EXEC_HOOK) {
		return; /* of no server */
	}
	link = g_hash_table_lookup(sched->links, &result->server_id);
	if (link == NULL) {
		exec_session_free(g_steal_pointer(&result->session));
		return;
	}
	if (result->addr_nr != link->addr_nr) {
		exec_session_free(g_steal_pointer(&result->session));
	}
	if (result->kind == EXEC_CLAIM) {
		link_give_claim(link, g_steal_pointer(&result->session));
		return;
	}
	if (result->kind == EXEC_TASK || result->kind == EXEC_CLOSE) {
		link->tasks--;
	} else {
		link->jobs--;
	}
	drop_killed(sched, result);
	sched_claim_left(link, result);
	link_give_session(link, g_steal_pointer(&result->session), tick_ms());
}

static int read_letter(struct sched *sched, struct letter *letter, struct err *err)
{
	struct link *link = NULL;

	if (letter->result == NULL) {
		return sched_task_said(sched, letter, err);
	}
	if (letter->result->kind == EXEC_HOOK) {
		return sched_hook_ended(sched, letter->result, err);
	}
	if (letter->result->kind == EXEC_CLAIM) {
		return sched_claim_ended(sched, letter->result, err);
	}
	link = g_hash_table_lookup(sched->links, &letter->result->server_id);
	if (link != NULL && letter->result->claim_lost) {
		link->claim_id = 0;
		link->claim_wanted = true;
	}
	if (link != NULL && sched_link_saw(sched, link, letter->result, err) < 0) {
		return -1;
	}
	if (letter->result->kind == EXEC_CLOSE) {
		return sched_mode_close_ended(sched, letter->result, err);
	}
	return letter->result->kind == EXEC_TASK ? sched_task_ended(sched, letter->result, err)
						 : sched_job_ended(sched, letter->result, err);
}

/* Nobody works on it any more; the next start finds its row and looks at the tenant. */
static void forget_task(struct sched *sched, const struct letter *letter)
{
	struct running *running = NULL;

	if (letter->result != NULL && letter->result->kind == EXEC_HOOK) {
		sched_hook_lost(sched, letter->result->id);
	}
	if (letter->result != NULL && letter->result->kind == EXEC_TASK) {
		running = g_hash_table_lookup(sched->running, &letter->result->id);
	}
	if (running != NULL) {
		running->ended = true;
	}
}

bool sched_letters_refused(const struct sched *sched)
{
	for (const GList *at = sched->inbox.head; at != NULL; at = at->next) {
		if (((const struct letter *)at->data)->refused) {
			return true;
		}
	}
	return false;
}

/*
 * A letter that cannot be read undoes the turn, which is made again without it: cheaper
 * than a savepoint for each of thousands that can.
 */
int sched_letters_read(struct sched *sched, struct err *err)
{
	(void)sched_letters_take(sched);
	for (GList *at = sched->inbox.head; at != NULL; at = at->next) {
		struct letter *letter = at->data;

		count_letter(sched, letter);
		if (letter->refused) {
			forget_task(sched, letter);
		} else if (read_letter(sched, letter, err) < 0) {
			letter->refused = err->code != ERR_STORE;
			return -1;
		}
	}
	return 0;
}
