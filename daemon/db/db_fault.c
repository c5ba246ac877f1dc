#include "db_fault.h"

#include <glib.h>

enum {
	NO_SUCH_TABLE = 1146,
	TIMEOUT_MARIADB = 1969, /* max_statement_time */
	TIMEOUT_MYSQL = 3024,   /* max_execution_time */
};

const char *const db_fault_names[DB_FAULT_NR] = {
	[DB_FAULT_REFUSED] = "refused",
	[DB_FAULT_LOCK_WAIT] = "lock wait",
	[DB_FAULT_DEADLOCK] = "deadlock",
	[DB_FAULT_INTERRUPTED] = "interrupted",
	[DB_FAULT_NO_CONNECT] = "no connection",
	[DB_FAULT_LOST] = "lost",
	[DB_FAULT_DENIED] = "denied",
	[DB_FAULT_SPACE] = "no space",
	[DB_FAULT_READ_ONLY] = "read only",
	[DB_FAULT_SHUT] = "database read only",
	[DB_FAULT_NO_SCHEMA] = "no schema",
};

/* DB_UNKNOWN: the number means the same on both. */
/* clang-format off */
static const struct {
	int number; enum db_flavor flavor; enum db_fault fault;
} faults[] = {
	{ 1205, DB_UNKNOWN, DB_FAULT_LOCK_WAIT },	/* row or metadata lock */
	{ 3572, DB_MYSQL,   DB_FAULT_LOCK_WAIT },	/* NOWAIT */

	{ 1213, DB_UNKNOWN, DB_FAULT_DEADLOCK },
	{ 1020, DB_MARIADB, DB_FAULT_DEADLOCK },	/* row changed since the snapshot */
	{ 1180, DB_UNKNOWN, DB_FAULT_DEADLOCK },	/* error during COMMIT */
	{ 1206, DB_UNKNOWN, DB_FAULT_DEADLOCK },	/* lock table full */
	{ 1614, DB_UNKNOWN, DB_FAULT_DEADLOCK },	/* XA branch was rolled back */
	{ 1637, DB_UNKNOWN, DB_FAULT_DEADLOCK },	/* too many transactions */
	{ 3058, DB_MYSQL,   DB_FAULT_DEADLOCK },	/* of GET_LOCKs */
	{ 3101, DB_MYSQL,   DB_FAULT_DEADLOCK },	/* group replication said no */

	{ 1317, DB_UNKNOWN, DB_FAULT_INTERRUPTED },	/* KILL QUERY */
	{ TIMEOUT_MARIADB, DB_MARIADB, DB_FAULT_INTERRUPTED },
	{ TIMEOUT_MYSQL,   DB_MYSQL,   DB_FAULT_INTERRUPTED },

	{ 2002, DB_UNKNOWN, DB_FAULT_NO_CONNECT },
	{ 2003, DB_UNKNOWN, DB_FAULT_NO_CONNECT },
	{ 2005, DB_UNKNOWN, DB_FAULT_NO_CONNECT },	/* unknown host */
	{ 1040, DB_UNKNOWN, DB_FAULT_NO_CONNECT },	/* too many connections */
	{ 1129, DB_UNKNOWN, DB_FAULT_NO_CONNECT },	/* host is blocked */
	{ 1203, DB_UNKNOWN, DB_FAULT_NO_CONNECT },	/* too many of this user */
	{ 1226, DB_UNKNOWN, DB_FAULT_NO_CONNECT },	/* resource limit of the user */

	{ 2006, DB_UNKNOWN, DB_FAULT_LOST },
	{ 2013, DB_UNKNOWN, DB_FAULT_LOST },
	{ 2014, DB_UNKNOWN, DB_FAULT_LOST },		/* out of sync: cannot be trusted */
	{ 2027, DB_UNKNOWN, DB_FAULT_LOST },		/* malformed packet */
	{ 2055, DB_UNKNOWN, DB_FAULT_LOST },
	{ 1053, DB_UNKNOWN, DB_FAULT_LOST },		/* shutdown */
	{ 1152, DB_UNKNOWN, DB_FAULT_LOST },		/* 1152-1161: the network, by the server */
	{ 1154, DB_UNKNOWN, DB_FAULT_LOST },
	{ 1155, DB_UNKNOWN, DB_FAULT_LOST },
	{ 1156, DB_UNKNOWN, DB_FAULT_LOST },
	{ 1157, DB_UNKNOWN, DB_FAULT_LOST },
	{ 1158, DB_UNKNOWN, DB_FAULT_LOST },
	{ 1159, DB_UNKNOWN, DB_FAULT_LOST },
	{ 1160, DB_UNKNOWN, DB_FAULT_LOST },
	{ 1161, DB_UNKNOWN, DB_FAULT_LOST },
	{ 1184, DB_UNKNOWN, DB_FAULT_LOST },		/* aborted connection */
	{ 1927, DB_MARIADB, DB_FAULT_LOST },		/* connection was killed */
	{ 3169, DB_MYSQL,   DB_FAULT_LOST },		/* session was killed */
	{ 4031, DB_MYSQL,   DB_FAULT_LOST },		/* idle for too long */

	{ 1044, DB_UNKNOWN, DB_FAULT_DENIED },
	{ 1045, DB_UNKNOWN, DB_FAULT_DENIED },
	{ 1130, DB_UNKNOWN, DB_FAULT_DENIED },		/* host is not allowed */
	{ 1142, DB_UNKNOWN, DB_FAULT_DENIED },
	{ 1143, DB_UNKNOWN, DB_FAULT_DENIED },
	{ 1227, DB_UNKNOWN, DB_FAULT_DENIED },
	{ 1370, DB_UNKNOWN, DB_FAULT_DENIED },		/* of a routine */
	{ 1419, DB_UNKNOWN, DB_FAULT_DENIED },		/* trigger with the binary log on */
	{ 1524, DB_UNKNOWN, DB_FAULT_DENIED },		/* login plugin is not loaded */
	{ 1698, DB_UNKNOWN, DB_FAULT_DENIED },		/* access denied without password */
	{ 1820, DB_UNKNOWN, DB_FAULT_DENIED },		/* password must be changed */
	{ 1862, DB_UNKNOWN, DB_FAULT_DENIED },		/* password has expired */
	{ 2049, DB_UNKNOWN, DB_FAULT_DENIED },		/* old login protocol */
	{ 2059, DB_UNKNOWN, DB_FAULT_DENIED },		/* login plugin of the client */
	{ 2061, DB_UNKNOWN, DB_FAULT_DENIED },
	{ 3118, DB_MYSQL,   DB_FAULT_DENIED },		/* account is locked */
	{ 3955, DB_MYSQL,   DB_FAULT_DENIED },		/* too many failed logins */
	{ 4151, DB_MARIADB, DB_FAULT_DENIED },		/* account is locked */

	{ 3,    DB_UNKNOWN, DB_FAULT_SPACE },		/* error writing a file */
	{ 1021, DB_UNKNOWN, DB_FAULT_SPACE },
	{ 1026, DB_UNKNOWN, DB_FAULT_SPACE },
	{ 1030, DB_UNKNOWN, DB_FAULT_SPACE },		/* error of the engine, mostly 28 */
	{ 1034, DB_UNKNOWN, DB_FAULT_SPACE },
	{ 1114, DB_UNKNOWN, DB_FAULT_SPACE },		/* table is full */
	{ 1878, DB_UNKNOWN, DB_FAULT_SPACE },		/* temporary file */
	{ 3675, DB_MYSQL,   DB_FAULT_SPACE },		/* of a new table or tablespace */

	{ 1290, DB_UNKNOWN, DB_FAULT_READ_ONLY },
	{ 1792, DB_UNKNOWN, DB_FAULT_READ_ONLY },	/* READ ONLY transaction */
	{ 1836, DB_UNKNOWN, DB_FAULT_READ_ONLY },
	{ 3989, DB_MYSQL,   DB_FAULT_SHUT },

	{ 1049, DB_UNKNOWN, DB_FAULT_NO_SCHEMA },
};

