/* A test bench for the firmware: an ATmega328P by libsimavr, an HX711 on D2 and D3, voltages on A0..A5, a serial cable.
 *
 *   avrsim -F -s SCRIPT [-o BYTES] [-t TIMES] FIRMWARE.elf   as fast as it goes, the same bytes each time
 *   avrsim [-r] -l LINK FIRMWARE.elf                         in real time; LINK becomes the serial port
 *
 * Commands come from the script, each behind its time in milliseconds ("1000 set 84211"), or in real time from the
 * standard input, without a time; its end ends the bench. TIMES is given the microsecond at which each line ended.
 * -r: the board starts anew whenever a program opens the port, as an Uno does.
 *
 *   set COUNT · sine MEAN AMPLITUDE PERIOD_MS · noise COUNTS   what the HX711 measures
 *   rate HZ · absent · stuck · well                            its pace; its data wire off, on ground, or right again
 *   adc PIN MILLIVOLTS                                         the voltage on A0..A5
 *   send TEXT                                                  bytes to the board; \n \r \\ and \xNN are understood
 *   mute · unmute · garbage BYTES                              the cable carries nothing to the host, or noise
 *   unplug · replug · reset · brownout                         the cable out and in (the board is off meanwhile)
 *   clock PPM                                                  how fast the board's crystal is
 *   poke ADDRESS HEX                                           write bytes to the board's memory
 *   end
 *
 * Not shown: USB itself, the bootloader, electrical noise, and that an HX711 takes four readings to settle on a step.
 * libsimavr takes 11 bits for a byte, so its port is a tenth slower than a real one.
 * What is built from this file links libsimavr (GPL-3.0) and is for tests only; it is never given away.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <simavr/avr_adc.h>
#include <simavr/avr_extint.h>
#include <simavr/avr_ioport.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_regbit.h>

enum { DATA_PIN = 2, CLOCK_PIN = 3, ADC_PINS = 6, QUEUE = 4096 };
enum { OFF_US = 60, SETTLE_PERIODS = 4 };
static const double CRYSTAL_HZ = 16e6;
static const double BYTE_US = 10e6 / 115200;
static const uint64_t SLICE_US = 1000;
static const uint64_t CATCH_UP_US = 20000;

static avr_t *avr;
static elf_firmware_t firmware;
static uint64_t now_us; /* the host's time */
static double ppm;
static bool plugged = true, muted, finished;

static void die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    exit(2);
}

/* libsimavr prints its remarks to the standard output, where the board's own bytes go. */
static void log_nothing(avr_t *whose, const int level, const char *format, va_list arguments) {
    (void)whose;
    if (level <= LOG_ERROR) vfprintf(stderr, format, arguments);
}

static avr_cycle_count_t cycles(double us) { return (avr_cycle_count_t)(us * CRYSTAL_HZ * (1 + ppm * 1e-6) / 1e6); }

static int32_t chance(int32_t within) {
    static uint32_t state = 1;
    state = state * 1664525u + 1013904223u;
    return (int32_t)((state >> 8) % (2 * (uint32_t)within + 1)) - within;
}

/* ---- time: host microseconds to cycles of this life of the board */

static uint64_t anchor_us;
static avr_cycle_count_t anchor_cycle;

static void anchor(void) {
    anchor_us = now_us;
    anchor_cycle = avr->cycle;
}

static uint64_t cycle_us(void) {
    return anchor_us + (uint64_t)((double)(avr->cycle - anchor_cycle) * 1e6 / (CRYSTAL_HZ * (1 + ppm * 1e-6)));
}

static avr_cycle_count_t no_more(avr_t *whose, avr_cycle_count_t when, void *parameter) {
    (void)whose, (void)when, (void)parameter;
    return 0;
}

