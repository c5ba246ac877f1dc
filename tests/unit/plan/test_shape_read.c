#include <stdio.h>
#include <stdlib.h>

#include "shape_kit.h"

enum { SAME, MINOR, OTHER };

/* clang-format off */
static const struct {
	const char *sql; int want; enum db_flavor only;
} changes[] = { /* one after the other */
	{ "delete from users",                                             SAME,  DB_UNKNOWN },
	{ "alter table users add note text",                               OTHER, DB_UNKNOWN },
	{ "alter table users modify note mediumtext",                      OTHER, DB_UNKNOWN },
	{ "alter table users modify note mediumtext not null",             OTHER, DB_UNKNOWN },
	{ "alter table users modify note mediumtext collate utf8mb4_general_ci not null",
	                                                                   OTHER, DB_UNKNOWN },
	{ "alter table users rename column note to notes",                 OTHER, DB_UNKNOWN },
	{ "alter table users drop column notes",                           OTHER, DB_UNKNOWN },
	{ "alter table users alter email set default 'x'",                 OTHER, DB_UNKNOWN },
	{ "alter table users alter email drop default",                    OTHER, DB_UNKNOWN },
	{ "alter table users modify e enum('a','b,c','d') default 'a'",    OTHER, DB_UNKNOWN },
	{ "alter table users modify born date comment 'day'",              OTHER, DB_UNKNOWN },
	{ "alter table users modify dt datetime(6) default now(6)",        OTHER, DB_UNKNOWN },
	{ "alter table users modify ts timestamp not null default current_timestamp",
	                                                                   OTHER, DB_UNKNOWN },
	{ "alter table users modify st int as (ti * 3) stored",            OTHER, DB_UNKNOWN },
	{ "alter table users modify price decimal(12,2) not null default 1.5",
	                                                                   OTHER, DB_UNKNOWN },
	{ "alter table users modify price decimal(12,2) unsigned not null default 1.5",
	                                                                   OTHER, DB_UNKNOWN },
	{ "alter table users comment = 'people, all'",                     OTHER, DB_UNKNOWN },
	{ "alter table users add key born (born)",                         OTHER, DB_UNKNOWN },
	{ "alter table users rename index born to born2",                  OTHER, DB_UNKNOWN },
	{ "alter table users drop key born2, add unique key born2 (born)", OTHER, DB_UNKNOWN },
	{ "alter table users alter index born2 ignored",                   OTHER, DB_MARIADB },
	{ "alter table users alter index born2 invisible",                 OTHER, DB_MYSQL },
	{ "alter table users drop key nm, add key nm (name(20) desc, born)", OTHER, DB_UNKNOWN },
	{ "alter table users drop key nm, add key nm (name(20), born)",    OTHER, DB_UNKNOWN },
	{ "alter table users drop key nm, add key nm (name(20), born) comment 'k'",
	                                                                   OTHER, DB_UNKNOWN },
	{ "alter table users drop key nm, add key nm (born, name(20)) comment 'k'",
	                                                                   OTHER, DB_UNKNOWN },
	{ "alter table users add key ex ((ti + 1))",                       OTHER, DB_MYSQL },
	{ "alter table users drop key ft",                                 OTHER, DB_UNKNOWN },
	{ "alter table users drop constraint ck",                          OTHER, DB_UNKNOWN },
	{ "alter table users add constraint ck check (ti >= 1)",           OTHER, DB_UNKNOWN },
	{ "alter table users modify born date invisible comment 'day'",    OTHER, DB_UNKNOWN },
	{ "alter table orders drop foreign key fk1",                       OTHER, DB_UNKNOWN },
	{ "alter table orders add constraint fk1 foreign key (user_id) references users (id)",
	                                                                   OTHER, DB_UNKNOWN },
	{ "alter table orders drop primary key, modify id bigint, add primary key (id, d)",
	                                                                   OTHER, DB_UNKNOWN },
	{ "alter table orders row_format = dynamic",                       OTHER, DB_UNKNOWN },
	{ "alter table orders default character set latin1",               OTHER, DB_UNKNOWN },
	{ "alter table log engine = InnoDB",                               OTHER, DB_UNKNOWN },
	{ "alter table p reorganize partition p1 into "
	  "(partition p1 values less than (2021), partition p2 values less than maxvalue)",
	                                                                   OTHER, DB_UNKNOWN },
	{ "alter table p drop partition p1",                               OTHER, DB_UNKNOWN },
	{ "alter table p remove partitioning",                             OTHER, DB_UNKNOWN },
	{ "rename table log to logs",                                      OTHER, DB_UNKNOWN },
	{ "drop table logs",                                               OTHER, DB_UNKNOWN },
	{ "alter database character set utf8mb4 collate utf8mb4_general_ci", OTHER, DB_UNKNOWN },
	{ "drop trigger tr2",                                              OTHER, DB_UNKNOWN },
	{ "create trigger tr2 before insert on users for each row set new.ti = 2",
	                                                                   OTHER, DB_UNKNOWN },
	{ "create trigger tr3 after insert on users for each row set @x = 2", OTHER, DB_UNKNOWN },
	{ "create or replace view v1 as select id from v2",                OTHER, DB_UNKNOWN },
	{ "alter sql security invoker view v1 as select id from v2",       OTHER, DB_UNKNOWN },
	{ "drop view v1",                                                  OTHER, DB_UNKNOWN },
	{ "alter procedure pr comment 'other'",                            OTHER, DB_UNKNOWN },
	{ "alter procedure pr sql security invoker",                       OTHER, DB_UNKNOWN },
	{ "drop procedure pr",                                             OTHER, DB_UNKNOWN },
	{ "create procedure pr(in a int) begin select 1; end",             OTHER, DB_UNKNOWN },
	{ "drop function fn",                                              OTHER, DB_UNKNOWN },
	{ "create function fn(a int) returns int deterministic return 1",  OTHER, DB_UNKNOWN },
	{ "create sequence s increment by 2",                              OTHER, DB_MARIADB },
	{ "alter sequence s increment by 3",                               OTHER, DB_MARIADB },
	{ "create table aria (a int) engine = Aria checksum = 1",          OTHER, DB_MARIADB },
	{ "alter table aria force",                                        SAME,  DB_MARIADB },
	{ "alter table aria transactional = 0",                            OTHER, DB_MARIADB },

	{ "alter table users modify price decimal(12,2) unsigned not null default 1.5 after id",
	                                                                   MINOR, DB_UNKNOWN },
	{ "create definer = 'nobody'@'%' view v3 as select 1 as one",      OTHER, DB_UNKNOWN },
	{ "create or replace definer = 'other'@'%' view v3 as select 1 as one", MINOR, DB_UNKNOWN },

	{ "analyze table users",                                           SAME,  DB_UNKNOWN },
	{ "alter table users force",                                       SAME,  DB_UNKNOWN },
	{ "alter table users auto_increment = 4711",                       SAME,  DB_UNKNOWN },
	{ "insert into h values (1), (2)",                                 SAME,  DB_UNKNOWN },
	{ "alter table orders modify user_id int(10) unsigned",            SAME,  DB_UNKNOWN },
	{ "alter table h modify a int(11) not null",                       SAME,  DB_UNKNOWN },
	{ "alter table users modify ts timestamp not null default now()",  SAME,  DB_UNKNOWN },
	{ "select nextval(s)",                                             SAME,  DB_MARIADB },
	{ "create table muster_history (a int)",                           SAME,  DB_UNKNOWN },
	{ "create table muster_any (a int)",                               SAME,  DB_UNKNOWN },
	{ "create trigger muster_t after delete on users for each row set @x = 1", SAME, DB_UNKNOWN },
	{ "create trigger other before insert on muster_any for each row set @x = 1",
	                                                                   SAME,  DB_UNKNOWN },
	{ "create view muster_v as select 1 as one",                       SAME,  DB_UNKNOWN },
};

