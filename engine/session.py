"""Lead one practice session: demonstration, trials, rests, pauses, stop and summary, one tick after the other.

``Session.tick`` is the only door. Each tick it writes the raw samples down, turns them into events, asks safety,
and only then lets the game step. Whatever happens, no game steps again after STOP.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import ceil

from engine import calibration, fatigue, fitting, focus, ghost, host, just, menu, safety, screens, seen, sensing, sweep
from engine.adaptive import Belief, Choice, Reason
from engine.calibration import Scale, Senses
from engine.care import Care, Told
from engine.chance import Chance
from engine.chooser import Chooser, Turn
from engine.feedback import Feedback, quiet
from engine.game import (
    FORCES,
    LIKE,
    AnyGame,
    Cue,
    Event,
    Grip,
    Lift,
    Outcome,
    Press,
    Setting,
    Skill,
    Squeeze,
    Tap,
    Touch,
)
from engine.guard import Event as Happened
from engine.level import EASIEST, Ladder
from engine.phases import (
    After,
    Asked,
    Demo,
    Found,
    Judge,
    Offered,
    Over,
    Paused,
    Phase,
    Playing,
    Quality,
    Rest,
    Review,
    Seek,
    Stopped,
    Summary,
    Waiting,
    Why,
)
from engine.plan import Plan
from engine.profile import Profile
from engine.program import Block
from engine.recording import (
    End,
    Fit,
    Trial,
    as_written,
    end_line,
    fit_line,
    note_line,
    samples_line,
    source_line,
    trial_line,
)
from engine.sample import Sample
from engine.scene import Button, Scene
from engine.seen import View
from engine.sensing import Sensing
from engine.signals import maximum
from engine.source import PADS, SENSORS, Source
from engine.ticks import seconds, to_ms, to_ticks

IDLE_S, SELF_PACED_IDLE_S = 10.0, 60.0
AFTER_HIT_MS, AFTER_MISS_MS = 900.0, 1700.0
OFFERED_S = 5.0
IDLE_LOOK = 12  # ticks: how often it is looked whether something is asked
AFTER_EDGE_MS, EACH_EDGE, EDGES_AT = 2400.0, 2, 15.0
MISSES_FOR_DEMO = 3
NOTES, NOTE_ASKED, NOTE_S = 8, 6, 0.12
LOWER_WHEN_TIRED = 1  # rungs
# No game is played on after so long without a reading; a radio and a network send in bunches.
SILENT_S = {**dict.fromkeys(SENSORS, 0.25), "tindeq": 1.0, "lsl": 1.0}
REMINDERS = ("softer", "gently")
BY_ITSELF = ("unplugged", "cell", "stuck")  # pauses that end as soon as the sensor is well again


@dataclass(frozen=True, slots=True)
class Frame:
    """What one tick brought: sounds, a finished trial, the recording's new lines, the end, and whether it is over."""

    cues: tuple[Cue, ...] = ()
    trial: Trial | None = None
    lines: tuple[str, ...] = ()
    end: End | None = None
    over: bool = False
    told: tuple[Told, ...] = ()


