#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hook_call.h"
#include "tick.h"

#define GRACE_MS   2000 /* from SIGTERM to SIGKILL */
#define GIVE_UP_MS 3000 /* from there until it is left alone: it hangs in the kernel */
#define LOOK_MS    100  /* how soon it is seen that it is to stop */
#define WORDS_MAX  200  /* of its output, in the sentence about it */

/* One hook while it runs. */
struct child {
	pid_t pid; /* of the group, too */
	int pid_fd;
	int out_fd;       /* -1: nobody can write to it any more */
	GString *output;  /* owned */
	size_t lost;      /* bytes */
	int64_t ended_ms; /* tick_ms of SIGTERM; 0: it may go on */
	int64_t killed_ms;
	enum err_code why; /* it was ended */
};

void hook_end_release(struct hook_end *end)
{
	g_free(end->output);
	*end = (struct hook_end){ 0 };
}

/* ---- begin ------------------------------------------------------------------------------ */

/* A file, not a pipe: a hook need not read it, and nobody waits until it does. */
static int input_open(const struct hook_call *call, struct err *err)
{
	g_autofree char *text = hook_call_input(call);
	size_t len = strlen(text);
	int fd = memfd_create("muster-hook", MFD_CLOEXEC);

	if (fd < 0 || pwrite(fd, text, len, 0) != (ssize_t)len) {
		(void)err_set_errno(err, errno, "hook %s: its input", call->name);
		if (fd >= 0) {
			(void)close(fd);
		}
		return -1;
	}
	return fd;
}

/* Nothing of the daemon: its signals are blocked in workers, and some are ignored. */
static void set_up(posix_spawnattr_t *attr, posix_spawn_file_actions_t *files, int in, int out)
{
	sigset_t none;
	sigset_t all;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	CHECK(posix_spawnattr_init(attr) == 0 && posix_spawn_file_actions_init(files) == 0);
	CHECK(posix_spawnattr_setsigmask(attr, &none) == 0);
	CHECK(posix_spawnattr_setsigdefault(attr, &all) == 0);
	CHECK(posix_spawnattr_setpgroup(attr, 0) == 0);
	CHECK(posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
						     POSIX_SPAWN_SETSIGDEF) == 0);
	CHECK(posix_spawn_file_actions_addchdir_np(files, "/") == 0);
	CHECK(posix_spawn_file_actions_adddup2(files, in, STDIN_FILENO) == 0);
	CHECK(posix_spawn_file_actions_adddup2(files, out, STDOUT_FILENO) == 0);
	CHECK(posix_spawn_file_actions_adddup2(files, out, STDERR_FILENO) == 0);
	CHECK(posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1) == 0);
}

static int spawn(struct child *child, const struct hook_call *call, char *path, const int fds[2],
		 struct err *err)
{
	char *argv[] = { path, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int failed;

	set_up(&attr, &files, fds[0], fds[1]);
	failed = posix_spawn(&child->pid, path, &files, &attr, argv, hook_call_env(call));
	(void)posix_spawnattr_destroy(&attr);
	(void)posix_spawn_file_actions_destroy(&files);
	if (failed != 0) {
		(void)err_set_errno(err, failed, "hook: %.200s cannot be run", path);
		err->code = ERR_INVALID;
		return -1;
	}
	return 0;
}

/* The end of its output that it writes to; child has the other. */
static int output_open(struct child *child, const struct hook_call *call, struct err *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0) {
		return err_set_errno(err, errno, "hook %s: its output", call->name);
	}
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	child->out_fd = ends[0];
	return ends[1];
}

static int begin(struct child *child, const struct hook_call *call, char *path, struct err *err)
{
	int fds[2] = { input_open(call, err), -1 };
	int done = -1;

	if (fds[0] < 0) {
		return -1;
	}
	fds[1] = output_open(child, call, err);
	if (fds[1] >= 0) {
		done = spawn(child, call, path, fds, err);
		(void)close(fds[1]);
	}
	(void)close(fds[0]);
	if (done == 0) {
		child->pid_fd = (int)syscall(SYS_pidfd_open, child->pid, 0);
	}
	return done;
}

/* ---- while it runs ----------------------------------------------------------------------- */

/* The end says more than the beginning. */
static void keep(struct child *child, size_t most)
{
	if (child->output->len > most) {
		size_t over = child->output->len - HOOK_OUTPUT_MAX;

		g_string_erase(child->output, 0, (gssize)over);
		child->lost += over;
	}
}

static void drain(struct child *child)
{
	char bytes[4096];
	ssize_t got = 1;

	while (child->out_fd >= 0 && got > 0) {
		got = read(child->out_fd, bytes, sizeof(bytes));
		if (got > 0) {
			g_string_append_len(child->output, bytes, got);
			keep(child, 4 * HOOK_OUTPUT_MAX);
		} else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
			(void)close(child->out_fd);
			child->out_fd = -1;
		}
	}
}

