/* Play a GLP/1 sensor on a pseudo-terminal, paced by absolute times: feeder LINK RATE CHANNELS BATCH_MS SKEW_PPM.
 *
 * LINK becomes a symbolic link to the port. A frame's t_us is CLOCK_MONOTONIC at the moment it is made, run fast by
 * SKEW_PPM since the start. RATE 0 sends as fast as the port takes it. With BATCH_MS, bytes wait for the next multiple
 * of it, as in a USB adapter. Lines on the standard input: "u" unplugs, "p" plugs in again, "q" or the end quits.
 * The standard output gets "ready ORIGIN_US", "plugged US", "unplugged US" and at the end "sent N dropped N". */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_NS = 5000000, FLOOD_LINES = 64, WAITING = 1 << 16 };

static const char *const names[] = {"grip", "thumb", "index", "middle", "ring", "little", "pinch"};
static const char *link_name;
static int inner = -1, outer = -1, channels;
static long long origin_us;
static double skew;
static char waiting[WAITING];
static size_t held;
static unsigned long sent, dropped;

static long long now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void sleep_until(long long ns) {
  struct timespec t = {ns / 1000000000LL, ns % 1000000000LL};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR) {
  }
}

static uint32_t sensor_us(void) {
  static long long last_us;
  double since_us = now_ns() / 1e3 - origin_us;
  long long us = origin_us + (long long)(since_us * (1 + skew));
  last_us = us > last_us ? us : last_us + 1; /* no two frames at the same time, also in a flood */
  return (uint32_t)last_us;
}

static uint16_t crc16(const char *text, size_t length) {
  uint16_t crc = 0xFFFF;
  while (length--) {
    crc ^= (uint16_t)(uint8_t)*text++ << 8;
    for (int bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1;
  }
  return crc;
}

static void hold(const char *body) {
  size_t length = strlen(body);
  if (held + length + 16 > WAITING) return;
  held += sprintf(waiting + held, "$%s*%04X\n", body, crc16(body, length));
}

static void flush(void) {
  if (held && inner >= 0 && write(inner, waiting, held) != (ssize_t)held) dropped++;
  held = 0;
}

static void frame(void) {
  char body[128];
  int n = sprintf(body, "F,%lu,%lu,0", sent % 65536, (unsigned long)sensor_us());
  for (int c = 0; c < channels; c++) n += sprintf(body + n, ",%lu", 84000 + (sent * 7919 + c * 104729) % 1000003);
  hold(body);
  sent++;
}

static void answer(const char *command) {
  char body[128];
  if (!strcmp(command, "ID?")) {
    sprintf(body, "I,1,Feeder,1.0.0,0001,%d,80,1000000", channels);
    hold(body);
  } else if (!strcmp(command, "CH?")) {
    for (int c = 0; c < channels; c++) {
      sprintf(body, "C,%d,%s,force,count,-8388608,8388607,0,0", c, names[c % 7]);
      hold(body);
    }
  } else if (!strncmp(command, "PING,", 5) && strlen(command) < 60) {
    sprintf(body, "P,%s,%lu", command + 5, (unsigned long)sensor_us());
    hold(body);
  } else {
    sprintf(body, "A,%.20s", command);
    hold(body);
  }
}

static void unplug(void) {
  if (inner < 0) return;
  unlink(link_name);
  close(inner);
  close(outer);
  inner = outer = -1;
  held = 0;
}

static void plug(int blocking) {
  struct termios raw;
  unplug();
  inner = posix_openpt(O_RDWR | O_NOCTTY);
  if (inner < 0 || grantpt(inner) || unlockpt(inner)) exit(2);
  const char *name = ptsname(inner);
  outer = open(name, O_RDWR | O_NOCTTY);
  if (outer < 0 || tcgetattr(outer, &raw)) exit(3);
  cfmakeraw(&raw);
  tcsetattr(outer, TCSANOW, &raw);
  if (!blocking) fcntl(inner, F_SETFL, O_NONBLOCK);
  if (symlink(name, link_name)) exit(4);
}

static void obey(void) {
  char word;
  struct pollfd input = {0, POLLIN, 0};
  while (poll(&input, 1, 0) > 0) {
    if (read(0, &word, 1) != 1 || word == 'q') {
      unplug();
      printf("sent %lu dropped %lu\n", sent, dropped);
      exit(0);
    }
    if (word == 'u') {
      long long at_us = now_ns() / 1000;
      unplug();
      printf("unplugged %lld\n", at_us);
    } else if (word == 'p') {
      plug(0);
      printf("plugged %lld\n", now_ns() / 1000);
    }
    fflush(stdout);
  }
}

static void listen_to_host(void) {
  static char heard[4096];
  static size_t length;
  struct pollfd port = {inner, POLLIN, 0};
  if (inner < 0 || poll(&port, 1, 0) <= 0) return;
  ssize_t n = read(inner, heard + length, sizeof heard - 1 - length);
  if (n <= 0) return;
  length += n;
  heard[length] = 0;
  char *at = heard, *end;
  while ((end = strchr(at, '\n'))) {
    *end = 0;
    answer(at);
    at = end + 1;
  }
  length = strlen(at);
  if (length == sizeof heard - 1) length = 0;
  memmove(heard, at, length + 1);
}

int main(int argc, char **argv) {
  if (argc != 6) return 1;
  link_name = argv[1];
  double rate = atof(argv[2]);
  channels = atoi(argv[3]);
  double batch_ms = atof(argv[4]);
  skew = atof(argv[5]) * 1e-6;
  prctl(PR_SET_TIMERSLACK, 1);
  origin_us = now_ns() / 1000;
  plug(rate == 0);
  printf("ready %lld\n", origin_us);
  fflush(stdout);
  if (rate == 0) {
    for (;;) {
      obey();
      for (int n = 0; n < FLOOD_LINES; n++) frame();
      flush();
    }
  }
  long long period = (long long)(1e9 / rate), batch = (long long)(batch_ms * 1e6);
  long long due = now_ns() + period, looked = 0;
  for (;;) {
    long long gate = batch ? (now_ns() / batch + 1) * batch : due;
    sleep_until(gate < due ? gate : due);
    long long now = now_ns();
    if (now - looked >= LOOK_NS) {
      looked = now;
      obey();
      listen_to_host();
    }
    if (now >= due) {
      if (inner >= 0) frame();
      due += period;
    }
    if (!batch || now >= gate) flush();
  }
}
