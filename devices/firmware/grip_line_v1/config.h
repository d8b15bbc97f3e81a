// What this board is: the only file a maker has to change. docs/maker.md explains every line of it.
#pragma once

#define SOURCE_GRIP 1  // a load cell on an HX711 board
#define SOURCE_TAPS 2  // five pads (FSR): taps, and how hard each finger presses
#define SOURCE_ADC 3   // one to five FSR: only how hard each is pressed

// 1. Which of the three is it?
#ifndef SOURCE
#define SOURCE SOURCE_GRIP
#endif

// 2. A number of its own, up to 16 letters, digits and dashes. Write the same on a sticker on the sensor: the
// program keeps calibrations under it, so two sensors with one number would give each other's newtons.
#ifndef SERIAL_NUMBER
#define SERIAL_NUMBER ""
#endif

// The rest is right as it is for the wiring of docs/maker.md.

#define FIRMWARE_VERSION "1.0.0"

#ifndef BAUD
#define BAUD 115200
#endif

#if SOURCE == SOURCE_GRIP

#define MODEL "Regrasp grip"
#define CHANNELS 1
#define CHANNEL_NAMES {"grip"}
#define COUNT_MIN -8388608
#define COUNT_MAX 8388607
#define RATE_HZ 80           // what the HX711 does with its RATE pin high; saying so here does not make it do so
#define HX711_DATA_PIN 2     // must be a pin with an interrupt (on Uno and Nano 2 or 3) for exact time stamps
#define HX711_CLOCK_PIN 3

#elif SOURCE == SOURCE_TAPS

#define MODEL "Regrasp taps"
#define CHANNELS 5
#define CHANNEL_NAMES {"thumb", "index", "middle", "ring", "little"}
#define CHANNEL_PINS {A0, A1, A2, A3, A4}
#define COUNT_MIN 0
#define COUNT_MAX 1023
#ifndef RATE_HZ
#define RATE_HZ 100          // how often all five levels are sent; more than 100 leaves too little room for taps
#endif
#define PRESSED_AT 80        // a tap begins at this level or above ...
#define RELEASED_BELOW 40    // ... and ends below this one; a pad at rest should read less than 20

#elif SOURCE == SOURCE_ADC

#define MODEL "Regrasp FSR"
#ifndef CHANNELS
#define CHANNELS 1                 // 1 to 5, on A0 to A4 in this order
#define CHANNEL_NAMES {"pinch"}    // one a channel: grip, pinch, thumb, index, middle, ring or little
#else
#define CHANNEL_NAMES {"thumb", "index", "middle", "ring", "little"}
#endif
#define CHANNEL_PINS {A0, A1, A2, A3, A4}
#define COUNT_MIN 0
#define COUNT_MAX 1023
#ifndef RATE_HZ
#define RATE_HZ 100          // up to 200; then 115200 baud are nearly full with five channels
#endif

#else
#error "config.h: SOURCE must be SOURCE_GRIP, SOURCE_TAPS or SOURCE_ADC"
#endif

static_assert(sizeof(SERIAL_NUMBER) > 1,
              "config.h: give this sensor a SERIAL_NUMBER of its own, such as \"00A7\", and write it on a sticker");
static_assert(sizeof(SERIAL_NUMBER) <= 17, "config.h: SERIAL_NUMBER has at most 16 letters");
static_assert(CHANNELS >= 1 && CHANNELS <= 5, "config.h: CHANNELS is 1 to 5");
static_assert(RATE_HZ >= 40 && RATE_HZ <= 200, "config.h: RATE_HZ is 40 to 200");
