#if defined(__x86_64__)
#define RANK_INTEGERS rank_int16_vnni
#define RANK_SUBTRACT _mm512_subs_epu16
#define RANK_DOT "vpdpwssd"
#include "body.h"
#endif
