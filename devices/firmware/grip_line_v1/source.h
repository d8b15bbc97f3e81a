// What measures: config.h picks one of source_grip.cpp, source_taps.cpp and source_adc.cpp.
#pragma once

/// Prepare the pins.
void sourceBegin();

/// Look whether there is something new, send it, and return at once; called as often as possible.
void sourceStep();
