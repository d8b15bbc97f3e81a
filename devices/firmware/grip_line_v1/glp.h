// What the board says and obeys: GLP/1 (docs/glp1.md), the same for every source.
#pragma once

#include <Arduino.h>

constexpr uint8_t SATURATED = 1;
constexpr uint8_t NO_DATA = 2;

/// Say who starts, and why: once, before the first frame.
void glpBegin();

/// Answer the commands that have come in, and say once a second how it goes.
void glpStep();

/// Send a reading of all channels; `at_us` is the end of its conversion. Without room it is dropped and counted.
void sendFrame(uint32_t at_us, uint8_t flags, const int32_t *values);

/// Send that a pad was pressed or let go at `at_us`.
void sendTap(uint32_t at_us, uint8_t pad, bool pressed, int32_t level);

/// Send a line for a person who reads along; no dollar sign in it.
void sendNote(const char *text);
