/*
 * shape_kit - a schema with everything in it, for the tests of shapes and scratch copies.
 */
#ifndef SHAPE_KIT_H
#define SHAPE_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "db.h"
#include "shape.h"
#include "shape_read.h"
#include "test_server.h"

/* {SCHEMA} is the schema's own name. */
static const char *const kit_everything[] = {
	"create table users (id int unsigned not null auto_increment, "
	"email varchar(80) not null default 'it''s', "
	"name varchar(50) character set latin1 default null, born date, "
	"ts timestamp not null default current_timestamp on update current_timestamp, "
	"price decimal(10,2) not null default 1.5, b bit(3) default b'101', "
	"e enum('a','b,c') default 'a', total int generated always as (ti + 1) virtual, "
	"st int as (ti * 2) stored, txt text comment 'a ''c''', "
	"ti tinyint(1) not null default 0, bl varbinary(20) default 0x4142, "
	"dt datetime(3) default now(3), j json, "
	"primary key (id), unique key email (email), key nm (name(10) desc, born), "
	"fulltext key ft (txt), constraint ck check (ti >= 0)) comment = 'people'",
	"create table orders (id bigint primary key auto_increment, user_id int unsigned, "
	"d double default 0.1, constraint fk1 foreign key (user_id) references users (id) "
	"on delete cascade, check (d >= 0)) row_format = compressed",
	"create table p (a int not null, b date not null, primary key (a, b)) "
	"partition by range (year(b)) (partition p0 values less than (2020), "
	"partition p1 values less than maxvalue comment = 'x')",
	"create table h (a int primary key) partition by key (a) partitions 2",
	"create table log (a int, key a (a)) engine = MyISAM",
	"insert into users (id, email) values (7, 'a')",
	"create view v2 as select u.id, u.email from users u "
	"join {SCHEMA}.orders o on o.user_id = u.id",
	"create view v1 as select * from v2",
	"create trigger tr before insert on users for each row begin "
	"set new.email = concat('x', new.email); "
	"insert into {SCHEMA}.orders (user_id) values (1); end",
	"create trigger tr2 before insert on users for each row set new.ti = 1",
	"create procedure pr(in a int, out b varchar(20)) comment 'hm' begin "
	"select count(*) into b from {SCHEMA}.users; end",
	"create function fn(a int) returns varchar(20) deterministic reads sql data "
	"sql security invoker return 'a'",
};

static inline void kit_run(struct db_session *session, const char *schema, const char *sql)
{
	g_auto(GStrv) parts = g_strsplit(sql, "{SCHEMA}", -1);
	g_autofree char *expanded = g_strjoinv(schema, parts);
	struct err err = { 0 };

	if (db_exec(session, expanded, strlen(expanded), &err) < 0) {
		fail_msg("%s: %s", expanded, err.msg);
	}
}

static inline struct db_session *kit_open(const char *schema)
{
	struct db_session *session = test_server_open();
	struct err err = { 0 };

	assert_int_equal(db_use(session, schema, &err), 0);
	return session;
}

/* A database that holds everything. */
static inline const char *kit_schema(const char *name)
{
	const char *schema = test_server_schema(name);
	SCOPED_PTR(db_session) session = NULL;

	test_server_exec("alter database %s character set utf8mb4 collate utf8mb4_bin", schema);
	session = kit_open(schema);
	for (size_t i = 0; i < G_N_ELEMENTS(kit_everything); i++) {
		kit_run(session, schema, kit_everything[i]);
	}
	return schema;
}

static inline void kit_read(struct shape *shape, const char *schema)
{
	SCOPED_PTR(db_session) session = test_server_open();
	struct err err = { 0 };

	if (shape_read(session, schema, shape, &err) < 0) {
		fail_msg("%s", err.msg);
	}
}

/* Fails with the difference in words. */
static inline void kit_assert_same(const struct shape *a, const struct shape *b)
{
	SCOPED(shape_diff) diff = { 0 };
	g_autofree char *text = NULL;

	shape_diff_make(&diff, a, b);
	text = shape_diff_text(&diff, 0);
	if (diff.nr > 0 || strcmp(a->fingerprint, b->fingerprint) != 0) {
		fail_msg("differs: %s", text);
	}
}

#endif /* SHAPE_KIT_H */