static void wait_a_little(const struct child *child, const struct hook_call *call)
{
	struct pollfd fds[2] = { { .fd = child->pid_fd, .events = POLLIN },
				 { .fd = child->out_fd, .events = POLLIN } };
	int64_t left = call->until_ms - tick_ms();
	int64_t ms = child->pid_fd < 0 ? LOOK_MS / 10 : LOOK_MS;

	(void)poll(fds, 2, (int)(left > 0 ? MIN(left, ms) : ms));
}

/* Its own zombie keeps the number of the group: nobody else's is meant. */
static bool has_ended(const struct child *child)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid != 0;
}

/* False: it cannot even be killed. */
static bool end_in_time(struct child *child, const struct hook_call *call, const atomic_int *stop)
{
	int64_t now = tick_ms();
	bool is_over = now >= call->until_ms;

	if (child->ended_ms == 0 && (is_over || atomic_load(stop) != 0)) {
		child->ended_ms = now;
		child->why = is_over ? ERR_TIMEOUT : ERR_CANCELLED;
		(void)kill(-child->pid, SIGTERM);
	} else if (child->ended_ms != 0 && child->killed_ms == 0 &&
		   now >= child->ended_ms + GRACE_MS) {
		child->killed_ms = now;
		(void)kill(-child->pid, SIGKILL);
	}
	return child->killed_ms == 0 || now < child->killed_ms + GIVE_UP_MS;
}

/* Its status, or -1. What it left in the background goes with it. */
static int await(struct child *child, const struct hook_call *call, const atomic_int *stop)
{
	int status = -1;

	while (!has_ended(child)) {
		if (!end_in_time(child, call, stop)) {
			return -1;
		}
		wait_a_little(child, call);
		drain(child);
	}
	drain(child);
	(void)kill(-child->pid, SIGKILL);
	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR) {
	}
	return status;
}

/* ---- the end ----------------------------------------------------------------------------- */

/* The last of what it said, in one line. Owned. */
static char *last_words(const char *output)
{
	g_autofree char *text = g_strchomp(g_strdup(output));
	size_t len = strlen(text);
	const char *from = len > WORDS_MAX ? text + len - WORDS_MAX : text;

	while (len > WORDS_MAX && ((unsigned char)*from & 0xC0) == 0x80) {
		from++; /* not within a character */
	}
	if (from[0] == '\0') {
		return g_strdup("it printed nothing");
	}
	return g_strdelimit(g_strdup(from), "\n\r\t", ' ');
}

static int judge(const struct child *child, const struct hook_call *call, int status,
		 struct hook_end *end, struct err *err)
{
	g_autofree char *words = last_words(end->output);

	if (child->why == ERR_TIMEOUT) {
		return err_set(err, ERR_TIMEOUT,
			       "hook %s was ended: it took longer than %.1f s (hook_timeout): %s",
			       call->name, (double)call->limit_ms / 1000, words);
	}
	if (child->why == ERR_CANCELLED) {
		return err_set(err, ERR_CANCELLED, "hook %s was stopped: %s", call->name, words);
	}
	if (WIFSIGNALED(status)) {
		return err_set(err, ERR_CONFLICT, "hook %s died of signal %d: %s", call->name,
			       WTERMSIG(status), words);
	}
	return end->exit_code == 0 ? 0
				   : err_set(err, ERR_CONFLICT, "hook %s said no, exit code %d: %s",
					     call->name, end->exit_code, words);
}

static int run(struct child *child, const struct hook_call *call, const atomic_int *stop,
	       struct hook_end *end, struct err *err)
{
	int64_t began = tick_ms();
	int status = await(child, call, stop);

	end->ran = true;
	end->ms = tick_ms() - began;
	end->exit_code = status >= 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	keep(child, HOOK_OUTPUT_MAX);
	end->output = g_utf8_make_valid(child->output->str, (gssize)child->output->len);
	end->lost = child->lost;
	return judge(child, call, status, end, err);
}

static int try_run(struct child *child, const struct hook_call *call, const atomic_int *stop,
		   struct hook_end *end, struct err *err)
{
	g_autofree char *path = NULL;

	if (atomic_load(stop) != 0) {
		return err_set(err, ERR_CANCELLED, "hook %s was stopped before it began",
			       call->name);
	}
	if (tick_ms() >= call->until_ms) {
		return err_set(err, ERR_TIMEOUT, "hook %s could not be begun within %.1f s",
			       call->name, (double)call->limit_ms / 1000);
	}
	if (hook_find(call->dir, call->name, &path, err) < 0 || begin(child, call, path, err) < 0) {
		return -1;
	}
	return run(child, call, stop, end, err);
}

int hook_run(const struct hook_call *call, const atomic_int *stop, struct hook_end *end,
	     struct err *err)
{
	struct child child = { .pid_fd = -1, .out_fd = -1, .output = g_string_new(NULL) };
	int done;

	*end = (struct hook_end){ .exit_code = -1 };
	done = try_run(&child, call, stop, end, err);
	if (child.pid_fd >= 0) {
		(void)close(child.pid_fd);
	}
	if (child.out_fd >= 0) {
		(void)close(child.out_fd);
	}
	g_string_free(child.output, TRUE);
	return done;
}
