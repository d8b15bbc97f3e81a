#include "line.h"

static const uint32_t POWERS[] = {1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1};

// The same as the eight steps a byte of docs/glp1.md, in one: the remainder of a byte under x^16 + x^12 + x^5 + 1 is
// the byte and its upper half, shifted to these three places. A quarter of the time, which the pads' scan needs.
uint16_t crc16(const char *text, uint8_t length) {
  uint16_t crc = 0xFFFF;
  while (length--) {
    uint8_t over = (uint8_t)(crc >> 8) ^ (uint8_t)*text++;
    over ^= over >> 4;
    crc = crc << 8 ^ (uint16_t)over << 12 ^ (uint16_t)over << 5 ^ over;
  }
  return crc;
}

static char hexDigit(uint8_t value) { return value < 10 ? '0' + value : 'A' + value - 10; }

bool isCheckOf(const char *four, const char *text, uint8_t length) {
  uint16_t crc = crc16(text, length);
  for (uint8_t digit = 0; digit < 4; digit++, crc <<= 4) {
    if (four[digit] != hexDigit(crc >> 12)) return false;
  }
  return true;
}

void Line::add(char letter) {
  if (length_ < MAX_LINE) text_[length_++] = letter;
}

void Line::addHex(uint16_t value, uint8_t digits) {
  while (digits--) add(hexDigit(value >> 4 * digits & 0xF));
}

// By subtraction: dividing 32 bits takes an AVR some 25 us a digit, and a frame of five channels has 40 of them.
void Line::addDigits(uint32_t value) {
  bool begun = false;
  for (uint32_t power : POWERS) {
    char digit = '0';
    for (; value >= power; value -= power) digit++;
    begun = begun || digit != '0' || power == 1;
    if (begun) add(digit);
  }
}

Line &Line::word(const char *text) {
  add(',');
  while (*text) add(*text++);
  return *this;
}

Line &Line::number(uint32_t value) {
  add(',');
  addDigits(value);
  return *this;
}

Line &Line::count(int32_t value) {
  add(',');
  if (value < 0) add('-');
  addDigits(value < 0 ? 0 - (uint32_t)value : value);
  return *this;
}

Line &Line::hexadecimal(uint8_t value) {
  add(',');
  addHex(value, value > 0xF ? 2 : 1);
  return *this;
}

void Line::finish() {
  uint16_t crc = crc16(text_ + 1, length_ - 1);
  add('*');
  addHex(crc, 4);
  add('\n');
}