/* clang-format on */

static void every_change_is_seen_and_nothing_else(void **state)
{
	const char *schema = kit_schema("changes");
	SCOPED_PTR(db_session) session = kit_open(schema);
	SCOPED(shape) before = { 0 };

	(void)state;
	kit_read(&before, schema);
	for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
		SCOPED(shape) after = { 0 };
		SCOPED(shape_diff) diff = { 0 };
		g_autofree char *text = NULL;
		int got;

		if (changes[i].only != DB_UNKNOWN && changes[i].only != test_server_flavor()) {
			continue;
		}
		kit_run(session, schema, changes[i].sql);
		kit_read(&after, schema);
		shape_diff_make(&diff, &before, &after);
		text = shape_diff_text(&diff, 0);
		got = diff.nr == 0                                         ? SAME
		      : strcmp(before.fingerprint, after.fingerprint) == 0 ? MINOR
									   : OTHER;
		if (got != changes[i].want) {
			fail_msg("%s: %d, wanted %d: %s", changes[i].sql, got, changes[i].want,
				 text);
		}
		assert_int_equal(shape_is_same_but_minor(&before, &after), got != OTHER);
		shape_release(&before);
		before = after;
		after = (struct shape){ 0 };
	}
}

static void the_name_of_the_schema_is_no_fact(void **state)
{
	const char *one = kit_schema("one");
	const char *other = kit_schema("quite_other");
	SCOPED(shape) a = { 0 };
	SCOPED(shape) b = { 0 };

	(void)state;
	kit_read(&a, one);
	kit_read(&b, other);
	kit_assert_same(&a, &b);
	assert_int_equal(strlen(a.fingerprint), SHAPE_FINGERPRINT_LEN);
	for (size_t i = 0; i < a.nr; i++) {
		assert_null(strstr(a.facts[i].text, one));
	}
}

