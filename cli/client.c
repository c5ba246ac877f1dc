#include "client.h"

#include <errno.h>
#include <string.h>

#include <curl/curl.h>

#define CONNECT_MS   5000L
#define REQUEST_S    600L     /* of one that musterd need not work on for long */
#define UPLOAD_BYTES 2097152L /* as much as libcurl allows */
#define ANSWER_MAX   ((size_t)512 * 1024 * 1024)
#define GONE_NATIVE  (-1)
#define QUIET_US     INT64_C(1000000) /* so long nothing is said of a request that waits */
#define PEEK_US      INT64_C(500000)
#define PEEK_MS      1000L

struct client {
	char *socket; /* owned */
	CURL *curl;   /* owned; NULL before the first request */
	struct curl_slist *headers;
	char *hint;    /* owned */
	char *refusal; /* owned */
	long status;
	char *key; /* owned; of the requests that wait, see GET /v1/calls/KEY */
	bool patient;
	client_wait_fn waiting;
	void *waiting_ctx;
	int64_t next_peek; /* monotonic us */
	CURL *peek;        /* owned; NULL: nothing was asked yet beside a request */
	struct curl_slist *peek_headers;
};

struct client_stream {
	struct client *client;
	CURLM *multi;
	CURL *curl;
	struct curl_slist *headers;
	client_bytes_fn fn;
	void *ctx;
	GString *refusal; /* what came with a status that is no 200 */
};

struct client *client_new(const char *socket)
{
	struct client *client = g_new0(struct client, 1);

	client->socket = g_strdup(socket);
	client->key = g_uuid_string_random();
	return client;
}

void client_free(struct client *client)
{
	if (client == NULL) {
		return;
	}
	curl_slist_free_all(client->headers);
	if (client->curl != NULL) {
		curl_easy_cleanup(client->curl);
	}
	curl_slist_free_all(client->peek_headers);
	if (client->peek != NULL) {
		curl_easy_cleanup(client->peek);
	}
	g_free(client->key);
	g_free(client->hint);
	g_free(client->refusal);
	g_free(client->socket);
	g_free(client);
}

const char *client_refusal(const struct client *client)
{
	return client->refusal;
}

const char *client_hint(const struct client *client)
{
	return client->hint;
}

long client_status(const struct client *client)
{
	return client->status;
}

bool client_is_gone(const struct err *err)
{
	return err->code == ERR_UNREACHABLE && err->native == GONE_NATIVE;
}

char *client_path(const char *collection, const char *name, const char *rest)
{
	g_autofree char *escaped = g_uri_escape_string(name, NULL, FALSE);

	return g_strconcat(collection, escaped, rest, NULL);
}

static size_t append_answer(char *bytes, size_t size, size_t nr, void *ctx)
{
	GString *answer = ctx;

	if (answer->len + nr * size > ANSWER_MAX) {
		return 0; /* curl ends the request */
	}
	g_string_append_len(answer, bytes, (gssize)(nr * size));
	return nr * size;
}

/* A handle with what every request has. */
static CURL *handle_new(struct client *client, struct curl_slist **headers)
{
	static bool ready = false;
	CURL *curl;

	if (!ready) {
		(void)curl_global_init(CURL_GLOBAL_NOTHING); /* no TLS here, and it costs */
		ready = true;
	}
	curl = curl_easy_init();
	CHECK(curl != NULL);
	*headers = curl_slist_append(NULL, "Muster-Protocol: " G_STRINGIFY(WIRE_PROTOCOL));
	*headers = curl_slist_append(*headers, "Expect:");
	(void)curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, client->socket);
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
	(void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L); /* a tenant may be called .. */
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	/* of a head that the socket does not take at once, libcurl sends no more than one buffer */
	(void)curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, UPLOAD_BYTES);
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	(void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "muster/" MUSTER_VERSION);
	return curl;
}

static void set_url(CURL *curl, const char *path)
{
	g_autofree char *url = g_strconcat("http://musterd", path, NULL);

	(void)curl_easy_setopt(curl, CURLOPT_URL, url);
}

