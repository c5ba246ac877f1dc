#include "custom.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include <curl/curl.h>
#include <glib.h>

#include "db.h"
#include "db_fault.h"

#define SQL_LIMIT_MS    1000
#define HTTP_LIMIT_MS   2000L
#define HTTP_CONNECT_MS 1000L
#define HTTP_BODY_MAX   65536
#define HTTP_OK         200
#define NUMBER_CHARS    "0123456789+-.eE"
#define GIVES_MUST      "it must give one row with one number"

/* ---- what can never work ---------------------------------------------------------- */

/* Behind blanks, comments and parentheses. */
static const char *first_word(const char *sql)
{
	for (;;) {
		const char *end = NULL;

		sql += strspn(sql, " \t\r\n(");
		if (g_str_has_prefix(sql, "/*") && sql[2] != '!' && sql[2] != 'M') {
			end = strstr(sql + 2, "*/");
		} else if (*sql == '#' || g_str_has_prefix(sql, "-- ")) {
			end = strchr(sql, '\n');
		} else {
			return sql;
		}
		if (end == NULL) {
			return "";
		}
		sql = end + (*end == '*' ? 2 : 1);
	}
}

static int sql_check(const char *sql, struct err *err)
{
	static const char *const words[] = { "select", "with" };
	const char *word = first_word(sql);
	size_t len = strspn(word, G_CSET_a_2_z G_CSET_A_2_Z);

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		if (strlen(words[i]) == len && g_ascii_strncasecmp(word, words[i], len) == 0) {
			return 0;
		}
	}
	return err_set(err, ERR_INVALID, "\"%.100s\" is no SELECT", sql);
}

static int url_check(const char *url, struct err *err)
{
	CURLU *parsed = curl_url();
	CURLUcode failed = curl_url_set(parsed, CURLUPART_URL, url, 0);
	bool is_http = g_ascii_strncasecmp(url, "http://", strlen("http://")) == 0 ||
		       g_ascii_strncasecmp(url, "https://", strlen("https://")) == 0;

	curl_url_cleanup(parsed);
	if (failed != CURLUE_OK || !is_http) {
		return err_set(err, ERR_INVALID,
			       "\"%.100s\" is no URL that begins with http:// or https://", url);
	}
	return 0;
}

int custom_check(enum signal_source source, const char *text, struct err *err)
{
	switch (source) {
	case SIGNAL_SQL:
		return sql_check(text, err);
	case SIGNAL_HTTP:
		return url_check(text, err);
	case SIGNAL_FILE:
		return text[0] == '/' ? 0
				      : err_set(err, ERR_INVALID,
						"\"%.100s\" is no path from the root, /…", text);
	case SIGNAL_BUILT_IN:
	case SIGNAL_SOURCE_NR:
		break;
	}
	return err_set(err, ERR_INVALID, "a signal of muster's own has no text");
}

/* ---- SQL -------------------------------------------------------------------------- */

int custom_sql_begin(struct db_session *session, struct err *err)
{
	return db_flavor(session) == DB_MARIADB
		       ? db_execf(session, err, "set session max_statement_time = %g",
				  SQL_LIMIT_MS / 1000.0)
		       : db_execf(session, err, "set session max_execution_time = %d",
				  SQL_LIMIT_MS);
}

static int number_read(const struct db_rows *rows, double *value, struct err *err)
{
	const char *cell;
	char *end = NULL;
	double number;

	if (rows->nr != 1 || rows->columns != 1) {
		return err_set(err, ERR_INVALID,
			       "the SELECT gives %zu row%s of %zu column%s: " GIVES_MUST, rows->nr,
			       rows->nr == 1 ? "" : "s", rows->columns,
			       rows->columns == 1 ? "" : "s");
	}
	cell = rows->cells[0][0];
	if (cell == NULL) {
		return err_set(err, ERR_INVALID, "the SELECT gives NULL: " GIVES_MUST);
	}
	number = g_ascii_strtod(cell, &end);
	if (end == cell || strspn(cell, NUMBER_CHARS) != strlen(cell) || *end != '\0' ||
	    !isfinite(number)) {
		return err_set(err, ERR_INVALID, "the SELECT gives a text: " GIVES_MUST);
	}
	*value = number;
	return 0;
}

static void explain(struct err *err)
{
	if (err->code == ERR_DB && db_fault_is_timeout(err->native)) {
		(void)err_set(err, ERR_DB,
			      "the SELECT takes longer than the %d s that it may: "
			      "keep its answer in a small table of its own",
			      SQL_LIMIT_MS / 1000);
	}
}

int custom_sql(struct db_session *session, const char *sql, double *value, struct err *err)
{
	SCOPED(db_rows) rows = { 0 };
	struct err ignored;
	int failed;

	if (sql_check(sql, err) < 0 || db_execf(session, err, "start transaction read only") < 0) {
		return -1;
	}
	failed = db_query(session, &rows, sql, err);
	if (failed < 0) {
		explain(err);
	}
	if (!db_is_lost(session) && db_execf(session, &ignored, "rollback") < 0 && failed == 0) {
		*err = ignored;
		failed = -1;
	}
	return failed < 0 ? -1 : number_read(&rows, value, err);
}

/* ---- HTTP ------------------------------------------------------------------------- */

/* NOLINTNEXTLINE(readability-non-const-parameter): the library's type */
static size_t take_body(char *data, size_t size, size_t nr, void *ctx)
{
	size_t *taken = ctx;

	(void)data;
	*taken += size * nr;
	return *taken > HTTP_BODY_MAX ? 0 : size * nr; /* less than all ends it */
}

static int watch_stop(void *ctx, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
		      curl_off_t up)
{
	struct pollfd fd = { .fd = *(const int *)ctx, .events = POLLIN };

	(void)down_all;
	(void)down;
	(void)up_all;
	(void)up;
	return fd.fd > 0 && poll(&fd, 1, 0) > 0;
}

static void http_options(CURL *curl, const char *url, int *stop_fd, size_t *taken, char *message)
{
	(void)curl_easy_setopt(curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	(void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "musterd/" MUSTER_VERSION);
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, HTTP_CONNECT_MS);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, HTTP_LIMIT_MS);
	(void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, taken);
	(void)curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	(void)curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watch_stop);
	(void)curl_easy_setopt(curl, CURLOPT_XFERINFODATA, stop_fd);
}

int custom_http(const char *url, int stop_fd, double *value, struct err *err)
{
	char message[CURL_ERROR_SIZE] = "";
	CURL *curl = curl_easy_init();
	size_t taken = 0;
	long status = 0;
	CURLcode code;

	CHECK(curl != NULL); /* out of memory aborts */
	http_options(curl, url, &stop_fd, &taken, message);
	code = curl_easy_perform(curl);
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(curl);
	if (code != CURLE_OK) {
		return err_set(err, ERR_UNREACHABLE, "%.100s: %s", url,
			       message[0] != '\0' ? message : curl_easy_strerror(code));
	}
	*value = status == HTTP_OK ? 0 : 1;
	return 0;
}

/* ---- file ------------------------------------------------------------------------- */

int custom_file(const char *path, double *value, struct err *err)
{
	struct stat found;

	if (stat(path, &found) == 0) {
		*value = 1;
		return 0;
	}
	if (errno != ENOENT && errno != ENOTDIR) {
		return err_set_errno(err, errno, "%s", path);
	}
	*value = 0;
	return 0;
}
