#include "local.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <glib.h>

#include "db.h"

#define PRESSURE_PATH "/proc/pressure/cpu"
#define HOST_MAX      256

static bool is_loopback(const char *host)
{
	struct in_addr four;
	struct in6_addr six;

	if (host == NULL || strcmp(host, "localhost") == 0) {
		return true;
	}
	if (inet_pton(AF_INET, host, &four) == 1) {
		return (ntohl(four.s_addr) >> 24) == 127;
	}
	return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

bool local_is(const struct db_addr *addr, const char *hostname)
{
	char ours[HOST_MAX] = "";

	if (addr->socket == NULL && !is_loopback(addr->host)) {
		return false;
	}
	return hostname != NULL && gethostname(ours, sizeof(ours) - 1) == 0 &&
	       g_ascii_strcasecmp(ours, hostname) == 0;
}

int64_t local_cores(void)
{
	long nr = sysconf(_SC_NPROCESSORS_ONLN);

	return nr > 0 ? nr : 0;
}

bool local_disk_free(const char *path, double *percent)
{
	struct statvfs fs;

	if (statvfs(path, &fs) < 0 || fs.f_blocks == 0) {
		return false;
	}
	*percent = (double)fs.f_bavail * 100 / (double)fs.f_blocks;
	return true;
}

int64_t local_disk_bytes(const char *path)
{
	struct statvfs fs;

	if (statvfs(path, &fs) < 0 || fs.f_blocks == 0) {
		return -1;
	}
	return (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
}

bool local_load(double *load)
{
	struct sysinfo info;
	int64_t cores = local_cores();

	if (cores == 0 || sysinfo(&info) < 0) {
		return false;
	}
	*load = (double)info.loads[0] / (1 << SI_LOAD_SHIFT) / (double)cores;
	return true;
}

/* "some avg10=1.25 avg60=0.80 avg300=0.35 total=123456" */
bool local_pressure_parse(const char *text, double *percent)
{
	static const char head[] = "some avg10=";
	char *end = NULL;
	double value;

	if (!g_str_has_prefix(text, head)) {
		return false;
	}
	value = g_ascii_strtod(text + strlen(head), &end);
	if (end == text + strlen(head) || *end != ' ') {
		return false;
	}
	*percent = value;
	return true;
}

bool local_pressure(double *percent)
{
	g_autofree char *text = NULL;

	return g_file_get_contents(PRESSURE_PATH, &text, NULL, NULL) &&
	       local_pressure_parse(text, percent);
}