static const struct {
	const char *object;
	const char *part;
	const char *text;
	enum db_flavor only;
} facts[] = {
	{ "schema", "collation", "utf8mb4_bin", DB_UNKNOWN },
	{ "table users", "engine", "InnoDB", DB_UNKNOWN },
	{ "table users", "comment", "people", DB_UNKNOWN },
	{ "table users", "column id", "int unsigned not null auto_increment", DB_UNKNOWN },
	{ "table users", "column email", "varchar(80) not null default 'it''s'", DB_UNKNOWN },
	{ "table users", "column name", "varchar(50) collate latin1_swedish_ci", DB_UNKNOWN },
	{ "table users", "column ts",
	  "timestamp not null default current_timestamp on update current_timestamp", DB_UNKNOWN },
	{ "table users", "column price", "decimal(10,2) not null default 1.50", DB_UNKNOWN },
	{ "table users", "column ti", "tinyint(1) not null default 0", DB_UNKNOWN },
	{ "table users", "column dt", "datetime(3) default current_timestamp(3)", DB_UNKNOWN },
	{ "table users", "column st", "int as (`ti` * 2) stored", DB_MARIADB },
	{ "table users", "index nm", "(name(10) desc, born)", DB_UNKNOWN },
	{ "table users", "index email", "unique (email)", DB_UNKNOWN },
	{ "table users", "index ft", "fulltext (txt)", DB_UNKNOWN },
	{ "table users", "primary key", "(id)", DB_UNKNOWN },
	{ "table users", "check ck", "`ti` >= 0", DB_MARIADB },
	{ "table users", "columns",
	  "(id, email, name, born, ts, price, b, e, total, st, txt, ti, bl, dt, j)", DB_UNKNOWN },
	{ "table orders", "foreign key fk1", "(user_id) references users (id) on delete cascade",
	  DB_UNKNOWN },
	{ "table orders", "options", "row_format=compressed", DB_UNKNOWN },
	{ "table p", "partitions", "RANGE (year(`b`))", DB_UNKNOWN },
	{ "table p", "partition p0", "values 2020", DB_UNKNOWN },
	{ "table p", "partition p1", "values MAXVALUE comment 'x'", DB_UNKNOWN },
	{ "table log", "engine", "MyISAM", DB_UNKNOWN },
	{ "trigger tr", "", "before insert on users", DB_UNKNOWN },
	{ "trigger tr2", "order", "2", DB_UNKNOWN },
	{ "view v2", "definition",
	  "select `u`.`id` AS `id`,`u`.`email` AS `email` from (`users` `u` join `orders` `o` "
	  "on(`o`.`user_id` = `u`.`id`))",
	  DB_MARIADB },
	{ "procedure pr", "parameters", "(in a int, out b varchar(20))", DB_UNKNOWN },
	{ "procedure pr", "body", "begin select count(*) into b from users; end", DB_UNKNOWN },
	{ "function fn", "returns", "varchar(20)", DB_UNKNOWN },
	{ "function fn", "", "deterministic, reads sql data, security invoker", DB_UNKNOWN },
};

static void facts_are_plain(void **state)
{
	const char *schema = kit_schema("facts");
	SCOPED(shape) shape = { 0 };

	(void)state;
	kit_read(&shape, schema);
	for (size_t i = 0; i < G_N_ELEMENTS(facts); i++) {
		const char *text = shape_find(&shape, facts[i].object, facts[i].part);

		if (facts[i].only != DB_UNKNOWN && facts[i].only != test_server_flavor()) {
			continue;
		}
		if (text == NULL || strcmp(text, facts[i].text) != 0) {
			fail_msg("%s, %s: \"%s\", wanted \"%s\"", facts[i].object, facts[i].part,
				 text == NULL ? "(nothing)" : text, facts[i].text);
		}
	}
}

