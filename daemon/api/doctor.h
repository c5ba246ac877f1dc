/*
 * doctor - what the inventory, the tenants and their servers disagree about.
 *
 * Each rule looks at one tenant or one server, at what is recorded and at what was just
 * seen, and says in words what does not fit and which command settles it. Pure; asks
 * nobody (ops_doctor.c does), decides nothing, changes nothing.
 */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <stdint.h>

#include "store_rows.h"
#include "wire.h"

struct exec_closed;
struct exec_info;
struct exec_standing;

/* Everything is borrowed. */
struct doctor_tenant {
	const struct store_tenant *row;
	const struct exec_standing *seen; /* NULL: its server gave no answer */
	const char *drifted;              /* lines: how its schema differs, or NULL */
	const struct store_task *last;    /* its newest task, or NULL */
	enum rollout_state rollout;       /* of that task */
	const char *shut;                 /* why its windows never let it be migrated, or NULL */
	const char *stuck; /* why it is neither closed nor open for writes, or NULL */
	uint64_t epoch;    /* ours */
};

/* Append what is wrong with one tenant to a list of wire_finding. */
void doctor_tenant(const struct doctor_tenant *subject, struct wire_list *findings);

struct doctor_server {
	const struct store_server *row; /* as it is now */
	const struct exec_info *info;   /* NULL: it gave no answer */
	const struct err *err;          /* why not; NULL when it did */
};

void doctor_server(const struct doctor_server *subject, struct wire_list *findings);

/* A database that has a history and is no tenant. */
void doctor_stranger(const struct store_server *server, const char *schema,
		     struct wire_list *findings);

/* A database that says of itself that it is closed, which nobody here knows; all borrowed. */
void doctor_closed(const struct store_server *server, const struct exec_closed *closed,
		   const char *tenant, struct wire_list *findings); /* NULL: none of ours */

/* By object, then by problem. */
void doctor_sort(struct wire_list *findings);

#endif /* DOCTOR_H */
