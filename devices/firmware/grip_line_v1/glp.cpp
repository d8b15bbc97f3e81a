#include "glp.h"

#include <string.h>

#include "config.h"
#include "outbox.h"

static const char PROTOCOL[] = "1";
static const uint8_t DROPPED_BEFORE = 4;
static const uint8_t UNKNOWN_COMMAND = 1;
static const uint8_t WRONG_CHECK = 2;

// Frames leave the room for one answer free; else a port that is too slow for the frames would never get one out.
static const uint8_t SPARE_FOR_ANSWERS = MAX_LINE;

static const char *const channelNames[] = CHANNEL_NAMES;
static_assert(sizeof(channelNames) / sizeof(*channelNames) == CHANNELS,
              "config.h: as many CHANNEL_NAMES as CHANNELS");

static bool streaming = true;
static bool droppedBefore = false;
static uint16_t frameSeq = 0;
static uint16_t tapSeq = 0;
static uint32_t framesSent = 0;
static uint32_t framesDropped = 0;

static bool send(Line &line, uint8_t spare = 0) {
  line.finish();
  return outboxPut(line.text(), line.length(), spare);
}

// ---- what it says by itself

// On an AVR the bits of MCUSR (1 power, 2 reset button, 4 brown-out, 8 watchdog), unless the bootloader has wiped
// them: then it is 0, which means that nobody knows.
static uint8_t startCause() {
#ifdef MCUSR
  uint8_t cause = MCUSR;
  MCUSR = 0;
  return cause;
#else
  return 0;
#endif
}

void glpBegin() {
  sendNote(MODEL " " FIRMWARE_VERSION);
  Line line('B');
  line.word(PROTOCOL).number(startCause());
  send(line);
}

void sendFrame(uint32_t at_us, uint8_t flags, const int32_t *values) {
  if (!streaming) return;
  Line line('F');
  line.number(frameSeq++).number(at_us).hexadecimal(flags | (droppedBefore ? DROPPED_BEFORE : 0));
  for (uint8_t channel = 0; channel < CHANNELS; channel++) line.count(values[channel]);
  droppedBefore = !send(line, SPARE_FOR_ANSWERS);
  if (droppedBefore)
    framesDropped++;
  else
    framesSent++;
}

void sendTap(uint32_t at_us, uint8_t pad, bool pressed, int32_t level) {
  if (!streaming) return;
  Line line('T');
  line.number(tapSeq++).number(at_us).number(pad).number(pressed).count(level);
  send(line);  // it may use the room that frames leave free: a lost tap is worse than an answer that waits
}

void sendNote(const char *text) {
  uint8_t length = strlen(text);
  if (outboxRoom() < length + 2u) return;
  outboxPut(text, length);
  outboxPut("\r\n", 2);
}

static void tellStatistics() {
  static uint32_t last_ms = 0;
  uint32_t now_ms = millis();
  if (now_ms - last_ms < 1000) return;
  last_ms += 1000;
  Line line('S');
  line.number(now_ms).number(framesSent).number(framesDropped);
  send(line);
}

// ---- what it answers

// Five channel lines at once, or a program that asks without end, would take the room of the frames.
static const uint8_t ANSWER_PAUSE_MS = 50;

static uint8_t channelsTold = CHANNELS;
static uint32_t answered_ms = 0;

static void answerWith(Line &line) {
  answered_ms = millis();
  send(line);
}

static bool mayAnswer() { return outboxRoom() >= MAX_LINE && millis() - answered_ms >= ANSWER_PAUSE_MS; }

static void tellIdentity() {
  static_assert(sizeof("$I,1,,,,5,200,1000000*0000\n" MODEL FIRMWARE_VERSION SERIAL_NUMBER) <= MAX_LINE, "too long");
  Line line('I');
  line.word(PROTOCOL).word(MODEL).word(FIRMWARE_VERSION).word(SERIAL_NUMBER);
  line.number(CHANNELS).number(RATE_HZ).number(1000000);
  answerWith(line);
}

static void tellNextChannel() {
  uint8_t channel = channelsTold++;
  Line line('C');
  line.number(channel).word(channelNames[channel]).word("force").word("count");
  line.count(COUNT_MIN).count(COUNT_MAX).word("0,0");
  answerWith(line);
}

static void tellTime(const char *token) {
  Line line('P');
  line.word(token).number(micros());
  answerWith(line);
}

static void acknowledge(const char *command) {
  Line line('A');
  line.word(command);
  answerWith(line);
}

static void refuse(uint8_t code) {
  Line line('E');
  line.number(code).word(code == WRONG_CHECK ? "wrong check value" : "unknown command");
  answerWith(line);
}

static bool isToken(const char *text) {
  uint8_t length = strlen(text);
  return length >= 1 && length <= 40 && !strpbrk(text, ",*");
}

static void obey(const char *command) {
  if (!strcmp(command, "ID?"))
    tellIdentity();
  else if (!strcmp(command, "CH?"))
    channelsTold = 0;
  else if (!strncmp(command, "PING,", 5) && isToken(command + 5))
    tellTime(command + 5);
  else if (!strcmp(command, "START") || !strcmp(command, "STOP")) {
    streaming = command[3] == 'R';
    acknowledge(command);
  } else
    refuse(UNKNOWN_COMMAND);
}

// ---- how a command comes in

static char command[64];
static uint8_t commandLength = 0;
static bool framed = false;
static bool unreadable = false;  // too long, or a letter that no command has

static void beginCommand(bool withDollar) {
  commandLength = 0;
  framed = withDollar;
  unreadable = false;
}

// Cut off star and check value; tell whether they were there and right.
static bool checkAndStrip() {
  if (commandLength < 5 || command[commandLength - 5] != '*') return false;
  const char *four = command + commandLength - 4;
  commandLength -= 5;
  return isCheckOf(four, command, commandLength);
}

static void finishCommand() {
  if (framed && (unreadable || !checkAndStrip()))
    refuse(WRONG_CHECK);
  else if (unreadable)
    refuse(UNKNOWN_COMMAND);
  else if (framed || commandLength) {
    command[commandLength] = 0;
    obey(command);
  }
  beginCommand(false);
}

static void take(char letter) {
  if (letter == '\n' || letter == '\r')  // what looks for a modem sends a carriage return alone
    finishCommand();
  else if (letter == '$')  // as the program does: what counts begins at the last dollar sign
    beginCommand(true);
  else if (letter < ' ' || letter > '~' || commandLength == sizeof(command) - 1)
    unreadable = true;
  else
    command[commandLength++] = letter;
}

// A command is taken only when the one before is answered and its own answer has room; until then it waits in the
// port's own buffer.
static void answer() {
  if (channelsTold < CHANNELS) {
    if (mayAnswer()) tellNextChannel();
    return;
  }
  while (channelsTold == CHANNELS && mayAnswer() && Serial.available()) take(Serial.read());
}

void glpStep() {
  answer();
  tellStatistics();
}