static void what_is_written_through_is_named(void **state)
{
	const char *schema = kit_schema("plain");
	SCOPED_PTR(db_session) session = kit_open(schema);
	g_autoptr(GHashTable) routines = NULL;
	g_auto(GStrv) names = NULL;
	SCOPED(shape) shape = { 0 };

	(void)state;
	kit_run(session, schema, "create view over_log as select * from `{SCHEMA}`.`log`");
	kit_run(session, schema,
		"create trigger logs after update on h for each row insert into over_log values (1)");
	kit_run(session, schema, "create procedure Writes() update h set a = 1");
	kit_read(&shape, schema);
	names = shape_plain_names(&shape);
	assert_true(g_strv_contains((const char *const *)names, "log"));
	assert_true(g_strv_contains((const char *const *)names, "over_log"));
	assert_true(g_strv_contains((const char *const *)names, "h"));
	assert_true(g_strv_contains((const char *const *)names, "writes"));
	assert_int_equal(g_strv_length(names), 4);
	routines = shape_routines(&shape);
	assert_string_equal(g_hash_table_lookup(routines, "writes"), "update h set a = 1");
	assert_int_equal(g_hash_table_size(routines), 3);
}

static void many_are_read_at_once(void **state)
{
	enum { NR = 230 };

	const char *one = kit_schema("many");
	g_autofree const char **schemas = g_new0(const char *, NR);
	g_autofree struct shape *shapes = g_new0(struct shape, NR);
	SCOPED_PTR(db_session) session = test_server_open();
	SCOPED(shape) alone = { 0 };
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < NR; i++) {
		schemas[i] = i % 100 == 5 ? one : "no_such_schema";
	}
	assert_int_equal(shape_read_many(session, schemas, NR, shapes, &err), 0);
	kit_read(&alone, one);
	for (size_t i = 0; i < NR; i++) {
		if (i % 100 == 5) {
			kit_assert_same(&shapes[i], &alone);
		} else {
			assert_int_equal(shapes[i].nr, 0);
			assert_string_equal(shapes[i].fingerprint, "");
		}
		shape_release(&shapes[i]);
	}
	assert_int_equal(shape_read(session, "no_such_schema", &shapes[0], &err), -1);
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

/* Through the stock client's own pipe, back under the same name. */
static void a_dump_and_its_restore_change_nothing(void **state)
{
	const char *schema = kit_schema("dump");
	const char *socket = test_server_addr()->socket;
	g_autofree char *command = g_strdup_printf(
		"c='--no-defaults --skip-ssl --user=root --socket=%s'; d=$(mktemp) && "
		"mariadb-dump $c --routines --triggers %s >$d && "
		"mariadb $c -e 'drop database %s; create database %s character set utf8mb4 "
		"collate utf8mb4_bin' && mariadb $c %s <$d && rm $d",
		socket, schema, schema, schema, schema);
	SCOPED(shape) before = { 0 };
	SCOPED(shape) after = { 0 };

	(void)state;
	if (test_server_flavor() != DB_MARIADB) {
		skip(); /* MariaDB's dump does not know this server's statements */
	}
	kit_read(&before, schema);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c) */
	kit_read(&after, schema);
	kit_assert_same(&before, &after);
}

/* A server of our own, started by the scripts, that goes and comes again with its data. */
struct shell {
	GPid pid;
	FILE *in;
	FILE *out;
	char *dir;
};

static void shell_open(struct shell *shell)
{
	char *argv[] = { (char[]){ "bash" }, NULL };
	int in = -1;
	int out = -1;

	shell->dir = g_dir_make_tmp("shape-XXXXXX", NULL);
	assert_true(g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
					     &shell->pid, &in, &out, NULL, NULL));
	shell->in = fdopen(in, "w");
	shell->out = fdopen(out, "r");
	(void)fprintf(shell->in, "TESTS_DIR=%s; . %s/server.sh\n", TESTS_DIR, TESTS_DIR);
}

