#include "http_listen.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib.h>

#include "log.h"
#include "loopback.h"

#define ENTRY_MAX   65536 /* bytes of one line of group */
#define SOCKET_MODE 0660

static int address_fill(struct sockaddr_un *address, const char *path, struct err *err)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (g_strlcpy(address->sun_path, path, sizeof(address->sun_path)) >=
	    sizeof(address->sun_path)) {
		return err_set(err, ERR_INVALID,
			       "the path of the socket %s is longer than %zu bytes; set a "
			       "shorter \"socket\"",
			       path, sizeof(address->sun_path) - 1);
	}
	return 0;
}

static bool is_served(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool served;

	if (fd < 0) {
		return true; /* cannot tell: leave it alone */
	}
	served = connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
		 errno != ECONNREFUSED;
	close(fd);
	return served;
}

/* What a daemon that died has left is removed; anything else is not ours. */
static int leftover_remove(const struct sockaddr_un *address, struct err *err)
{
	const char *path = address->sun_path;
	struct stat found;

	if (lstat(path, &found) < 0) {
		return errno == ENOENT ? 0 : err_set_errno(err, errno, "socket %s", path);
	}
	if (!S_ISSOCK(found.st_mode)) {
		return err_set(err, ERR_CONFLICT,
			       "%s is there and is not a socket; set another \"socket\" or move "
			       "the file away",
			       path);
	}
	if (is_served(address)) {
		return err_set(err, ERR_CONFLICT,
			       "the socket %s is already served by another musterd", path);
	}
	if (unlink(path) < 0 && errno != ENOENT) {
		return err_set_errno(err, errno, "remove the old socket %s", path);
	}
	return 0;
}

static void group_give(const char *path, const char *name)
{
	struct group record;
	struct group *found = NULL;
	g_autofree char *space = g_malloc(ENTRY_MAX);

	if (name == NULL || name[0] == '\0') {
		return;
	}
	if (getgrnam_r(name, &record, space, ENTRY_MAX, &found) != 0 || found == NULL) {
		log_warn("socket group does not exist group=%s socket=%s", name, path);
		return;
	}
	if (chown(path, (uid_t)-1, found->gr_gid) < 0) {
		log_warn("socket cannot be given to its group group=%s socket=%s error=\"%s\"",
			 name, path, g_strerror(errno));
	}
}

int http_listen_socket(const char *path, const char *group, struct err *err)
{
	struct sockaddr_un address;
	mode_t mask;
	int fd;
	int rc;

	if (address_fill(&address, path, err) < 0 || leftover_remove(&address, err) < 0) {
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		return err_set_errno(err, errno, "socket");
	}
	mask = umask(0777 & ~SOCKET_MODE); /* never open to others, not even for a moment */
	rc = bind(fd, (struct sockaddr *)&address, sizeof(address));
	umask(mask);
	if (rc < 0 || listen(fd, SOMAXCONN) < 0) {
		err_set_errno(err, errno, "listen on the socket %s", path);
		close(fd);
		return -1;
	}
	group_give(path, group);
	return fd;
}

int http_listen_given(int fd, struct err *err)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
		return err_set_errno(err, errno, "the socket given by systemd");
	}
	return fd;
}

int http_listen_port(const char *text, struct err *err)
{
	static const int on = 1;
	struct loopback where = { 0 };
	int fd;

	if (loopback_parse(&where, text, err) < 0) {
		return -1;
	}
	fd = socket(where.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		return err_set_errno(err, errno, "socket");
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&where.address, where.len) < 0 ||
	    listen(fd, SOMAXCONN) < 0) {
		err_set_errno(err, errno, "listen on %s", text);
		close(fd);
		return -1;
	}
	return fd;
}

int http_listen_number(int fd)
{
	struct sockaddr_storage address = { 0 };
	struct sockaddr_in inet; /* IPv6 has the port at the same place */
	socklen_t len = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &len) < 0 ||
	    (address.ss_family != AF_INET && address.ss_family != AF_INET6)) {
		return 0;
	}
	memcpy(&inet, &address, sizeof(inet));
	return ntohs(inet.sin_port);
}
