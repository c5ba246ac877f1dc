/*
 * task_run - one task: guard -> apply -> check -> result.
 *
 * The only place that knows the order. Every way a task can end is an event of the
 * task machine and a sentence in result->reason.
 *
 * Workers; blocks.
 */
#ifndef TASK_RUN_H
#define TASK_RUN_H

struct exec_order;
struct exec_result;

/* order->kind is EXEC_TASK. Fills everything of result but the session. */
void task_run(struct exec_order *order, struct exec_result *result);

#endif /* TASK_RUN_H */