/* libsimavr runs from timer to timer, so a timer that does nothing makes it stop at the right cycle. */
static void run_until(uint64_t us) {
    avr_cycle_count_t target = anchor_cycle + cycles((double)(us - anchor_us));
    if (plugged && target > avr->cycle) {
        avr_cycle_timer_cancel(avr, no_more, NULL);
        avr_cycle_timer_register(avr, target - avr->cycle, no_more, NULL);
        while (avr->cycle < target) {
            int state = avr_run(avr);
            if (state == cpu_Done || state == cpu_Crashed) die("the firmware crashed at %llu us\n", cycle_us());
        }
    }
    now_us = us;
}

/* ---- the force cell: an HX711 */

static struct {
    double value, amplitude, period_ms, rate_hz;
    int32_t noise;
    bool absent, stuck;
    bool asleep, data;
    uint32_t bits;
    int pulses, chosen, gain;
} cell = {.rate_hz = 80, .data = true, .chosen = 25, .gain = 25};

static void drive_data(bool high) {
    cell.data = high;
    avr_ioport_state_t port = {0};
    avr_ioctl(avr, AVR_IOCTL_IOPORT_GETSTATE('D'), &port);
    bool pulled_up = port.port >> DATA_PIN & 1;
    bool level = cell.stuck ? false : cell.absent ? pulled_up : high;
    /* else libsimavr takes the pull-up for the stronger whenever the firmware writes to another pin of the port */
    avr_ioport_external_t wire = {.name = 'D', .mask = 1 << DATA_PIN, .value = (unsigned long)level << DATA_PIN};
    avr_ioctl(avr, AVR_IOCTL_IOPORT_SET_EXTERNAL('D'), &wire);
    avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), DATA_PIN), level);
}

static double measured(void) {
    double value = cell.value;
    if (cell.period_ms > 0) value += cell.amplitude * sin(2 * M_PI * (double)cycle_us() / 1000 / cell.period_ms);
    if (cell.noise) value += chance(cell.noise);
    if (cell.gain == 27) value /= 2; /* gain 64 instead of 128 */
    if (cell.gain == 26) value /= 4; /* channel B, gain 32 */
    return fmin(fmax(round(value), -8388608), 8388607);
}

static double period_us(void) { return 1e6 / cell.rate_hz; }

static avr_cycle_count_t convert(avr_t *whose, avr_cycle_count_t when, void *parameter) {
    (void)whose, (void)parameter;
    if (cell.asleep) return 0;
    if (cell.chosen != cell.gain) {
        cell.gain = cell.chosen;
        return when + cycles(SETTLE_PERIODS * period_us());
    }
    if (cell.pulses == 0 || cell.pulses >= 25) {
        cell.bits = (uint32_t)(int32_t)measured() & 0xFFFFFF;
        cell.pulses = 0;
        drive_data(false);
    }
    return when + cycles(period_us());
}

static void start_cell(double wait_us) {
    avr_cycle_timer_cancel(avr, convert, NULL);
    avr_cycle_timer_register(avr, cycles(wait_us), convert, NULL);
}

static void power_cell(void) {
    cell.asleep = false;
    cell.pulses = 25;
    cell.chosen = cell.gain = 25;
    drive_data(true);
    start_cell(SETTLE_PERIODS * period_us());
}

static avr_cycle_count_t fall_asleep(avr_t *whose, avr_cycle_count_t when, void *parameter) {
    (void)whose, (void)when, (void)parameter;
    cell.asleep = true;
    drive_data(true);
    return 0;
}

static void on_clock(avr_irq_t *irq, uint32_t high, void *parameter) {
    (void)irq, (void)parameter;
    if (!high) {
        avr_cycle_timer_cancel(avr, fall_asleep, NULL);
        if (cell.asleep) power_cell();
        return;
    }
    avr_cycle_timer_register(avr, cycles(OFF_US), fall_asleep, NULL);
    if (cell.asleep || cell.pulses >= 27) return;
    cell.pulses++;
    if (cell.pulses > 24) cell.chosen = cell.pulses;
    drive_data(cell.pulses > 24 || cell.bits >> (24 - cell.pulses) & 1);
}

