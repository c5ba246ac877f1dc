/*
 * banned - calls that this project does not make, each with what to use instead.
 * Force-included into every file of ours by the build. strerror is refused by the style
 * tests instead: libevent names it in a header.
 */
#ifndef BANNED_H
#define BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef strcpy
#undef strcat
#undef strtok
#undef sprintf
#undef vsprintf
#undef strncpy
#undef strncat
#pragma GCC poison strcpy strcat strtok sprintf vsprintf strncpy strncat /* g_strlcpy, GString */
#pragma GCC poison gmtime localtime ctime asctime                        /* tick.h, GDateTime */
#pragma GCC poison atoi atol atoll                                       /* g_ascii_string_to_* */

#endif /* BANNED_H */
