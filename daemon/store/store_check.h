/*
 * store_check - is a file an inventory that can be trusted?
 *
 * Looks before anything is opened for writing, and changes nothing: a file that is refused
 * is what it was, with its journal. Loop thread only; not while the file is open here.
 */
#ifndef STORE_CHECK_H
#define STORE_CHECK_H

#include "store.h"

/*
 * 0: there is none yet, or it is whole and of this program. ERR_STORE with what to do: it
 * is damaged, of another program, of a newer musterd, or lies beside the journal of another
 * file. Files above 256 MB are not read whole.
 */
NODISCARD int store_check(const char *path, struct err *err);

#endif /* STORE_CHECK_H */
