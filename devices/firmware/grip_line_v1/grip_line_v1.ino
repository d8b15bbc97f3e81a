// The reference firmware of Regrasp: a home-made grip, pinch or tap sensor that speaks GLP/1 (docs/glp1.md).
//
// For Arduino Uno and Nano, and any board with a pin for the HX711 or analogue pins. Set config.h first, then
// upload; docs/maker.md shows the wiring and every step. Not a medical device.

#include "config.h"
#include "glp.h"
#include "outbox.h"
#include "source.h"

void setup() {
  Serial.begin(BAUD);  // and never wait for a program to open the port: the sensor streams from power-up
  glpBegin();
  sourceBegin();
}

// Nothing in here waits: not for the sensor, not for the port.
void loop() {
  sourceStep();
  glpStep();
  outboxPump();
}
