#if defined(__x86_64__)
#define RANK_INTEGERS rank_int8_vnni
#define RANK_SUBTRACT _mm512_subs_epu8
#define RANK_DOT "vpdpbusd"
#include "body.h"
#endif
