/*
 * routing_file - one file that always holds the newest text, written aside from the loop.
 *
 * A thread of its own writes, because a disk may stand still: a new file beside it, synced,
 * renamed over the old one, so that who reads sees the whole old or the whole new text. Texts that
 * come faster than they are written are passed over. What cannot be written is logged and
 * tried again each second. Loop thread only, but for that thread.
 */
#ifndef ROUTING_FILE_H
#define ROUTING_FILE_H

struct routing_file;

struct routing_file *routing_file_new(const char *path);
void routing_file_put(struct routing_file *file, char *text); /* takes text */
void routing_file_free(struct routing_file *file); /* what was put last is tried once more */

#endif /* ROUTING_FILE_H */