/* Run a function of server.sh and wait for it; its socket is where it says. */
static void shell_run(struct shell *shell, const char *command)
{
	char line[512] = "";

	(void)fprintf(shell->in, "%s >/dev/null && echo done || echo failed\n", command);
	(void)fflush(shell->in);
	assert_non_null(fgets(line, sizeof(line), shell->out));
	assert_string_equal(line, "done\n");
}

static void shell_close(struct shell *shell)
{
	(void)fclose(shell->in);
	(void)fclose(shell->out);
	g_free(shell->dir);
}

static void read_there(struct shape *shape, const struct shell *shell)
{
	struct db_addr addr = { .socket = g_strdup_printf("%s/db/sock", shell->dir) };
	SCOPED_PTR(db_session) session = NULL;
	struct err err = { 0 };

	session = db_open(&addr, &err);
	assert_non_null(session);
	if (shape_read(session, "tenant", shape, &err) < 0) {
		fail_msg("%s", err.msg);
	}
	db_addr_release(&addr);
}

static void fill_there(const struct shell *shell)
{
	struct db_addr addr = { .socket = g_strdup_printf("%s/db/sock", shell->dir) };
	SCOPED_PTR(db_session) session = NULL;
	struct err err = { 0 };

	session = db_open(&addr, &err);
	assert_non_null(session);
	kit_run(session, "tenant", "create database tenant character set utf8mb4");
	assert_int_equal(db_use(session, "tenant", &err), 0);
	for (size_t i = 0; i < G_N_ELEMENTS(kit_everything); i++) {
		kit_run(session, "tenant", kit_everything[i]);
	}
	db_addr_release(&addr);
}

static void a_restart_of_the_server_changes_nothing(void **state)
{
	const char *kind = test_server_flavor() == DB_MYSQL ? "mysql" : "mariadb";
	SCOPED(shape) before = { 0 };
	SCOPED(shape) after = { 0 };
	g_autofree char *start = NULL;
	g_autofree char *again = NULL;
	g_autofree char *end = NULL;
	struct shell shell;

	(void)state;
	shell_open(&shell);
	start = g_strdup_printf("server_start %s %s/db", kind, shell.dir);
	again = g_strdup_printf("server_stop %s/db && server_again %s/db", shell.dir, shell.dir);
	end = g_strdup_printf("server_stop %s/db && rm -rf %s", shell.dir, shell.dir);
	shell_run(&shell, start);
	fill_there(&shell);
	read_there(&before, &shell);
	shell_run(&shell, again);
	read_there(&after, &shell);
	shell_run(&shell, end);
	shell_close(&shell);
	kit_assert_same(&before, &after);
}

static void the_index_of_a_foreign_key_may_stay_or_go(void **state)
{
	const char *implied = test_server_schema("implied");
	const char *kept = test_server_schema("kept");
	SCOPED_PTR(db_session) first = kit_open(implied);
	SCOPED_PTR(db_session) second = kit_open(kept);
	SCOPED(shape) a = { 0 };
	SCOPED(shape) b = { 0 };
	SCOPED(shape_diff) diff = { 0 };
	g_autofree char *text = NULL;

	(void)state;
	kit_run(first, implied, "create table a (id int primary key)");
	kit_run(second, kept, "create table a (id int primary key)");
	kit_run(first, implied,
		"create table b (a_id int, x int, constraint fk foreign key (a_id) "
		"references a (id))");
	kit_run(second, kept,
		"create table b (a_id int, x int, key fk (a_id), constraint fk foreign key (a_id) "
		"references a (id))");
	kit_run(first, implied, "alter table b add key both_of_them (a_id, x)");
	kit_run(second, kept, "alter table b add key both_of_them (a_id, x)");
	kit_read(&a, implied);
	kit_read(&b, kept);
	assert_string_equal(a.fingerprint, b.fingerprint);
	shape_diff_make(&diff, &a, &b);
	text = shape_diff_text(&diff, 0);
	assert_string_equal(text, "table b, index fk: new: (a_id) (minor)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_are_plain),
		cmocka_unit_test(every_change_is_seen_and_nothing_else),
		cmocka_unit_test(the_name_of_the_schema_is_no_fact),
		cmocka_unit_test(what_is_written_through_is_named),
		cmocka_unit_test(many_are_read_at_once),
		cmocka_unit_test(a_dump_and_its_restore_change_nothing),
		cmocka_unit_test(a_restart_of_the_server_changes_nothing),
		cmocka_unit_test(the_index_of_a_foreign_key_may_stay_or_go),
	};

	return cmocka_run_group_tests_name("shape_read", tests, NULL, NULL);
}
