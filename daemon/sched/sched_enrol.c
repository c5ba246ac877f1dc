/*
 * New tenants get muster's two tables before anybody waits for them. What fails here is
 * no news: the first task of a tenant makes them as well.
 */
#include "log.h"
#include "sched_state.h"

#define PORTION 50 /* schemas per order: other questions to the server get their turn */

struct enrolment {
	size_t left; /* orders not yet back */
	void (*done)(void *ctx);
	void *ctx;
};

static int on_enrolled(struct sched *sched, const struct exec_result *result, void *ctx,
		       struct err *err)
{
	(void)sched;
	(void)ctx;
	(void)err;
	if (!result->ok) {
		log_info("enrolment left to the first task error=\"%s\"", result->err.msg);
	}
	return 0;
}

static void end_one(struct enrolment *enrolment)
{
	if (--enrolment->left > 0) {
		return;
	}
	if (enrolment->done != NULL) {
		enrolment->done(enrolment->ctx);
	}
	g_free(enrolment);
}

static void on_done(void *ctx, const struct err *err)
{
	(void)err;
	end_one(ctx);
}

void sched_enrol(struct sched *sched, const struct store_server *server, char *const *schemas,
		 void (*done)(void *ctx), void *ctx)
{
	struct enrolment *enrolment = g_new0(struct enrolment, 1);
	const struct sched_job job = { on_enrolled, on_done, enrolment };
	size_t nr = 0;

	while (schemas[nr] != NULL) {
		nr++;
	}
	enrolment->done = done;
	enrolment->ctx = ctx;
	enrolment->left = 1; /* ours: it ends after the last order has been made */
	for (size_t first = 0; first < nr; first += PORTION) {
		struct exec_order *order = exec_order_new(EXEC_BASELINE);
		size_t count = MIN(nr - first, (size_t)PORTION);

		order->schemas = g_new0(char *, count + 1);
		for (size_t i = 0; i < count; i++) {
			order->schemas[i] = g_strdup(schemas[first + i]);
		}
		enrolment->left++;
		sched_job_start(sched, server, order, &job);
	}
	end_one(enrolment);
}