static int gone(const struct client *client, CURL *curl, CURLcode code, struct err *err)
{
	long number = 0;

	(void)curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &number);
	if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST) {
		if (number == EACCES || number == EPERM) {
			return err_set(err, ERR_DENIED,
				       "the socket %s is not open to you: ask to be put in its "
				       "group (muster)",
				       client->socket);
		}
		return err_set_native(err, ERR_UNREACHABLE, GONE_NATIVE,
				      "no musterd answers on %s (%s): start it with \"systemctl "
				      "start musterd\" or name its socket with --socket",
				      client->socket,
				      number != 0 ? g_strerror((int)number)
						  : "the path is too long");
	}
	if (code == CURLE_OPERATION_TIMEDOUT) {
		return err_set(err, ERR_TIMEOUT, "musterd on %s did not answer in time",
			       client->socket);
	}
	return err_set_native(err, ERR_UNREACHABLE, GONE_NATIVE,
			      "musterd on %s broke off the answer (%s)", client->socket,
			      curl_easy_strerror(code));
}

/* The daemon's problem in its own words. */
static int refused(struct client *client, const char *body, size_t len, struct err *err)
{
	struct wire_error problem = { 0 };
	struct err unreadable = { 0 };

	if (wire_decode(&wire_error_type, &problem, body, len, false, &unreadable) < 0 ||
	    problem.message == NULL) {
		wire_release(&wire_error_type, &problem);
		return err_set(
			err, ERR_PROTOCOL,
			"what answers on %s does not speak as musterd does (HTTP status %ld)",
			client->socket, client->status);
	}
	err_set(err, problem.code != NULL ? err_code_parse(problem.code) : ERR_PROTOCOL, "%s",
		problem.message);
	client->hint = g_steal_pointer(&problem.hint);
	g_free(client->refusal);
	client->refusal = g_strndup(body, len);
	wire_release(&wire_error_type, &problem);
	return -1;
}

void client_set_patient(struct client *client, bool patient)
{
	client->patient = patient;
}

void client_watch(struct client *client, client_wait_fn fn, void *ctx)
{
	client->waiting = fn;
	client->waiting_ctx = ctx;
}

/* A daemon that says nothing now is asked again. */
static void peek(struct client *client)
{
	g_autoptr(GString) received = g_string_new(NULL);
	g_autofree char *path = client_path("/v1/calls/", client->key, NULL);
	long status = 0;

	if (client->peek == NULL) {
		client->peek = handle_new(client, &client->peek_headers);
		(void)curl_easy_setopt(client->peek, CURLOPT_WRITEFUNCTION, append_answer);
		(void)curl_easy_setopt(client->peek, CURLOPT_HTTPHEADER, client->peek_headers);
		(void)curl_easy_setopt(client->peek, CURLOPT_TIMEOUT_MS, PEEK_MS);
		set_url(client->peek, path);
	}
	(void)curl_easy_setopt(client->peek, CURLOPT_WRITEDATA, received);
	if (curl_easy_perform(client->peek) == CURLE_OK) {
		(void)curl_easy_getinfo(client->peek, CURLINFO_RESPONSE_CODE, &status);
	}
	if (status == 200) {
		client->waiting(received->str, client->waiting_ctx);
	}
}

/* Called by curl while it waits. */
static int on_wait(void *ctx, curl_off_t down_of, curl_off_t down, curl_off_t up_of, curl_off_t up)
{
	struct client *client = ctx;
	int64_t now = g_get_monotonic_time();

	(void)down_of;
	(void)down;
	(void)up_of;
	(void)up;
	if (client->waiting != NULL && now >= client->next_peek) {
		peek(client);
		client->next_peek = now + PEEK_US;
	}
	return 0;
}

static void set_watch(struct client *client)
{
	client->next_peek = g_get_monotonic_time() + QUIET_US;
	(void)curl_easy_setopt(client->curl, CURLOPT_XFERINFOFUNCTION, on_wait);
	(void)curl_easy_setopt(client->curl, CURLOPT_XFERINFODATA, client);
	(void)curl_easy_setopt(client->curl, CURLOPT_NOPROGRESS, client->waiting == NULL ? 1L : 0L);
}

static void set_request(struct client *client, const char *method, const char *path,
			const char *body)
{
	CURL *curl = client->curl;

	set_url(curl, path);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, client->patient ? 0L : REQUEST_S);
	(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, NULL);
	(void)curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	if (body != NULL) {
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	}
	(void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, client->headers);
}

