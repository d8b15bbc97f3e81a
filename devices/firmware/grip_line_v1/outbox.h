// What waits to be sent: whole lines only, so that a port that takes nothing for a while costs frames, never halves.
#pragma once

#include "line.h"

/// How many bytes still fit.
uint16_t outboxRoom();

/// Put `length` bytes in if afterwards `spare` bytes are still free; tell whether it was done.
bool outboxPut(const char *text, uint8_t length, uint8_t spare = 0);

/// Hand to the port what it takes without waiting.
void outboxPump();