class Session:
    """One practice session as a machine of ticks; see the module."""

    def __init__(self, plan: Plan, games: Mapping[str, AnyGame]) -> None:
        self.plan = plan
        self.games = games
        self.now = 0
        self.trials: tuple[Trial, ...] = ()
        self.end: End | None = None
        self.over = False
        self._chooser = Chooser(plan, games)
        self._played_with = dict(plan.played_with)
        self.focus = focus.of(plan.profile, plan.program.scan)
        self._as_played = self._on_screen(plan.profile)
        self.care = Care(plan)
        self._senses = Senses()
        self._watch = safety.Watch()
        self._menu = menu.opened(0)
        self._sensing = Sensing(plan.source, plan.scale)
        self._pads = Source()
        self._interrupted: tuple[str, ...] = ()
        self._abrupt = False
        self._felt_at = 0
        self._fits: tuple[Fit, ...] = ()
        self._block = 0
        self._attempt = 0
        self._reviewed = 0
        self.edges: tuple[tuple[str, str], ...] = ()
        self._edges_before = 0
        self._idle = 0
        self._last_force = 0.0
        self._last_done = 0
        self._away = ""  # why play is to pause before it goes on by itself
        self.deserted = False
        self._refuse_what_cannot_be_played()
        self._hold()
        self._phase: Phase = self._first_phase()

    @property
    def phase(self) -> Phase:
        """Return the phase the session is in."""
        return self._phase

    @property
    def block(self) -> Block:
        """Return the block that is played now."""
        return self.plan.program.blocks[min(self._block, len(self.plan.program.blocks) - 1)]

    @property
    def game(self) -> AnyGame:
        """Return the game that is played now."""
        return self.games[self.block.game]

    @property
    def played_with(self) -> str:
        """Return what the game is played with now."""
        return self._way_at(self.game.skill)

    def _way_at(self, skill: Skill) -> str:
        return self._played_with.get(skill) or self._played_with[LIKE.get(skill, skill)]

    @property
    def flipped(self) -> bool:
        """Tell whether the game is seen in a mirror, for a left hand."""
        return calibration.is_flipped(self.plan.profile.hand, self.game.mirrors)

    @property
    def force(self) -> float:
        """Return the share of its maximum that the hand squeezes with now."""
        return self._senses.force

    def tick(self, samples: Sequence[Sample] = (), sources: Sequence[Source] = ()) -> Frame:
        """Let one tick pass with what the devices felt since the last; ``sources`` are the sensors there are now."""
        if self.over:
            return Frame(over=True)
        lines = tuple(source_line(self.now, source) for source in sources if self._is_new(source))
        samples = tuple(as_written(sample) for sample in samples)
        lines += (samples_line(self.now, samples),) if samples else ()
        known, found, told = len(self._fits), len(self.edges), len(self.care.told)
        frame = self._tick(samples)
        lines += tuple(told_line(row) for row in self.care.told[told:])
        lines += tuple(fit_line(fit) for fit in self._fits[known:])
        lines += tuple(self._edge_line(edge) for edge in self.edges[found:])
        lines += tuple(trial_line(trial) for trial in (frame.trial,) if trial)
        lines += tuple(end_line(end) for end in (frame.end,) if end)
        self.now += 1
        return replace(frame, lines=lines, over=self.over, told=self.care.told[told:])

    def _is_new(self, source: Source) -> bool:
        """Take in what forces or taps come from; tell whether that is new."""
        if source.device.partition(":")[0] in PADS:
            is_new, self._pads = source != self._pads, source
            return is_new
        is_new = source != self._sensing.source
        if is_new:
            other = source.device != self._sensing.source.device
            self._sensing = sensing.plugged(self._sensing, source)
            if other and self._sensing.loose and isinstance(self._phase, fitting.Greatest):
                self._go(fitting.Tare(self.now))
        return is_new

    def close(self) -> Frame:
        """End the session because the window closed; what was done stays done."""
        told = len(self.care.told)
        if self.over or self.end is not None:
            self.over = True
            return Frame(over=True, told=self.care.told[told:], lines=tuple(map(told_line, self.care.told[told:])))
        self.over = True
        self.care.note(Happened("bout"), self.now)
        known = len(self._fits)
        self._keep_tries()
        trial = self._settled()
        self.end = End(self.now, "closed")
        lines = (*map(told_line, self.care.told[told:]), *map(fit_line, self._fits[known:]))
        lines += (*map(trial_line, [trial] if trial else []), end_line(self.end))
        return Frame((), trial, lines, self.end, True, self.care.told[told:])

    # One tick

    def _tick(self, samples: tuple[Sample, ...]) -> Frame:
        held = self._senses.pressed
        self._sensing, believed = sensing.felt(self._sensing, samples)
        self._senses, events = calibration.events_of(
            self._senses, self._inward(believed), to_ms(self.now), self._as_played, self.game.skill, self.played_with,
            self._sensing.scale, self.flipped,
        )  # fmt: skip
        events = self._meant(events)
        self._note_input(samples)
        if self.end is None and _goes_down(samples, held, "key.ESCAPE", screens.stop_button(self.plan.profile)):
            return self._stop()
        self._watch = safety.seen(self._watch, events, self.now, self._asked(), self.plan.program.limits)
        ruling = safety.verdict(self._watch, self.now, self.plan.program.limits)
        if ruling == "stop" and self.end is None:
            return self._finish("limit")
        away = self._hosted(host.told(samples))
        if away is not None:
            return away
        phase = self._phase
        if isinstance(phase, Playing) and self._asks_to_be_shown(samples, held):
            return Frame((Cue("press"),))
        if isinstance(phase, Playing | After) and self.plan.profile.dwell_s > 0:
            action = self._dwelt_upon(samples)
            if action:
                return self._act(action)
        if isinstance(phase, Playing):
            return self._play(phase, events, ruling)
        return self._between(phase, samples, believed)

    def _inward(self, samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
        """Return the samples as the game takes them: the pointer on the game's own stage."""
        if self.focus.whole:
            return samples
        return tuple(
            replace(s, x=at[0], y=at[1]) if s.channel == "mouse" and (at := self.focus.into(s.x, s.y)) else s
            for s in samples
        )

    def _between(self, phase: Phase, samples: tuple[Sample, ...], believed: tuple[Sample, ...]) -> Frame:
        """Let a tick pass in which no trial is under way."""
        if isinstance(phase, After):
            return self._after(phase)
        if isinstance(phase, fitting.Fitting):
            return self._fit(phase, samples, believed)
        if isinstance(phase, Found):
            return self._after_edge(phase)
        if isinstance(phase, Demo):
            self._phase = self._demonstrated(phase)
        if isinstance(phase, Waiting) and self.now >= phase.until:
            self._go(Asked("pain", again=True))
            return Frame((Cue("rest"),))
        if isinstance(phase, Offered) and self.now >= phase.until:
            return Frame(trial=self._finished(phase.over, told=False))
        return self._choose(samples)

    def _meant(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        """Leave out a force that a key or the pointer only stands for, while the game asks for none."""
        if self.game.skill != "mixed" or self.played_with in SENSORS:
            return events
        if isinstance(self._phase, Playing) and isinstance(self.game.intent(self._phase.state), Squeeze):
            return events
        self._senses = replace(self._senses, force=0.0)
        return (*(event for event in events if not isinstance(event, Grip)), Grip(0.0, to_ms(self.now)))

    def _note_input(self, samples: tuple[Sample, ...]) -> None:
        """Remember when the patient last did something; a sensor that streams by itself is not doing."""
        moved = abs(self._senses.force - self._last_force) > 0.02
        if moved or any(not sample.channel.startswith(("grip", "link", "level", "host")) for sample in samples):
            self._idle, self._last_force = 0, self._senses.force
            self._last_done = self.now
        if any(s.channel == "grip" or (s.channel == "link.grip" and s.value > 0) for s in samples):
            self._felt_at = self.now

    # The computer, and who is not there

    def _on_screen(self, profile: Profile) -> Profile:
        """Return the profile as games take it: the scale of their own stage, wherever that stands."""
        return replace(profile, units_per_mm=self.focus.units_per_mm(profile.units_per_mm))

    def _hosted(self, told: host.Host) -> Frame | None:
        """Pause where the computer slept or its window is not seen as it was; end where nobody is there any more."""
        if told.units_per_mm:
            self._rescale(told.units_per_mm)
        if told.away_s >= host.LONG_S or self._is_deserted():
            return self._desert()
        if told.why == "away" and isinstance(self._phase, fitting.Fitting):
            self._keep_tries()
            self._go(fitting.Tare(self.now))  # a hand that is measured is measured in one go
        if told.why == "screen":  # only what is seen now is wrong: what comes next has the new scale
            return self._pause("screen") if isinstance(self._phase, Playing) else None
        self._away = told.why or self._away
        return self._pause(self._away) if self._away and self._goes_on_by_itself() else None

    def _goes_on_by_itself(self) -> bool:
        """Tell whether a trial is under way, or a demonstration that goes over into one."""
        known = isinstance(self._phase, Demo) and self.game.name in self.plan.known
        return known or isinstance(self._phase, Playing)

    def _rescale(self, units_per_mm: float) -> None:
        """Take another screen's scale for all that begins from now on."""
        profile = replace(self.plan.profile, units_per_mm=units_per_mm)
        self.plan, self._as_played = replace(self.plan, profile=profile), self._on_screen(profile)
        if isinstance(self._phase, Demo):
            self._go(self._demo())

    def _is_deserted(self) -> bool:
        """Tell whether nobody has done anything for so long that the practice is over; while it hurts nobody need."""
        since = max(self._last_done, self._phase.until if isinstance(self._phase, Waiting) else 0)
        return self.now - since >= seconds(host.LONG_S)

    def _desert(self) -> Frame:
        """End the practice for somebody who is not there; what was done stays done."""
        if isinstance(self._phase, Stopped):
            self.care.note(Happened("stop"), self.now)
        self.over = self.deserted = True
        if self.end is not None:
            return Frame()
        self._keep_tries()
        trial = self._settled()
        self.end = End(self.now, "away")
        self.care.note(Happened("bout"), self.now)
        return Frame((), trial, end=self.end)

    def _stop(self) -> Frame:
        self._keep_tries()
        trial = self._settled()
        self.end = End(self.now, "stopped")
        self.care.note(Happened("stop"), self.now)  # at once: what comes before the reason is told may be a power cut
        self._go(Stopped())
        return Frame((Cue("stop"),), trial, end=self.end)

    def _asks_to_be_shown(self, samples: tuple[Sample, ...], held: bool) -> bool:
        """Show the demonstration again when it is asked for; the trial under way is begun again afterwards."""
        asked = _goes_down(samples, held, "key.F1", screens.help_button(self.plan.profile))
        if asked:
            self._go(self._demo())
        return asked

    def _dwelt_upon(self, samples: tuple[Sample, ...]) -> str:
        """Return the control that a resting pointer presses in mid-trial: STOP or the demonstration."""
        resting = [replace(sample, value=0.0) for sample in samples if sample.channel == "mouse"]
        controls = screens.practice_controls(self.plan.profile)
        self._menu, action = menu.step(self._menu, controls, resting, self.now, self.plan.profile)
        return action

    def _finish(self, how: str) -> Frame:
        trial = self._settled()
        self.end = End(self.now, how)
        self.care.note(Happened("limit" if how == "limit" else "bout"), self.now)
        self._go(Summary())
        return Frame((Cue("bloom"),), trial, end=self.end)

    def _go(self, phase: Phase) -> None:
        """Go to a phase; from try to try it still counts how long nobody has done anything."""
        self._phase = phase
        if isinstance(phase, Stopped | Summary):  # a key that was meant for the game must not answer for the patient
            self._menu = menu.opened(self.now + seconds(1))
        else:
            self._menu = menu.opened(self.now, self._menu.keyed)

    def _refuse_what_cannot_be_played(self) -> None:
        """Raise ``ValueError`` before anything is played if a block names a wrong level, or only too much force."""
        for block in self.plan.program.blocks:
            ladder = self.plan.ladders[block.game]
            if block.level is not None:
                ladder.start_of(block.level)
            if block.explore and not self.games[block.game].edges:
                raise ValueError(f"{block.game}: there is no edge to explore in it")
            if safety.within_cap(self.games[block.game], ladder, EASIEST, self.plan.program.limits) is None:
                raise ValueError(f"{block.game}: even the easiest level asks for more force than the cap allows")

    # Phases

    def _first_phase(self) -> Phase:
        needs_sensor = any(self.games[b.game].skill in FORCES for b in self.plan.program.blocks)
        if needs_sensor and self.plan.played_with["grip"] in SENSORS:
            return fitting.Tare(0)
        return self._demo()

    def _choose(self, samples: tuple[Sample, ...]) -> Frame:
        """Let the patient press one of the screen's buttons."""
        if isinstance(self._phase, Paused) and self._phase.reason in BY_ITSELF and not self._missing():
            self._go(self._resumed())
            return Frame((Cue("go"),))
        self._menu, action = menu.step(self._menu, self._buttons(), samples, self.now, self.plan.profile)
        return self._act(action) if action else Frame()

    def _act(self, action: str) -> Frame:
        self._away = ""
        phase = self._phase
        left = self._left(action)
        if left is not None:
            return left
        if isinstance(phase, Asked | Judge | Offered | Review):
            frame = self._answered(phase, action)
            return replace(frame, cues=(Cue("press"), *frame.cues))
        if action == "why" and isinstance(phase, Rest | Summary):
            self._go(Why(phase))
        elif isinstance(phase, Summary) and action in ("quality", "more"):
            pages = seen.summary_pages(self.trials)
            self._go(Quality(phase) if action == "quality" else Summary((phase.page + 1) % pages))
        elif action == "more" and isinstance(phase, Why):
            self._go(Why(phase.back, (phase.page + 1) % screens.why_pages(self.reasons())))
        elif action == "back" and isinstance(phase, Why | Quality):
            self._go(phase.back)
        elif isinstance(phase, fitting.Greatest) and action in ("ready", "more", "enough"):
            self._lead_maximum(phase, action)
        else:
            self._move_on(action)
        return Frame((Cue("press"),))

    def _left(self, action: str) -> Frame | None:
        """End the practice where that is pressed, or take in why it was stopped."""
        if action == "stop":
            return self._stop()
        if action == "enough" and isinstance(self._phase, Rest | Waiting):
            return self._finish("done")
        if action in ("pain", "tired", "other") and self.end is not None:
            self.end = replace(self.end, why=action)
            self.care.note(Happened("stop", why=action), self.now)
            self._go(Summary())
            return Frame((Cue("press"),), end=self.end)
        return None

    def _move_on(self, action: str) -> None:
        """Go on with the practice, look at the demonstration, go on without the sensor, or go home."""
        if action in ("start", "go on"):
            self._go(self._fresh_trial() if isinstance(self._phase, Demo | Seek) else self._resumed())
        elif action == "show":
            self._go(self._demo())
        elif action == "without":
            self._go_on_without_sensor()
        elif action == "home":
            self.over = True

    def _resumed(self) -> Phase:
        """Return what follows a rest or a pause: the demonstration of a new game, or the next trial."""
        if isinstance(self._phase, Rest):
            self._chooser.rested(round(to_ms(self.now - self._phase.since) / 60_000, 3))
        self._watch = safety.calmed(self._watch)
        begun = self._in_block() or len(self.edges) > self._edges_before or self._attempt
        return self._fresh_trial() if begun else self._demo()

    def _missing(self) -> str:
        """Return why the game cannot be played with its device just now, or ""."""
        if not self._senses.answers(self.played_with):
            return "unplugged"
        silent_s = SILENT_S.get(self.played_with, 0.0)
        if silent_s and self.now - self._felt_at > seconds(silent_s):
            return "unplugged"
        return self._sensing.pause if self.played_with in SENSORS else ""

    def _is_loose(self) -> bool:
        """Tell whether the zero of the sensor must be found anew before play goes on."""
        return self._sensing.loose and self.played_with in SENSORS

    def _demo(self) -> Demo:
        turn = self._turn()
        state = self.game.start(turn.params, self._chance(self._attempt + 1), self._setting(turn))
        return Demo(self.now, state, ghost.Ghost())

    def _chance(self, attempt: int) -> Chance:
        """Return the chance of the next trial; its demonstration shows the very same one."""
        return Chance(self.plan.seed).child(f"trial-{len(self.trials) + len(self.edges)}").child(f"attempt-{attempt}")

    def _demonstrated(self, demo: Demo) -> Phase:
        """Return the demonstration one tick later; when it is through, it begins again, or goes over into play."""
        if demo.done_at is not None:
            if self.now < demo.done_at + seconds(0.8):
                return demo
            return self._fresh_trial() if self.game.name in self.plan.known else self._demo()
        tick = self.now - demo.since
        moved, events = ghost.move(demo.ghost, self.game.intent(demo.state), tick)
        stepped = self.game.step(demo.state, tick, events)
        done_at = self.now if stepped.outcome else None
        return replace(demo, state=stepped.state, ghost=moved, done_at=done_at)

    def _fresh_trial(self) -> Phase:
        """Begin a trial after the patient has just shown to be there."""
        self._idle = 0
        return self._trial()

    def _trial(self) -> Phase:
        """Begin a trial, or find the sensor's zero first, or wait for it."""
        assert self.care.may_play, "nothing is played that the day does not allow"
        if self._is_unknown_in_newtons():
            return Paused("uncalibrated")
        if self._is_loose():
            return Paused("unplugged") if self._missing() else fitting.Tare(self.now)
        if self.block.explore and not isinstance(self._phase, Seek):
            return Seek(self._sought())
        turn = self._turn()
        self._attempt += 1
        self._watch = replace(self._watch, over_since=None)
        self._sensing, self._abrupt = sensing.begun(self._sensing), False
        state = self.game.start(turn.params, self._chance(self._attempt), self._setting(turn))
        return Playing(self.now, state, turn.choice, self._attempt)

    def _play(self, playing: Playing, events: tuple[Event, ...], ruling: safety.Verdict) -> Frame:
        if ruling == "rest":
            return self._pause("hard" if self._watch.force > self.plan.program.limits.hard else "taps")
        missing = self._missing() or ("unplugged" if self._is_loose() else "")
        if missing:
            return self._pause(missing)
        if self._is_idle(playing):
            return self._pause("idle")
        since_ms = to_ms(playing.since)
        own = tuple(replace(event, at_ms=round(event.at_ms - since_ms, 3)) for event in events)
        if self.played_with == "switch":
            playing, own = self._switched(playing, own)
        stepped = self.game.step(playing.state, self.now - playing.since, own)
        playing, cues = self._reminded(replace(playing, state=stepped.state), stepped.cues, ruling)
        playing, heard = self._heard(playing)
        self._phase = playing
        if self._feedback.mutes(len(self._in_block())):
            cues = quiet(cues)
        cues = tuple(self._placed(cue) for cue in cues) + heard
        if stepped.outcome is None:
            return Frame(cues)
        frame = self._ended(Over(self.now, playing, stepped.outcome))
        return replace(frame, cues=(*cues, *frame.cues))

    def _ended(self, over: Over) -> Frame:
        """Ask what the patient thinks of a trial that is over, where that is wanted; or tell how it went."""
        if self.block.explore:
            return self._edge_found(over)
        if self._feedback.judge and not over.judged and over.outcome.result != "omission":
            self._go(Judge(over))
            return Frame()
        if self._feedback.given == "request":
            self._go(Offered(self.now + seconds(OFFERED_S), over))
            return Frame()
        return self._told(self._finished(over))

    def _answered(self, phase: Asked | Judge | Offered | Review, action: str) -> Frame:
        """Take in what the patient says: how it is, or how a trial went; tell what is asked for; go on."""
        if isinstance(phase, Asked):
            return self._told_of(phase, action)
        if isinstance(phase, Judge):
            return self._ended(replace(phase.over, judged="hit" if action == "well" else "miss"))
        if isinstance(phase, Offered):
            return self._told(self._finished(phase.over, told=True))
        self._reviewed = len(self.trials)
        return self._onwards()

    def _told(self, trial: Trial) -> Frame:
        """Let it be heard how a trial went, if that was kept back until now and is told."""
        muted = self._feedback.mutes(len(self._in_block()) - 1)
        return Frame((Cue("hit-5" if trial.hit else "soft"),) if muted and trial.told else (), trial)

    # Exploring, without a score

    def _sought(self) -> str:
        """Return the edge that is to be found now: each one twice, in turn."""
        edges = self.game.edges
        return edges[(len(self.edges) - self._edges_before) % len(edges)]

    def _edge_found(self, over: Over) -> Frame:
        """Show what came of seeking an edge; nothing is scored or learned, and it is kept as a note."""
        sought, found = self._sought(), over.outcome.cause
        self.edges += ((sought, found),)
        self._attempt, self._interrupted = 0, ()
        until = self.now + to_ticks(AFTER_EDGE_MS)
        self._go(Found(until, self.game.scene(over.playing.state), sought, found))
        return Frame((Cue("hit-3"),) if sought == found else ())

    def _after_edge(self, found: Found) -> Frame:
        if self.now < found.until:
            return Frame()
        if len(self.edges) - self._edges_before >= EACH_EDGE * len(self.game.edges):
            return self._next_block()
        self._go(Seek(self._sought()))
        return Frame()

    def _edge_line(self, edge: tuple[str, str]) -> str:
        sought, found = edge
        return note_line(f"explore.{self.game.name}.{sought}.{found or 'inside'}")

    def _settled(self) -> Trial | None:
        """Return the trial that is over and was not written down yet, now that the session ends."""
        if isinstance(self._phase, Judge | Offered):
            return self._finished(self._phase.over, told=False)
        return None

    def _is_idle(self, playing: Playing) -> bool:
        """Tell whether nobody has done anything for too long; while the game only shows something, nobody need."""
        if self.now % IDLE_LOOK == 0 and self.game.intent(playing.state) is not None:
            self._idle += IDLE_LOOK
        idle_s = SELF_PACED_IDLE_S if self.game.self_paced(playing.state.params) else IDLE_S
        return self._idle > seconds(idle_s * self.plan.profile.patience)

    def _switched(self, playing: Playing, events: tuple[Event, ...]) -> tuple[Playing, tuple[Event, ...]]:
        """Let the one switch stand for the finger that is asked for, or for the place where two lines meet.

        When, not which or where, is what is practised.
        """
        intent = self.game.intent(playing.state)
        if self.game.skill == "aim":
            per_mm, now_ms = self._as_played.units_per_mm, to_ms(self.now - playing.since)
            scan_s, asked = self.plan.profile.scan_s or 2.5, isinstance(intent, Touch)
            swept, told = sweep.step(playing.sweep or sweep.Sweep(), events, per_mm, scan_s, asked, now_ms)
            return replace(playing, sweep=swept), told
        if not isinstance(intent, Press):
            return playing, events
        return playing, tuple(replace(e, finger=intent.finger) if isinstance(e, Tap | Lift) else e for e in events)

    def _reminded(
        self, playing: Playing, cues: tuple[Cue, ...], ruling: safety.Verdict
    ) -> tuple[Playing, tuple[Cue, ...]]:
        if ruling not in REMINDERS:
            return playing, cues
        self._abrupt = self._abrupt or ruling == "gently"
        if ruling == "softer":
            self._watch = replace(self._watch, over_since=None)
        told = playing.reminder == ruling and self.now < playing.softer_until
        playing = replace(playing, softer_until=self.now + seconds(2), reminder=ruling)
        return playing, cues if told else (*cues, Cue("warn"))

    def _heard(self, playing: Playing) -> tuple[Playing, tuple[Cue, ...]]:
        """Let a force be heard, where that is wanted: the sixth of eight notes is the most that is asked for."""
        asked = self._asked()
        if not (self.plan.profile.tone and asked > 0) or self.now - playing.note_at < seconds(NOTE_S):
            return playing, ()
        note = min(NOTES, ceil(NOTE_ASKED * self._senses.force / asked - 0.5))
        if note == playing.note:
            return playing, ()
        cues = (Cue(f"force-{note}", level=0.6),) if note > 0 else ()
        return replace(playing, note=note, note_at=self.now), cues

    def _pause(self, reason: str) -> Frame:
        """Pause: the trial under way does not count and is begun again."""
        if isinstance(self._phase, Playing):
            self._interrupted += (reason,)
        self._away = ""
        self._go(Paused(reason))
        return Frame((Cue("pause"),))

    def _finished(self, over: Over, told: bool | None = None) -> Trial:
        """Write a trial down and learn from it; the program says whether it is told, where nobody else does."""
        playing, outcome = over.playing, over.outcome
        passed, censored = just.passed(self._ladder(), self.game.index, playing.chosen.difficulty, outcome)
        fingers = self._chooser.learned_fingers(self.block, self.played_with, playing.chosen, outcome.answers)
        belief = self._learned(playing, outcome.result == "hit", passed, censored)
        trial = Trial(
            index=len(self.trials),
            block=self._block,
            game=self.game.name,
            hand=self.plan.profile.hand,
            played_with=self.played_with,
            level=self._ladder().place(playing.chosen.difficulty)[0].rung,
            difficulty=playing.chosen.difficulty,
            result=outcome.result,
            cause=outcome.cause,
            attempt=playing.attempt,
            start_tick=playing.since,
            end_tick=over.at,
            params={key: list(v) if isinstance(v, tuple) else v for key, v in asdict(playing.state.params).items()},
            measures=dict(outcome.measures),
            just=outcome.just,
            finger=outcome.finger or "",
            predicted=playing.chosen.predicted,
            reason=playing.chosen.reason.key,
            reason_values=dict(playing.chosen.reason.values),
            belief=belief.to_json(),
            passed=passed,
            censored=censored,
            answers=outcome.answers,
            fingers=fingers,
            source=self._source(),
            marks=self._marks(),
            interrupted=self._interrupted,
            told=self._tells(playing, outcome, passed) if told is None else told,
            judged=over.judged,
        )
        self.trials += (trial,)
        self._attempt, self._interrupted = 0, ()
        wait_ms = AFTER_MISS_MS if trial.told and not trial.hit else AFTER_HIT_MS
        self._go(After(self.now + to_ticks(wait_ms), self.game.scene(playing.state), outcome.cause, trial.told))
        return trial

    def _tells(self, playing: Playing, outcome: Outcome, passed: float | None) -> bool:
        """Tell whether the program lets the patient know at once how this trial went."""
        done, hit = len(self._in_block()) + 1, outcome.result == "hit"
        return not self.block.probe and self._feedback.tells(done, hit, playing.chosen.difficulty, passed)

    def _in_block(self) -> list[Trial]:
        return [trial for trial in self.trials if trial.block == self._block]

    def _learned(self, playing: Playing, hit: bool, passed: float | None, censored: bool) -> Belief:
        """Learn from the trial; where a rest follows, the stretch that it ends is looked at as well."""
        block, way, difficulty = self.block, self.played_with, playing.chosen.difficulty
        belief = self._chooser.learned(block, way, difficulty, hit, passed, censored)
        before = [(trial.hit, trial.difficulty) for trial in self.trials if trial.block == self._block]
        done, after = len(before) + 1, self.plan.program.rest_after
        if done % after and done < block.trials:
            return belief
        last = done % after or after
        return self._chooser.stretched(block, way, [*before, (hit, difficulty)][-last:])

    def _after(self, after: After) -> Frame:
        if self.now < after.until:
            return Frame()
        in_block, feedback = self._in_block(), self._feedback
        if feedback.is_due(len(in_block), self.block.trials):
            latest = in_block[-((len(in_block) - 1) % feedback.every + 1) :]
            self._go(Review(tuple((trial.hit, trial.cause) for trial in latest)))
            return Frame((Cue("rest"),))
        return self._onwards()

    def _onwards(self) -> Frame:
        """Go on after a trial: with the next one, the demonstration, a rest, or the next block."""
        in_block = self._in_block()
        if len(in_block) >= self.block.trials:
            return self._next_block()
        running = self._misses_running(in_block)
        if running and running % MISSES_FOR_DEMO == 0 and not self.block.probe:
            self._go(self._demo())
        elif len(in_block) % self.plan.program.rest_after == 0:
            if self.care.is_overdue(self.now):
                self._go(Asked("pain", rests=True))
                return Frame((Cue("rest"),))
            return self._rest_or_end()
        elif self.plan.profile.scan_s > 0:  # with one switch, STOP can only be reached between the tries
            self._go(Paused("next"))
        elif self._away:
            return self._pause(self._away)
        else:
            self._go(self._trial())
        return Frame()

    def _misses_running(self, trials: Sequence[Trial]) -> int:
        running = 0
        for trial in reversed(trials):
            if trial.hit:
                break
            running += 1
        return running

    def _next_block(self) -> Frame:
        is_last = self._following() is None
        if self.care.is_due(self.now, is_last) and not self.block.probe:
            self._go(Asked("pain"))
            return Frame((Cue("rest"),))
        return self._block_after()

    def _block_after(self) -> Frame:
        """Go on with the next block that may be played; without one the session is done."""
        tired = self._tired()
        if not self.care.may_play:
            return self._finish("tired" if self.care.allowed.why == "tired" else "done")
        following = self._following()
        if following is None:
            return self._finish("done")
        self._block = following
        self._edges_before = len(self.edges)
        self._attempt, self._interrupted = 0, ()
        self._go(self._resting(tired))
        return Frame((Cue("rest"),))

    def _following(self) -> int | None:
        """Return the number of the next block that may be played, ``None`` after the last one."""
        blocks = self.plan.program.blocks
        for n in range(self._block + 1, len(blocks)):
            if self.care.may_play_block(blocks[n], self.games[blocks[n].game]):
                return n
        return None

    def _rest_or_end(self) -> Frame:
        """Let the hand rest, longer if it has slowed; it ends where it slowed again."""
        tired = self._tired()
        if not self.care.may_play:
            return self._finish("tired")
        self._go(self._resting(tired))
        return Frame((Cue("rest"),))

    def _tired(self) -> fatigue.Fatigue | None:
        """Return whether the hand has slowed, where that is looked at; nothing gets harder once it has."""
        if self.care.day is None or self.block.explore:
            return None
        found = self.care.judged(self.trials, self.game, self._ladder(), self.now)
        self._hold(LOWER_WHEN_TIRED if found.flag else 0)
        return found

    def _resting(self, tired: fatigue.Fatigue | None = None) -> Rest:
        program = self.plan.program
        rest_s = program.rest_s if tired is None else fatigue.rest_s(program.rest_s, tired.fade)
        least_s = min(program.least_rest_s, program.rest_s)
        if tired is not None and tired.flag:
            least_s = max(least_s, program.rest_s)
        return Rest(self.now, self.now + seconds(least_s), self.now + seconds(rest_s), tired=bool(tired and tired.flag))

    # How the patient is

    def _hold(self, down: int = 0) -> None:
        """Let nothing become harder where the day says so."""
        allowed = self.care.allowed
        if allowed.no_rise or allowed.step_down or down:
            ways = [(block, self._way_of(block)) for block in self.plan.program.blocks]
            self._chooser.hold(ways, max(down, allowed.step_down))

    def _way_of(self, block: Block) -> str:
        skill = self.games[block.game].skill
        return self._way_at(skill)

    def _told_of(self, asked: Asked, action: str) -> Frame:
        """Take in how much it hurts or how hard it was, and go on as the day then allows."""
        kind, _, number = action.partition(" ")
        said = int(number) if kind == "scale" else None
        if asked.what == "pain" and not asked.again:
            self._go(replace(asked, what="effort", told=said))
            return Frame()
        pain, effort = (said, None) if asked.what == "pain" else (asked.told, said)
        self.care.note(Happened("told", pain=pain, effort=effort), self.now)
        return self._cared_for(asked)

    def _cared_for(self, asked: Asked) -> Frame:
        """Go on, wait, or end, as the safety machine says."""
        allowed = self.care.allowed
        self._hold()
        if allowed.wait_s:
            self.care.leave_out(self.game.name)
            self._go(Waiting(self.now, self.now + seconds(allowed.wait_s)))
            return Frame()
        if not allowed.play:
            return self._finish("pain" if allowed.why in ("still-hurts", "red-flag", "not-told") else "effort")
        if asked.rests and self.care.may_play_block(self.block, self.game):
            return self._rest_or_end()
        return self._block_after()

    @property
    def _feedback(self) -> Feedback:
        """Return the schedule of feedback that holds in this block."""
        return self.block.feedback or self.plan.program.feedback

    def _is_unknown_in_newtons(self) -> bool:
        """Tell whether a cap in newtons is prescribed, and this sensor cannot say newtons."""
        is_sensor = self.played_with in SENSORS and self.game.skill in FORCES
        return is_sensor and self.plan.program.cap_n > 0 and self._sensing.source.gain_n <= 0

    def _marks(self) -> tuple[str, ...]:
        """Return what befell the sensor in this attempt, and ``abrupt`` for a force that rose faster than it should."""
        marks = self._sensing.marks if self.played_with in SENSORS else ()
        return (*marks, "abrupt") if self._abrupt else marks

    def _source(self) -> Source:
        """Return what the game is played with now."""
        felt = {**dict.fromkeys(SENSORS, self._sensing.source), **dict.fromkeys(PADS, self._pads)}
        known = felt.get(self.played_with, Source())
        return known if known.device else Source(self.played_with, aid=self.plan.profile.aid)

    def _go_on_without_sensor(self) -> None:
        """Use the keyboard from now on: the sensor is missing or broken."""
        fitted = isinstance(self._phase, fitting.Fitting)
        self._played_with["grip" if fitted else LIKE.get(self.game.skill, self.game.skill)] = "keys"
        self._senses = replace(self._senses, force=0.0)
        self._go(self._demo())

    def _fit(self, phase: fitting.Fitting, samples: tuple[Sample, ...], believed: tuple[Sample, ...]) -> Frame:
        self._menu, action = menu.step(self._menu, self._buttons(), samples, self.now, self.plan.profile)
        if action:
            return self._act(action)
        way, gone = self._played_with["grip"], self._sensing.loose and isinstance(phase, fitting.Firm)
        if gone or (not self._senses.answers(way) and not isinstance(phase, fitting.Greatest)):
            self._phase = fitting.Tare(self.now)  # what was felt before it was gone says nothing of it now
            return Frame()
        span = sensing.span(self._sensing)
        made = fitting.fitted(phase, believed, self.now, self._sensing.scale, span, self._sensing.health.troubles)
        if isinstance(made, fitting.Fitted):
            self._note_fit(made.kind, made.scale, made.noise, made.moved, made.tries)
            self._sensing = sensing.fitted(self._sensing, made.scale, made.kind)
            self._go(self._resumed())
            return Frame((Cue("hit-5"),))
        if isinstance(phase, fitting.Tare) and isinstance(made, fitting.Firm):
            self._note_fit("tare", Scale(made.zero, 0.0), made.noise)
            self._sensing = replace(self._sensing, loose=False)
            capped = self._fitted_by_newtons(made)
            if capped is not None:
                return capped
            made = fitting.greatest(made, self.now, span) if self.plan.program.maximum else made
        asked_again = made != phase and isinstance(made, fitting.Tare) and made.refused and not made.readings
        self._phase = made
        return Frame((Cue("warn"),)) if asked_again else Frame()

    def _fitted_by_newtons(self, firm: fitting.Firm) -> Frame | None:
        """Fit the sensor without any squeeze where a cap in newtons is prescribed: the cap is that many newtons."""
        gain, cap_n = self._sensing.source.gain_n, self.plan.program.cap_n
        if cap_n <= 0 or gain <= 0:
            return None
        scale = Scale(firm.zero, firm.zero + cap_n / self.plan.program.limits.cap / gain)
        self._note_fit("newtons", scale, firm.noise)
        self._sensing = sensing.fitted(self._sensing, scale, "firm")
        self._go(self._resumed())
        return Frame((Cue("hit-5"),))

    def _note_fit(
        self, kind: str, scale: Scale, noise: float, moved: bool = False, tries: tuple[float, ...] = ()
    ) -> None:
        """Keep how the sensor was fitted: every tare is on record."""
        zero, full = round(scale.zero, 4), round(scale.full, 4)
        self._fits += (Fit(self.now, kind, zero, full, round(noise, 4), moved, tries),)

    def _keep_tries(self) -> None:
        """Keep the tries of a maximum that is stopped before its end."""
        if isinstance(self._phase, fitting.Greatest):
            result = maximum.stopped(self._phase.maximum).result
            tries = tuple(trial.peak for trial in result.trials if trial.valid)
            if tries:
                zero = self._phase.zero
                self._note_fit("maximum", Scale(zero, zero + (result.steady or 0.0)), self._phase.noise, tries=tries)

    def _lead_maximum(self, now_is: fitting.Greatest, action: str) -> None:
        """Do what was pressed while the hand's maximum is found: ready, one more, or enough."""
        if action == "ready":
            now_is = fitting.ready(now_is, sensing.span(self._sensing))
            if not now_is.refused:
                self._note_fit("tare", Scale(now_is.zero, 0.0), now_is.noise)
        else:
            answer = maximum.more if action == "more" else maximum.enough
            now_is = replace(now_is, maximum=answer(now_is.maximum))
        self._go(now_is)

    # What is chosen

    def _ladder(self) -> Ladder:
        return self.plan.ladders[self.block.game]

    def _belief_key(self) -> str:
        return self._chooser.key(self.block, self.played_with)

    def _turn(self) -> Turn:
        """Return what the next trial asks; only what is easy where the edges are explored, and never above the cap."""
        if self.block.explore:
            ladder, limits = self._ladder(), self.plan.program.limits
            allowed = safety.within_cap(self.game, ladder, EDGES_AT, limits)
            assert allowed is not None  # or the session would have been refused
            easy = Choice(allowed, 1.0, 1.0, 1.0, Reason("reason.fixed", (("to", str(ladder.place(allowed)[0].rung)),)))
            return Turn(easy, ladder.params(allowed))
        return self._chooser.turn(self.block, self.played_with, self.trials)

    def _setting(self, turn: Turn) -> Setting:
        profile = self.plan.profile
        keys = tuple(profile.labels().items()) if self.played_with == "keys" else ()
        own = (profile.word, profile.hand)
        return Setting(self._as_played.units_per_mm, profile.calm, self.played_with, keys, turn.weights, *own)

    def _asked(self) -> float:
        if isinstance(self._phase, Playing):
            return float(self.game.peak(self._phase.state.params))
        return 0.0

    # What is seen

    def scene(self) -> Scene:
        """Return what is to be seen now."""
        bare = self._bare_scene()
        if isinstance(self._phase, Playing | After) and not self.plan.profile.dwell_s:
            return bare
        buttons = menu.shown(self._menu, bare.buttons, self.now, self.plan.profile)
        rest = tuple(shape for shape in bare.shapes if shape not in bare.buttons)
        return replace(bare, shapes=rest + buttons)

    def _buttons(self) -> tuple[Button, ...]:
        return self._bare_scene().buttons

    def _bare_scene(self) -> Scene:
        view = View(
            self._phase, self.plan.profile, self.plan.program, self.game, self.played_with, self.flipped, self.now,
            self.end, self.trials, self._reviewed, self._block, self.reasons(), self.edges,
        )  # fmt: skip
        return seen.bare(view)

    def reasons(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """Return why the latest trial of each game was as hard as it was, and asked one finger most: (key, values)."""
        rows = []
        for trial in {trial.game: trial for trial in self.trials}.values():
            values = (*trial.reason_values.items(), ("game", trial.game))
            rows += [(key, values) for key in screens.sentences(trial.reason, trial.reason_values)]
        return tuple(rows)

    def _placed(self, cue: Cue) -> Cue:
        """Return the cue where it is seen: mirrored for the left hand, and at the edge that is seen."""
        x, y = self.focus.out(1600 - cue.x if self.flipped else cue.x, cue.y)
        return replace(cue, x=x, y=y)


def told_line(told: Told) -> str:
    """Return the line of a recording for what was told: a note."""
    event = told.event
    values = {name: getattr(event, name) for name in ("pain", "effort", "why")}
    said = [f"{name}-{value}" for name, value in values.items() if value not in (None, "")]
    return note_line(".".join(["guard", event.kind, *said, told.standing.day, told.standing.plan]))


def _goes_down(samples: Sequence[Sample], held: bool, key: str, button: Button) -> bool:
    """Tell whether ``key`` or ``button`` goes down now: what must act at once does not wait for the release."""
    for sample in samples:
        if sample.channel == key and sample.value > 0:
            return True
        if sample.channel == "mouse":
            if sample.value > 0 and not held and button.holds(sample.x, sample.y):
                return True
            held = sample.value > 0
    return False