int client_request(struct client *client, const char *method, const char *path, const char *body,
		   char **answer, struct err *err)
{
	g_autoptr(GString) received = g_string_new(NULL);
	g_autofree char *call = g_strconcat("Muster-Call: ", client->key, NULL);
	CURLcode code;

	g_clear_pointer(&client->hint, g_free);
	g_clear_pointer(&client->refusal, g_free);
	client->status = 0;
	if (client->curl == NULL) {
		client->curl = handle_new(client, &client->headers);
		client->headers =
			curl_slist_append(client->headers, "Content-Type: application/json");
		client->headers = curl_slist_append(client->headers, call);
		(void)curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, append_answer);
	}
	set_request(client, method, path, body);
	set_watch(client);
	(void)curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, received);
	code = curl_easy_perform(client->curl);
	if (code != CURLE_OK) {
		return gone(client, client->curl, code, err);
	}
	(void)curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &client->status);
	if (client->status < 200 || client->status > 299) {
		return refused(client, received->str, received->len, err);
	}
	*answer = g_string_free(g_steal_pointer(&received), FALSE);
	return 0;
}

static size_t stream_bytes(char *bytes, size_t size, size_t nr, void *ctx)
{
	struct client_stream *stream = ctx;
	long status = 0;

	(void)curl_easy_getinfo(stream->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status == 200) {
		stream->fn(bytes, nr * size, stream->ctx);
	} else {
		g_string_append_len(stream->refusal, bytes, (gssize)(nr * size));
	}
	return nr * size;
}

struct client_stream *client_stream_open(struct client *client, const char *path,
					 client_bytes_fn fn, void *ctx)
{
	struct client_stream *stream = g_new0(struct client_stream, 1);

	stream->client = client;
	stream->fn = fn;
	stream->ctx = ctx;
	stream->refusal = g_string_new(NULL);
	stream->curl = handle_new(client, &stream->headers);
	stream->headers = curl_slist_append(stream->headers, "Accept: text/event-stream");
	set_url(stream->curl, path);
	(void)curl_easy_setopt(stream->curl, CURLOPT_HTTPHEADER, stream->headers);
	(void)curl_easy_setopt(stream->curl, CURLOPT_WRITEFUNCTION, stream_bytes);
	(void)curl_easy_setopt(stream->curl, CURLOPT_WRITEDATA, stream);
	stream->multi = curl_multi_init();
	CHECK(stream->multi != NULL);
	CHECK(curl_multi_add_handle(stream->multi, stream->curl) == CURLM_OK);
	return stream;
}

void client_stream_free(struct client_stream *stream)
{
	if (stream == NULL) {
		return;
	}
	(void)curl_multi_remove_handle(stream->multi, stream->curl);
	curl_easy_cleanup(stream->curl);
	(void)curl_multi_cleanup(stream->multi);
	curl_slist_free_all(stream->headers);
	g_string_free(stream->refusal, TRUE);
	g_free(stream);
}

/* The transfer has ended: why? */
static int stream_ended(struct client_stream *stream, CURLcode code, struct err *err)
{
	struct client *client = stream->client;

	(void)curl_easy_getinfo(stream->curl, CURLINFO_RESPONSE_CODE, &client->status);
	if (client->status != 0 && client->status != 200) {
		g_clear_pointer(&client->hint, g_free);
		return refused(client, stream->refusal->str, stream->refusal->len, err);
	}
	if (code != CURLE_OK) {
		return gone(client, stream->curl, code, err);
	}
	return err_set_native(err, ERR_UNREACHABLE, GONE_NATIVE, "musterd on %s closed the stream",
			      client->socket);
}

bool client_stream_poll(struct client_stream *stream, int timeout_ms, struct err *err)
{
	const CURLMsg *message;
	int running = 0;
	int left = 0;

	(void)curl_multi_perform(stream->multi, &running);
	if (running > 0) {
		(void)curl_multi_poll(stream->multi, NULL, 0, timeout_ms, NULL);
		(void)curl_multi_perform(stream->multi, &running);
	}
	message = curl_multi_info_read(stream->multi, &left);
	if (message != NULL && message->msg == CURLMSG_DONE) {
		(void)stream_ended(stream, message->data.result, err);
		return false;
	}
	return true;
}

bool client_stream_is_open(const struct client_stream *stream)
{
	long status = 0;

	(void)curl_easy_getinfo(stream->curl, CURLINFO_RESPONSE_CODE, &status);
	return status == 200;
}
