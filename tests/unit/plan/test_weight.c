#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "chain.h"
#include "script.h"
#include "trial.h"
#include "weight.h"

static enum task_kind kind_of(const char *text, const struct trial *trial)
{
	SCOPED(script) script = { 0 };
	struct err err = { 0 };

	if (script_parse(&script, "a.sql", text, strlen(text), &err) < 0) {
		fail_msg("%s", err.msg);
	}
	assert_int_equal(script.nr, 1);
	return weight_of(&script.statements[0], trial);
}

static void an_alter_weighs_what_the_server_took(void **state)
{
	static const struct {
		enum ladder_rung rung;
		enum task_kind kind;
	} rungs[] = {
		{ LADDER_INSTANT, TASK_KIND_INSTANT },
		{ LADDER_NOCOPY, TASK_KIND_REBUILD },
		{ LADDER_INPLACE, TASK_KIND_REBUILD },
		{ LADDER_INPLACE_LOCKED, TASK_KIND_REBUILD },
		{ LADDER_COPY_ONLINE, TASK_KIND_REBUILD },
		{ LADDER_COPY, TASK_KIND_REBUILD },
	};

	(void)state;
	assert_int_equal(G_N_ELEMENTS(rungs), LADDER_NR);
	for (size_t i = 0; i < G_N_ELEMENTS(rungs); i++) {
		const struct trial trial = { .applies = true, .rung = rungs[i].rung };

		assert_int_equal(kind_of("alter table t add c int", &trial), rungs[i].kind);
	}
}

static void what_goes_through_rows_by_ranges_is_of_its_own_kind(void **state)
{
	struct statement_chunk chunk = { 0 };
	const struct statement statement = { .kind = STATEMENT_DML, .chunk = &chunk };

	(void)state;
	assert_int_equal(weight_of(&statement, NULL), TASK_KIND_CHUNK);
	assert_true(TASK_KIND_CHUNK > TASK_KIND_DATA && TASK_KIND_CHUNK < TASK_KIND_REBUILD);
}

static void other_statements_weigh_what_their_words_say(void **state)
{
	static const struct {
		const char *text;
		enum task_kind kind;
	} statements[] = {
		{ "create table t (id int)", TASK_KIND_INSTANT },
		{ "create table t as select 1 as id", TASK_KIND_DATA },
		{ "create or replace table t select * from u", TASK_KIND_DATA },
		{ "create view v as select id from tables", TASK_KIND_INSTANT },
		{ "create trigger a before insert on t for each row set new.b = (select 1)",
		  TASK_KIND_INSTANT },
		{ "drop table t", TASK_KIND_INSTANT },
		{ "rename table t to u", TASK_KIND_INSTANT },
		{ "alter database character set utf8mb4", TASK_KIND_INSTANT },
		{ "optimize table t", TASK_KIND_REBUILD },
		{ "repair table t", TASK_KIND_REBUILD },
		{ "/* ALTER */ alter table t odd words", TASK_KIND_REBUILD },
		{ "create unique index odd", TASK_KIND_REBUILD },
		{ "analyze table t", TASK_KIND_DATA },
		{ "insert into t values (1)", TASK_KIND_DATA },
		{ "select 1", TASK_KIND_DATA },
		{ "set @a = 1", TASK_KIND_INSTANT },
		{ "commit", TASK_KIND_INSTANT },
		{ "call anything()", TASK_KIND_UNKNOWN },
	};
	const struct trial ran = { 0 };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(statements); i++) {
		if (kind_of(statements[i].text, &ran) != statements[i].kind) {
			fail_msg("%s: %s", statements[i].text,
				 task_kind_names[kind_of(statements[i].text, &ran)]);
		}
	}
}

static void what_was_not_tried_is_known_only_of_rows_and_sessions(void **state)
{
	(void)state;
	assert_int_equal(kind_of("create table t (id int)", NULL), TASK_KIND_UNKNOWN);
	assert_int_equal(kind_of("call anything()", NULL), TASK_KIND_UNKNOWN);
	assert_int_equal(kind_of("update t set a = 1", NULL), TASK_KIND_DATA);
	assert_int_equal(kind_of("set @a = 1", NULL), TASK_KIND_INSTANT);
}

static enum task_kind kind_of_steps(const char *letters)
{
	SCOPED(chain) chain = { 0 };

	for (; *letters != '\0'; letters++) {
		char version[] = "1";
		const struct chain_step step = {
			.version = version,
			.kind = *letters == 'i'   ? TASK_KIND_INSTANT
				: *letters == 'd' ? TASK_KIND_DATA
				: *letters == 'r' ? TASK_KIND_REBUILD
						  : TASK_KIND_UNKNOWN,
		};

		if (*letters == '!') {
			chain.failure.version = g_strdup("2");
			break;
		}
		chain_add(&chain, &step);
	}
	return weight_of_chain(&chain);
}

static void a_chain_weighs_what_its_dearest_step_does(void **state)
{
	(void)state;
	assert_int_equal(kind_of_steps(""), TASK_KIND_INSTANT);
	assert_int_equal(kind_of_steps("ii"), TASK_KIND_INSTANT);
	assert_int_equal(kind_of_steps("idi"), TASK_KIND_DATA);
	assert_int_equal(kind_of_steps("rdi"), TASK_KIND_REBUILD);
	assert_int_equal(kind_of_steps("i?r"), TASK_KIND_UNKNOWN);
	assert_int_equal(kind_of_steps("i!"), TASK_KIND_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_alter_weighs_what_the_server_took),
		cmocka_unit_test(what_goes_through_rows_by_ranges_is_of_its_own_kind),
		cmocka_unit_test(other_statements_weigh_what_their_words_say),
		cmocka_unit_test(what_was_not_tried_is_known_only_of_rows_and_sessions),
		cmocka_unit_test(a_chain_weighs_what_its_dearest_step_does),
	};

	return cmocka_run_group_tests_name("weight", tests, NULL, NULL);
}