/* ---- the cable */

static int outer = -1; /* our end of the pseudo-terminal */
static bool opened, restarts_when_opened;
static const char *link_name;
static FILE *bytes_file, *times_file;
static uint8_t to_board[QUEUE];
static int to_board_first, to_board_used;
static bool board_full;
static uint8_t to_host[QUEUE];
static int to_host_used;

static void flush_to_host(void) {
    if (bytes_file) fwrite(to_host, 1, (size_t)to_host_used, bytes_file);
    /* What nobody reads is lost, as in a USB chip. */
    if (opened && to_host_used && write(outer, to_host, (size_t)to_host_used) < 0 && errno != EAGAIN) perror("write");
    to_host_used = 0;
}

static void put_to_host(uint8_t byte) {
    if (muted || !plugged) return;
    if (to_host_used == QUEUE) flush_to_host();
    to_host[to_host_used++] = byte;
    if (byte == '\n' && times_file) fprintf(times_file, "%llu\n", (unsigned long long)cycle_us());
}

static void on_uart(avr_irq_t *irq, uint32_t byte, void *parameter) {
    (void)irq, (void)parameter;
    put_to_host((uint8_t)byte);
}

static void on_room(avr_irq_t *irq, uint32_t value, void *parameter) {
    (void)irq, (void)value;
    board_full = parameter != NULL;
}

static avr_cycle_count_t deliver(avr_t *whose, avr_cycle_count_t when, void *parameter) {
    (void)whose, (void)parameter;
    if (!to_board_used) return 0;
    if (!board_full) {
        avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT), to_board[to_board_first]);
        to_board_first = (to_board_first + 1) % QUEUE;
        to_board_used--;
    }
    return when + cycles(BYTE_US);
}

static void put_to_board(uint8_t byte) {
    if (!plugged || to_board_used == QUEUE) return;
    to_board[(to_board_first + to_board_used++) % QUEUE] = byte;
    if (to_board_used == 1) avr_cycle_timer_register(avr, cycles(BYTE_US), deliver, NULL);
}

static void close_port(void) {
    if (outer < 0) return;
    unlink(link_name);
    close(outer);
    outer = -1;
    opened = false;
}

static void open_port(void) {
    if (!link_name || outer >= 0) return;
    outer = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (outer < 0 || grantpt(outer) || unlockpt(outer)) die("no pseudo-terminal: %s\n", strerror(errno));
    /* Opened and closed once: from then on it tells whether a program has it open. */
    int inner = open(ptsname(outer), O_RDWR | O_NOCTTY);
    struct termios settings;
    if (inner < 0 || tcgetattr(inner, &settings)) die("no pseudo-terminal: %s\n", strerror(errno));
    cfmakeraw(&settings);
    tcsetattr(inner, TCSANOW, &settings);
    close(inner);
    unlink(link_name);
    if (symlink(ptsname(outer), link_name)) die("%s: %s\n", link_name, strerror(errno));
}

/* ---- the board */

static void connect_board(void) {
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), CLOCK_PIN), on_clock, NULL);
    avr_irq_t *uart = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), 0);
    avr_irq_register_notify(uart + UART_IRQ_OUTPUT, on_uart, NULL);
    avr_irq_register_notify(uart + UART_IRQ_OUT_XON, on_room, NULL);
    avr_irq_register_notify(uart + UART_IRQ_OUT_XOFF, on_room, &board_full);
    uint32_t flags = 0; /* no printing, no sleeping while the firmware polls */
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
}

/* avr_reset() forgets all cycle timers, ours as well, and avr->cycle may begin again. It also forgets why the board
 * started before, which the chip keeps until its firmware or a loss of power wipes it. */