/* The text of the statement is wrong, on both. */
static const int of_text[] = {
	1054, /* unknown column */
	1056, 1057, 1058, /* GROUP BY, lists of columns */
	1059, /* a name that is too long */
	1063, /* wrong column specifier */
	1064, /* syntax */
	1065, /* empty */
	1066, /* not a unique table or alias */
	1067, /* invalid default */
	1068, /* two primary keys */
	1070, /* too many parts of a key */
	1072, /* a key on a column that is not there */
	1073, 1074, 1075, /* keys and columns that cannot be so */
	1083, /* field separators */
	1089, /* prefix of a key */
	1096, /* no tables used */
	1101, /* a default for a BLOB */
	1102, 1103, /* names that cannot be */
	1109, /* unknown table of the statement */
	1110, /* a column twice */
	1111, /* use of a group function */
	1115, /* unknown character set */
	1120, /* outer join */
	1128, /* unknown function */
	1136, /* more or fewer values than columns */
	1149, /* syntax */
	1166, /* a column's name that cannot be */
	1170, /* a BLOB in a key without a length */
	1171, /* a nullable primary key */
	1193, /* unknown variable */
	1221, /* use of two things together */
	1222, /* SELECTs of a UNION */
	1231, /* a value that a variable cannot have */
	1235, /* not supported */
	1239, /* foreign key's definition */
	1241, 1248, /* columns, and names of derived tables */
	1253, 1273, /* collations */
	1286, /* unknown engine */
	1305, /* unknown routine */
	1318, /* arguments of a routine */
	1582, 1583, /* parameters of a function */
	1630, /* unknown function */
	1845, 1846, /* an ALGORITHM or LOCK that cannot be */
};

