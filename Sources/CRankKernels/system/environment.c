#include "rank_environment.h"

bool rank_environment_is_usual(void) {
    // Volatile: the compiler must not compute these ahead.
    volatile const float least = 0x1p-126f;
    volatile const float half = least * 0.5f;
    volatile const float whole = half + half;
    volatile const float one = 1;
    volatile const float above = one + 0x1.8p-24f;
    volatile const float below = -one - 0x1.8p-24f;
    volatile const float near = one + 0x1p-25f;
    return half != 0 && whole == least && above == 1 + 0x1p-23f && below == -1 - 0x1p-23f && near == 1;
}