static void start_board(avr_regbit_t cause, bool powered) {
    uint8_t *causes = avr->data + cause.reg, before = powered ? *causes : 0;
    avr_reset(avr);
    anchor();
    *causes = before;
    avr_regbit_set(avr, cause);
    /* else libsimavr asks for the level of D2 at every cycle while it is low: 40 times slower */
    avr_extint_set_strict_lvl_trig(avr, 0, 0);
    avr_extint_set_strict_lvl_trig(avr, 1, 0);
    to_board_used = 0;
    board_full = false;
}

static void power_board(void) {
    plugged = true;
    start_board(avr->reset_flags.porf, false);
    power_cell();
}

/* The force cell has power all the time and goes on. */
static void restart_board(avr_regbit_t cause) {
    start_board(cause, true);
    drive_data(cell.data);
    start_cell(period_us());
}

static void load(const char *path) {
    avr_global_logger_set(log_nothing);
    if (elf_read_firmware(path, &firmware)) die("%s: no firmware\n", path);
    avr = avr_make_mcu_by_name("atmega328p");
    if (!avr) die("libsimavr knows no atmega328p\n");
    avr_init(avr);
    avr_load_firmware(avr, &firmware);
    avr->frequency = (uint32_t)CRYSTAL_HZ;
    avr->vcc = avr->avcc = avr->aref = 5000;
    connect_board();
}

/* ---- commands */

static void set_adc(int pin, int millivolts) {
    if (pin < 0 || pin >= ADC_PINS) die("there is no A%d\n", pin);
    avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, pin), (uint32_t)millivolts);
}

static void send_text(const char *text) {
    for (; *text; text++) {
        unsigned byte = (uint8_t)*text;
        if (*text == '\\' && *++text) {
            byte = *text == 'n' ? '\n' : *text == 'r' ? '\r' : (uint8_t)*text;
            if (*text == 'x' && sscanf(text + 1, "%2x", &byte) == 1) text += 2;
        }
        put_to_board((uint8_t)byte);
    }
}

static void poke(unsigned address, const char *hex) {
    unsigned byte;
    for (; sscanf(hex, "%2x", &byte) == 1; hex += 2) avr->data[address++] = (uint8_t)byte;
}

static void set_clock(double value) {
    anchor();
    ppm = value;
}

static void wire_data(bool absent, bool stuck) {
    cell.absent = absent;
    cell.stuck = stuck;
    drive_data(cell.data);
}

static void unplug(void) {
    flush_to_host();
    close_port();
    plugged = false;
}

static void replug(void) {
    if (plugged) return;
    open_port();
    power_board();
}

static bool obey_cell(const char *word, const char *rest) {
    double a = 0, b = 0, c = 0;
    sscanf(rest, "%lf %lf %lf", &a, &b, &c);
    if (!strcmp(word, "set")) cell.value = a, cell.period_ms = 0;
    else if (!strcmp(word, "sine")) cell.value = a, cell.amplitude = b, cell.period_ms = c;
    else if (!strcmp(word, "noise")) cell.noise = (int32_t)a;
    else if (!strcmp(word, "rate")) cell.rate_hz = a > 0 ? a : 80;
    else if (!strcmp(word, "absent")) wire_data(true, false);
    else if (!strcmp(word, "stuck")) wire_data(false, true);
    else if (!strcmp(word, "well")) wire_data(false, false);
    else return false;
    return true;
}

static void obey(char *command) {
    command[strcspn(command, "\n")] = 0;
    char *word = command + strspn(command, " ");
    char *rest = word + strcspn(word, " ");
    if (*rest) *rest++ = 0;
    int pin, millivolts, skipped;
    unsigned address;
    if (!*word || obey_cell(word, rest)) return;
    if (!strcmp(word, "adc") && sscanf(rest, "%d %d", &pin, &millivolts) == 2) set_adc(pin, millivolts);
    else if (!strcmp(word, "poke") && sscanf(rest, "%x %n", &address, &skipped) == 1) poke(address, rest + skipped);
    else if (!strcmp(word, "send")) send_text(rest);
    else if (!strcmp(word, "mute")) muted = true;
    else if (!strcmp(word, "unmute")) muted = false;
    else if (!strcmp(word, "garbage")) for (int n = atoi(rest); n > 0; n--) put_to_host((uint8_t)chance(0x7FFF));
    else if (!strcmp(word, "unplug")) unplug();
    else if (!strcmp(word, "replug")) replug();
    else if (!strcmp(word, "reset")) restart_board(avr->reset_flags.extrf);
    else if (!strcmp(word, "brownout")) restart_board(avr->reset_flags.borf);
    else if (!strcmp(word, "clock")) set_clock(atof(rest));
    else if (!strcmp(word, "end")) finished = true;
    else die("what is: %s %s\n", word, rest);
}

