// Five pads, looked at every millisecond: when each is tapped and let go, and how hard all are pressed.
#include "config.h"
#if SOURCE == SOURCE_TAPS

#include <Arduino.h>

#include "glp.h"
#include "source.h"

static const uint32_t SCAN_US = 1000;
static const uint32_t PEAK_US = 10000;   // a press is told this long after its onset, with the peak until then
static const uint32_t QUIET_US = 5000;   // a pad must be quiet for so long before it counts as let go
static const uint8_t SURE_SCANS = 2;     // a single high reading is a spark, not a finger
static const uint8_t SCANS_A_FRAME = 1000000 / SCAN_US / RATE_HZ;
static_assert(RATE_HZ * (1000000 / SCAN_US / RATE_HZ) == 1000000 / SCAN_US, "config.h: RATE_HZ must divide 1000");

enum Phase : uint8_t { UP, PRESSING, DOWN };

struct Pad {
  Phase phase;
  bool quiet;
  uint8_t scansAbove;
  int16_t peak;
  int16_t quietLevel;
  uint32_t onset_us;
  uint32_t quiet_us;
};

static const uint8_t pins[CHANNELS] = CHANNEL_PINS;
static Pad pads[CHANNELS];
static int32_t levels[CHANNELS];

void sourceBegin() {
#ifndef __AVR__
  analogReadResolution(10);  // as on an Uno; other boards may have 12 bits, and COUNT_MAX would be wrong
#endif
}

static void follow(Pad &pad, int16_t level, uint32_t now_us) {
  if (level >= PRESSED_AT && pad.scansAbove < SURE_SCANS) pad.scansAbove++;
  if (level > pad.peak) pad.peak = level;
  bool quiet = level < RELEASED_BELOW;
  if (quiet && !pad.quiet) {
    pad.quiet_us = now_us;
    pad.quietLevel = level;
  }
  pad.quiet = quiet;
}

static void press(Pad &pad, uint8_t number) {
  bool sure = pad.scansAbove >= SURE_SCANS;
  pad.phase = sure ? DOWN : UP;
  if (sure) sendTap(pad.onset_us, number, true, pad.peak);
}

static void feel(uint8_t number, int16_t level, uint32_t now_us) {
  Pad &pad = pads[number];
  if (pad.phase == UP) {
    if (level < PRESSED_AT) return;
    pad = Pad();
    pad.phase = PRESSING;
    pad.onset_us = now_us;
  }
  follow(pad, level, now_us);
  if (pad.phase == PRESSING && now_us - pad.onset_us >= PEAK_US) press(pad, number);
  if (pad.phase == DOWN && pad.quiet && now_us - pad.quiet_us >= QUIET_US) {
    pad.phase = UP;
    sendTap(pad.quiet_us, number, false, pad.quietLevel);
  }
}

static uint8_t scan() {
  uint8_t flags = 0;
  for (uint8_t number = 0; number < CHANNELS; number++) {
    levels[number] = analogRead(pins[number]);
    if (levels[number] >= COUNT_MAX) flags = SATURATED;
    feel(number, levels[number], micros());
  }
  return flags;
}

void sourceStep() {
  static uint32_t due_us = 0;
  static uint8_t scans = 0;
  uint32_t late_us = micros() - due_us;
  if (late_us & 0x80000000) return;  // not due yet
  due_us += late_us < 2 * SCAN_US ? SCAN_US : late_us;
  uint8_t flags = scan();
  if (++scans < SCANS_A_FRAME) return;
  scans = 0;
  sendFrame(micros(), flags, levels);
}

#endif