/* Where a message quotes a value: from one mark to the last of the other (or the end). */
static const struct {
	int number; const char *open; const char *close;
} quotes[] = {
	{ 1062, "'",          "' for " },
	{ 1169, "'",          "' for " },
	{ 1292, "'",          "' for " },
	{ 1366, "'",          "' for " },
	{ 1367, "'",          "' value " },
	{ 1411, "'",          "' for " },
	{ 1525, "'",          "'" },
	{ 1526, "for value ", NULL },
	{ 1586, "'",          "' for " },
	{ 1761, "record '",   "' would " },
	{ 1762, "record '",   "' would " },
};

/* clang-format on */

enum db_fault db_fault_classify(enum db_flavor flavor, int number)
{
	for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
		if (faults[i].number == number &&
		    (faults[i].flavor == DB_UNKNOWN || faults[i].flavor == flavor)) {
			return faults[i].fault;
		}
	}
	return DB_FAULT_REFUSED;
}

bool db_fault_is(enum db_flavor flavor, const struct err *err, enum db_fault fault)
{
	return err->code == ERR_DB && db_fault_classify(flavor, err->native) == fault;
}

bool db_fault_is_of_text(int number)
{
	for (size_t i = 0; i < G_N_ELEMENTS(of_text); i++) {
		if (of_text[i] == number) {
			return true;
		}
	}
	return false;
}

bool db_fault_is_timeout(int number)
{
	return number == TIMEOUT_MARIADB || number == TIMEOUT_MYSQL;
}

bool db_fault_is_no_table(const struct err *err)
{
	return err->code == ERR_DB && err->native == NO_SUCH_TABLE;
}

char *db_fault_text(int number, const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);

	for (size_t i = 0; i < G_N_ELEMENTS(quotes); i++) {
		const char *begin = strstr(valid, quotes[i].open);
		const char *end = NULL;

		if (quotes[i].number != number || begin == NULL) {
			continue;
		}
		begin += strlen(quotes[i].open);
		if (quotes[i].close != NULL) {
			end = g_strrstr(begin, quotes[i].close);
			end = end == NULL ? strrchr(begin, '\'') : end;
		}
		/* a value that the server has cut has no end */
		return g_strdup_printf("%.*s…%s", (int)(begin - valid), valid,
				       end == NULL ? "" : end);
	}
	return g_steal_pointer(&valid);
}
