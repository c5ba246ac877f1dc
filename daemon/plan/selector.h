/*
 * selector - which tenants: the text behind -l.
 *
 *	selector = "" | "*" | term { "," term }
 *	term     = word                       the tenant of this name; several such words
 *	                                      anywhere in the selector: any one of them
 *	         | "!" word                   not the tenant of this name, nor one that has
 *	                                      a label of this name
 *	         | key "=" word               the label is there and has this value; "key=*"
 *	                                      asks only that it is there ("==" is the same)
 *	         | key "!=" word              the opposite: true without the label, too
 *	         | key "in" "(" list ")"      one of these values
 *	         | key "not" "in" "(" list ")"  none of them, or no such label ("notin", too)
 *	list     = word { "," word }
 *	word     = bare | 'quoted' | "quoted"
 *
 * All terms must hold (but see the first line). A bare word is made of anything but
 * blanks , = ! ( ) and quotes and does not begin with @; in it * stands for any
 * characters and ? for one. A quoted word is taken letter by letter, a doubled quote
 * is one, and it may be empty. Upper and lower case differ. Blanks between words
 * mean nothing.
 *
 * The keys name, server, schema and version are the tenant's own (version "" is a
 * tenant without any), every other key is a label; a label of the tenant wins over
 * the same label of its server. "@file" is the command line's: it reads the file and
 * sends name in (…); 10,000 names are parsed and matched by hash.
 *
 * Pure computation, any thread; one selector is used by one thread at a time. Who
 * has which labels: the caller.
 */
#ifndef SELECTOR_H
#define SELECTOR_H

#include <stdbool.h>

#include "err.h"
#include "scope.h"

#define SELECTOR_TEXT_MAX 4194304 /* bytes; 10,000 names of 64 letters are 0.7 MiB */

struct selector;

/* One tenant as a selector sees it. Everything is borrowed for the call. */
struct selector_subject {
	const char *name;
	const char *server;
	const char *schema;
	const char *version; /* NULL: none */

	/* Value of a label in either set, or NULL. NULL function: no labels at all. */
	const char *(*label)(const void *labels, const char *key);
	const void *labels;        /* its own; NULL: none */
	const void *server_labels; /* of its server; NULL: none */
};

/*
 * Owned. text NULL is "*". ERR_INVALID says the position (from 1) and what was
 * expected there.
 */
NODISCARD struct selector *selector_parse(const char *text, struct err *err);
void selector_free(struct selector *selector); /* NULL is fine */
SCOPED_FREE(selector);

/* Does it select this tenant? Also remembers which of its names exist. */
bool selector_match(struct selector *selector, const struct selector_subject *subject);

/*
 * The first name (never a glob) that no subject so far has had, or NULL: asked after
 * the whole fleet was matched, it is a typing error, also when the name was only
 * to be left out. Borrowed, lives as long as the selector.
 */
const char *selector_unmatched(const struct selector *selector);

/*
 * The same for labels: the first key of a label that no subject so far has had. It
 * matters with != and not in, which a misspelt key makes true for everybody.
 */
const char *selector_unknown_label(const struct selector *selector);

/* True when it selects every tenant whatever it is: "", "*", NULL. */
bool selector_is_all(const struct selector *selector);

/* name, server, schema, version: not to be used as the key of a label. */
bool selector_is_reserved(const char *key);

#endif /* SELECTOR_H */