/* ---- the two ways to run */

static void run_flat_out(const char *script_name) {
    FILE *script = fopen(script_name, "r");
    if (!script) die("%s: %s\n", script_name, strerror(errno));
    char line[8192];
    while (!finished && fgets(line, sizeof line, script)) {
        double at_ms;
        int skipped;
        if (sscanf(line, "%lf %n", &at_ms, &skipped) != 1) die("no time in: %s\n", line);
        run_until((uint64_t)(at_ms * 1000));
        flush_to_host();
        obey(line + skipped);
    }
    fclose(script);
}

static uint64_t wall_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void read_commands(void) {
    static char held[1024];
    static size_t length;
    ssize_t got = read(STDIN_FILENO, held + length, sizeof held - 1 - length);
    if (got <= 0) finished = true;
    length += got > 0 ? (size_t)got : 0;
    held[length] = 0;
    for (char *end; (end = strchr(held, '\n')); length = strlen(held)) {
        *end = 0;
        obey(held);
        memmove(held, end + 1, strlen(end + 1) + 1);
    }
}

static bool is_open(void) {
    struct pollfd port = {.fd = outer};
    return outer >= 0 && poll(&port, 1, 0) >= 0 && !(port.revents & POLLHUP);
}

static void look_at_port(void) {
    bool before = opened;
    opened = is_open();
    if (opened && !before && restarts_when_opened) restart_board(avr->reset_flags.extrf);
    uint8_t chunk[256];
    ssize_t got = opened ? read(outer, chunk, sizeof chunk) : 0;
    for (ssize_t i = 0; i < got; i++) put_to_board(chunk[i]);
}

static void run_in_real_time(void) {
    uint64_t began_us = wall_us();
    puts("ready");
    fflush(stdout);
    while (!finished) {
        uint64_t due_us = wall_us() - began_us;
        run_until(due_us < now_us + CATCH_UP_US ? due_us : now_us + CATCH_UP_US);
        flush_to_host();
        bool behind = wall_us() - began_us > now_us + SLICE_US;
        struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
        if (poll(&input, 1, behind ? 0 : 1) > 0) read_commands();
        look_at_port();
    }
}

int main(int count, char **arguments) {
    const char *script = NULL, *bytes = NULL, *times = NULL;
    bool flat_out = false;
    for (int option; (option = getopt(count, arguments, "Frs:o:t:l:")) != -1;) {
        if (option == 'F') flat_out = true;
        else if (option == 'r') restarts_when_opened = true;
        else if (option == 's') script = optarg;
        else if (option == 'o') bytes = optarg;
        else if (option == 't') times = optarg;
        else if (option == 'l') link_name = optarg;
        else return 2;
    }
    if (optind != count - 1 || (flat_out ? !script : !link_name)) die("the head of avrsim.c says how it is called\n");
    if (flat_out) bytes_file = bytes ? fopen(bytes, "wb") : stdout;
    if (times) times_file = fopen(times, "w");
    load(arguments[optind]);
    open_port();
    power_board();
    if (flat_out) run_flat_out(script);
    else run_in_real_time();
    flush_to_host();
    close_port();
    if (bytes_file) fclose(bytes_file);
    if (times_file) fclose(times_file);
    return 0;
}
