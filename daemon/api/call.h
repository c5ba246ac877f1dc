/*
 * call - one request on its way through an operation.
 *
 * Holds what the handler is given (arguments of the path, parameters of the query, the
 * decoded body, who asks) and what it fills in (an answer, a list or a text), and sends the
 * answer, now or later. A call that the api was closed under is only freed.
 *
 * Loop thread only.
 */
#ifndef CALL_H
#define CALL_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "headway.h"
#include "sched.h"
#include "wire.h"

#define CALL_ARGS_MAX 2

struct api;
struct evkeyvalq;
struct http_request;
struct op;

/* One request, from its arrival until its answer. */
struct call {
	struct api *api; /* NULL: the api was closed meanwhile */
	const struct op *op;
	struct http_request *http; /* owned until answered */
	char *args[CALL_ARGS_MAX]; /* owned */
	struct evkeyvalq *params;  /* owned */
	void *request;             /* owned; a struct of op->request */
	const struct wire_type *answer_type;
	void *answer;             /* owned; a struct of answer_type, empty at first */
	struct wire_list list;    /* owned; instead of answer when op->is_list */
	char *text;               /* owned; instead of both when op->answer is NULL */
	const char *content_type; /* of text; static */
	int status;               /* of the answer; 0: 200 */
	char *hint;               /* owned; the command that helps; NULL: by the table */
	char *field;              /* owned; of a row that is wrong: which; or NULL */
	char *actor_name;         /* owned */
	struct sched_actor actor; /* who asks, and why: borrowed from here */
	struct headway headway;   /* of a look that takes long: GET /v1/calls/KEY tells of it */
	bool patient;             /* waits for something to change, not for something to be done */
	int refs;
};

/* A call of http, which it takes; op is NULL until it is known. One reference. */
struct call *call_new(struct api *api, struct http_request *http);

/* Drop a reference without an answer: call_finish will send it, or a stream took over. */
void call_unref(struct call *call);

/* The api goes away: the call must not look at it any more. */
void call_orphan(struct call *call);

/* Read query ("a=b&c=d", NULL: none); a name that is not among those allowed is refused. */
NODISCARD int call_params_read(struct call *call, const char *query, const char *allowed,
			       struct err *err);

/* Room for the answer as the operation says. */
void call_prepare(struct call *call);

/* The answer is of another type than the table says. */
void call_answer_as(struct call *call, const struct wire_type *type);

/* One more who will call call_finish. */
void call_defer(struct call *call);

/* A call that waits for a job of the scheduler, which is given up when the client goes away. */
struct errand {
	struct call *call;
	void *job; /* borrowed; until it has answered */
	void (*cancel)(void *job);
};

struct errand *errand_new(struct call *call, void (*cancel)(void *job));

/* The job that was begun with the errand as its context: OP_LATER. NULL: OP_FAILED, it is freed. */
int errand_begin(struct errand *errand, void *job);

/* Takes hint, the command that helps when it fails; the last one counts. */
void call_set_hint(struct call *call, char *hint);

/*
 * Send the answer, or err when it is not NULL, and drop one reference. Each call_defer needs
 * one; the first sends, the others only drop.
 */
void call_finish(struct call *call, const struct err *err);

/*
 * Tell who waits why that lasts, and answer nothing more. A look that nobody waits for any more is
 * given up; what else was asked is done when it can be.
 */
void call_send_away(struct call *call, const struct err *why);

/* As call_finish with another status than that of the error's code. */
void call_refuse(struct call *call, int status, const struct err *err);

/* A parameter of the query, or NULL; as a number in min..max, dflt when it is not there. */
const char *call_param(const struct call *call, const char *name);
NODISCARD int call_param_int(const struct call *call, const char *name, int64_t *value,
			     const int64_t limits[2], struct err *err);

/* The texts of a request, ended by NULL. Owned. */
char **call_words(const struct wire_texts *texts);

/*
 * fn in a transaction, which is kept unless fn or the commit fails (-1). Also for what a call still
 * has to store when its own has ended. What fn returned.
 */
NODISCARD int call_transact(struct api *api, int (*fn)(void *ctx, struct err *err), void *ctx,
			    struct err *err);

/* One row of the audit trail in the transaction of the call. */
NODISCARD int call_note(struct call *call, const char *kind, const char *family, const char *name,
			const char *text, struct err *err);

/* ERR_CONFLICT in words when a request names another revision than the object has. */
NODISCARD int revision_check(const char *what, int64_t asked, int64_t is, struct err *err);

#endif /* CALL_H */
