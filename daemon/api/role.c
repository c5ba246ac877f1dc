#include "role.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "http.h"
#include "log.h"

#define ENTRY_MAX 65536 /* bytes of one line of passwd or group */

const char *const role_names[ROLE_NR] = {
	[ROLE_NONE] = "nobody",
	[ROLE_VIEWER] = "viewer",
	[ROLE_OPERATOR] = "operator",
	[ROLE_ADMIN] = "admin",
};

struct grant {
	enum role role;
	bool is_group;
	uint32_t id; /* uid_t or gid_t */
};

struct role_map {
	GArray *grants;
	bool all_view;
};

static bool name_find(const char *name, struct grant *grant)
{
	g_autofree char *space = g_malloc(ENTRY_MAX);
	struct passwd user;
	struct passwd *user_found = NULL;
	struct group group;
	struct group *group_found = NULL;

	if (grant->is_group) {
		(void)getgrnam_r(name + 1, &group, space, ENTRY_MAX, &group_found);
		grant->id = group_found == NULL ? 0 : group.gr_gid;
		return group_found != NULL;
	}
	(void)getpwnam_r(name, &user, space, ENTRY_MAX, &user_found);
	grant->id = user_found == NULL ? 0 : user.pw_uid;
	return user_found != NULL;
}

static void grants_add(struct role_map *map, enum role role, char *const *names)
{
	for (; names != NULL && *names != NULL; names++) {
		struct grant grant = { .role = role, .is_group = **names == '@' };

		if (name_find(*names, &grant)) {
			g_array_append_val(map->grants, grant);
		} else {
			log_warn("name in the list of roles does not exist name=%s role=%s", *names,
				 role_names[role]);
		}
	}
}

struct role_map *role_map_new(const struct role_policy *policy)
{
	struct role_map *map = g_new0(struct role_map, 1);

	map->grants = g_array_new(FALSE, FALSE, sizeof(struct grant));
	map->all_view = policy->viewers == NULL || policy->viewers[0] == NULL;
	grants_add(map, ROLE_ADMIN, policy->admins);
	grants_add(map, ROLE_OPERATOR, policy->operators);
	grants_add(map, ROLE_VIEWER, policy->viewers);
	return map;
}

void role_map_free(struct role_map *map)
{
	if (map == NULL) {
		return;
	}
	g_array_unref(map->grants);
	g_free(map);
}

static bool in_group(const struct http_peer *peer, gid_t gid)
{
	if (peer->gid == gid) {
		return true;
	}
	for (size_t i = 0; i < peer->nr_groups; i++) {
		if (peer->groups[i] == gid) {
			return true;
		}
	}
	return false;
}

enum role role_of(const struct role_map *map, const struct http_peer *peer)
{
	enum role best = map->all_view ? ROLE_VIEWER : ROLE_NONE;

	if (peer->uid == (uid_t)-1) {
		return ROLE_NONE; /* the kernel did not say who it is */
	}
	if (peer->uid == 0 || peer->uid == geteuid()) {
		return ROLE_ADMIN;
	}
	for (guint i = 0; i < map->grants->len; i++) {
		const struct grant *grant = &g_array_index(map->grants, struct grant, i);
		bool has = grant->is_group ? in_group(peer, grant->id) : peer->uid == grant->id;

		if (has && grant->role > best) {
			best = grant->role;
		}
	}
	return best;
}
