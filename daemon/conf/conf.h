/*
 * conf - the settings of musterd, read from musterd.conf (libconfig).
 *
 * One table of keys in conf.c says name, kind, default, limits, whether a reload may
 * change it and what it means. Reading, refusing, reloading, the sample file, the manual page
 * and the table in the README all come from that table. A key that is not in it,
 * a value of another kind or out of its limits refuses the whole file, with file and line.
 *
 * No module below app knows struct conf: each has a small policy of its own that
 * app fills. Loop thread only. Durations are milliseconds.
 */
#ifndef CONF_H
#define CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "log.h"

#define CONF_FILE_MAX ((size_t)1024 * 1024) /* bytes of musterd.conf */

struct conf {
	char *data_dir;       /* owned; absolute */
	char *socket;         /* owned; absolute */
	char *socket_group;   /* owned; "": the group of the process */
	char *check_listen;   /* owned; "": nowhere */
	char *budget;         /* owned; "3" or "1%" */
	char **admins;        /* owned; ends with NULL; "user" or "@group" */
	char **operators;     /* owned; as admins */
	char **viewers;       /* owned; as admins */
	char **routing_files; /* owned; ends with NULL; "FORMAT:PATH", enum route_format */
	char *hooks_dir;      /* owned; absolute */
	char **hooks;         /* owned; ends with NULL; "EVENT=NAME", hook_set.h */
	int64_t hook_ms;      /* one may run for so long */
	int64_t log_level;    /* enum log_level */
	int64_t running;
	int64_t server_running;
	int64_t stall_ms;
	int64_t lock_wait_ms;
	int64_t orphan_wait_ms;
	int64_t stop_timeout_ms;
	int64_t retry_ms;
	int64_t throttle;       /* 1: servers that are worked on are sampled */
	int64_t throttle_probe; /* 1: and commits are measured there */
	int64_t throttle_ddl;   /* 1: a critical load ends statements, too */
};

/*
 * Fill an empty conf from the file; a key that the file does not name has its default.
 * ERR_SYSTEM when the file cannot be read, ERR_INVALID when it is refused. On
 * failure conf stays empty.
 */
NODISCARD int conf_load(struct conf *conf, const char *path, struct err *err);

/* As conf_load, from text; path is only what messages call it and where includes begin. */
NODISCARD int conf_parse(struct conf *conf, const char *text, const char *path, struct err *err);

/* Free what conf owns and make it empty. */
void conf_release(struct conf *conf);

/* One key whose value in the file is another than the one in use, as texts of musterd.conf. */
struct conf_change {
	const char *name;
	const char *was;
	const char *is;
	bool restart; /* not taken over: needs a restart */
};

typedef void conf_report_fn(void *context, const struct conf_change *change);

/*
 * Move every reloadable value of fresh into conf and call report for each key that
 * differs, taken over or not. fresh is then empty. The number of keys that differ.
 */
size_t conf_reload(struct conf *conf, struct conf *fresh, conf_report_fn *report, void *context);

enum conf_format {
	CONF_SAMPLE,   /* musterd.conf with every key at its default, behind "#" */
	CONF_ROFF,     /* items of an mdoc list */
	CONF_MARKDOWN, /* a table */
};

/* The table of keys for people. Owned. */
char *conf_describe(enum conf_format format);

SCOPED_RELEASE(conf);

#endif /* CONF_H */
