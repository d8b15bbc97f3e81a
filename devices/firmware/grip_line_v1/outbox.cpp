#include "outbox.h"

// Three of the longest lines: one for an answer (see SPARE_FOR_ANSWERS), and some 25 ms of frames at 115200 baud.
static const uint16_t SIZE = 3 * MAX_LINE;

// So few bytes at a time that the next measurement never waits for a whole line to be handed over.
static const uint8_t BYTES_A_STEP = 8;

static char waiting[SIZE];
static uint16_t first = 0;
static uint16_t used = 0;

uint16_t outboxRoom() { return SIZE - used; }

bool outboxPut(const char *text, uint8_t length, uint8_t spare) {
  if (outboxRoom() < length + spare) return false;
  uint16_t end = (first + used) % SIZE;
  used += length;
  while (length--) {
    waiting[end] = *text++;
    if (++end == SIZE) end = 0;
  }
  return true;
}

void outboxPump() {
  // Serial.write() would wait for room, for ever on native USB that nobody reads; so ask for the room before.
  int room = min(Serial.availableForWrite(), (int)BYTES_A_STEP);
  while (room-- > 0 && used && Serial.write(waiting[first])) {
    if (++first == SIZE) first = 0;
    used--;
  }
}
