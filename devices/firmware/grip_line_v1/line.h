// One line of GLP/1 under construction: dollar sign, body, star, check value, line feed (docs/glp1.md, section 2).
#pragma once

#include <Arduino.h>

constexpr uint8_t MAX_LINE = 128;

/// CRC-16/CCITT-FALSE: polynomial 0x1021, start value 0xFFFF; "123456789" gives 0x29B1.
uint16_t crc16(const char *text, uint8_t length);

/// Is `four` the check value of `text`, as four upper case hexadecimal digits?
bool isCheckOf(const char *four, const char *text, uint8_t length);

/// Add the fields one by one, then finish it. What does not fit is left out, and then the program refuses the line.
class Line {
 public:
  explicit Line(char kind) : text_{'$', kind}, length_(2) {}

  Line &word(const char *text);
  Line &number(uint32_t value);
  Line &count(int32_t value);
  Line &hexadecimal(uint8_t value);

  /// Add star, check value and line feed; nothing can be added after that.
  void finish();

  const char *text() const { return text_; }
  uint8_t length() const { return length_; }

 private:
  void add(char letter);
  void addDigits(uint32_t value);
  void addHex(uint16_t value, uint8_t digits);

  char text_[MAX_LINE];
  uint8_t length_;
};
