// One to five FSR on the analogue pins: how hard each is pressed, at an even pace.
#include "config.h"
#if SOURCE == SOURCE_ADC

#include <Arduino.h>

#include "glp.h"
#include "source.h"

static const uint32_t PERIOD_US = 1000000 / RATE_HZ;
static const uint8_t pins[] = CHANNEL_PINS;
static_assert(sizeof(pins) >= CHANNELS, "config.h: one of CHANNEL_PINS for each channel");

void sourceBegin() {
#ifndef __AVR__
  analogReadResolution(10);  // as on an Uno; other boards may have 12 bits, and COUNT_MAX would be wrong
#endif
}

void sourceStep() {
  static uint32_t due_us = 0;
  uint32_t late_us = micros() - due_us;
  if (late_us & 0x80000000) return;  // not due yet
  due_us += late_us < PERIOD_US ? PERIOD_US : late_us;
  int32_t levels[CHANNELS];
  uint8_t flags = 0;
  for (uint8_t channel = 0; channel < CHANNELS; channel++) {
    levels[channel] = analogRead(pins[channel]);
    if (levels[channel] >= COUNT_MAX) flags = SATURATED;
  }
  sendFrame(micros(), flags, levels);
}

#endif
