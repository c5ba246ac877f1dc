/*
 * role - what a caller may do.
 *
 * The kernel says who is at the other end of the socket (uid, groups); lists of
 * names say which role that is. Root and the user of musterd itself are always admins.
 * With no viewers named, everybody who can open the socket may look. Loop
 * thread only; names are looked up once, in role_map_new.
 */
#ifndef ROLE_H
#define ROLE_H

#include "scope.h"

struct http_peer;

enum role { ROLE_NONE, ROLE_VIEWER, ROLE_OPERATOR, ROLE_ADMIN, ROLE_NR };

extern const char *const role_names[ROLE_NR];

/* Lists of "user" and "@group", each ended by NULL; a NULL list is empty. Borrowed. */
struct role_policy {
	char *const *admins;
	char *const *operators;
	char *const *viewers;
};

struct role_map;

/* A name that does not exist is logged and passed over. Owned. */
struct role_map *role_map_new(const struct role_policy *policy);
void role_map_free(struct role_map *map); /* NULL is fine */

/* The highest role the peer has. */
enum role role_of(const struct role_map *map, const struct http_peer *peer);

#endif /* ROLE_H */
