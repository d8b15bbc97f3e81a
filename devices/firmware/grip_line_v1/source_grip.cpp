// A load cell on an HX711: 24 bits by two wires, each reading stamped when the chip says that it is done.
#include "config.h"
#if SOURCE == SOURCE_GRIP

#include <Arduino.h>

#include "glp.h"
#include "source.h"

static const uint8_t PULSES = 25;             // 24 bits, and one more: channel A with gain 128 next time
static const uint32_t SILENT_US = 150000;     // longer than a reading takes at 10 a second
static const uint32_t REPEAT_US = 100000;     // how often it is said that there is no reading
static const uint8_t PACE_READINGS = 64;
static const uint32_t TOO_SLOW_US = 25000;    // fewer than 40 readings a second are too few for a game

static uint8_t readings = 0;                  // of those that the pace is judged by

static bool shorted = false;
static uint32_t shorted_us;

static volatile bool doneSeen = false;
static volatile uint32_t done_us;

// The chip pulls its data line down when a reading is ready; bits that are read out later do the same, but then
// doneSeen is still set.
static void onDataFalls() {
  if (doneSeen) return;
  done_us = micros();
  doneSeen = true;
}

void sourceBegin() {
  pinMode(HX711_DATA_PIN, INPUT_PULLUP);  // a data wire that came loose reads high: no reading
  pinMode(HX711_CLOCK_PIN, OUTPUT);
  digitalWrite(HX711_CLOCK_PIN, LOW);
  attachInterrupt(digitalPinToInterrupt(HX711_DATA_PIN), onDataFalls, FALLING);
}

// Clocking a wire on ground again and again would set another gain; so it is tried only now and then.
static bool isResting() {
  if (shorted && micros() - shorted_us >= REPEAT_US) shorted = false;
  return shorted;
}

// Tell whether a reading waits, and since when.
static bool isReady(uint32_t *since_us) {
  if (digitalRead(HX711_DATA_PIN) == HIGH || isResting()) {
    doneSeen = false;
    return false;
  }
  noInterrupts();
  *since_us = doneSeen ? done_us : micros();
  interrupts();
  return true;
}

static bool readBit() {
  // A clock that stays high for 60 us switches the chip off, so nothing may come between.
  noInterrupts();
  digitalWrite(HX711_CLOCK_PIN, HIGH);
  delayMicroseconds(1);
  bool bit = digitalRead(HX711_DATA_PIN);
  digitalWrite(HX711_CLOCK_PIN, LOW);
  interrupts();
  delayMicroseconds(1);
  return bit;
}

// Read the count; tell whether the chip let go of its data line after the last pulse, as it must. A line that
// stays low is a wire that touches ground.
static bool readCount(int32_t *count) {
  uint32_t bits = 0;
  for (uint8_t pulse = 0; pulse < 24; pulse++) bits = bits << 1 | readBit();
  for (uint8_t pulse = 24; pulse < PULSES; pulse++) readBit();
  *count = bits & 0x800000 ? (int32_t)bits - 0x1000000 : (int32_t)bits;
  shorted = digitalRead(HX711_DATA_PIN) == LOW;
  shorted_us = micros();
  return !shorted;
}

// Most HX711 boards are sold with RATE low, 10 readings a second: tell the maker who looks at the serial monitor.
static void watchPace(uint32_t at_us) {
  static uint32_t began_us;
  if (readings == 0) began_us = at_us;
  if (++readings <= PACE_READINGS) return;
  if ((at_us - began_us) / PACE_READINGS > TOO_SLOW_US)
    sendNote("Too slow for games: is the RATE pin of the HX711 connected to VCC? See docs/maker.md");
  readings = 0;
}

void sourceStep() {
  static uint32_t said_us = 0;
  uint32_t at_us;
  int32_t count;
  if (isReady(&at_us) && readCount(&count)) {
    bool atEnd = count == COUNT_MIN || count == COUNT_MAX;
    sendFrame(at_us, atEnd ? SATURATED : 0, &count);
    watchPace(at_us);
    said_us = at_us;
    return;
  }
  uint32_t now_us = micros();
  if (now_us - said_us < SILENT_US) return;
  readings = 0;
  count = 0;
  sendFrame(now_us, NO_DATA, &count);
  said_us = now_us - (SILENT_US - REPEAT_US);
}

#endif
