"""Lead one practice session: demonstration, trials, rests, pauses, stop and summary, one tick after the other.

``Session.tick`` is the only door. Each tick it writes the raw samples down, turns them into events, asks safety,
and only then lets the game step. Whatever happens, no game steps again after STOP.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine import demonstration, fitter, fitting, focus, host, meant, menu, pages, presence, screens, seen, telling
from engine.care import Care
from engine.chooser import Turn
from engine.course import Course, Done, Next
from engine.edges import EDGES_AT
from engine.frame import Frame, lines_of
from engine.game import FORCES, AnyGame, Cue, Event, Setting
from engine.guard import Event as Happened
from engine.heard import NOTE_ASKED, NOTES
from engine.instruments import Instruments
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
    Rest,
    Review,
    Seek,
    Stopped,
    Summary,
    Waiting,
)
from engine.plan import Plan
from engine.presence import IDLE_S, SELF_PACED_IDLE_S, Presence
from engine.profile import Profile
from engine.program import Block
from engine.recording import End, Fit, Trial, as_written, samples_line, source_line
from engine.safety import Verdict
from engine.sample import Sample
from engine.scene import Button, Scene
from engine.screens import ReasonRow
from engine.sensing import Sensing
from engine.source import SENSORS, Source
from engine.telling import AFTER_MISS_MS
from engine.ticks import seconds, to_ms
from engine.trying import Trying

__all__ = [
    "AFTER_MISS_MS", "BY_ITSELF", "EDGES_AT", "IDLE_S", "NOTES", "NOTE_ASKED", "SELF_PACED_IDLE_S", "Frame", "Session",
]  # fmt: skip

BY_ITSELF = ("unplugged", "cell", "stuck")  # pauses that end as soon as the sensor is well again


class Session:
    """One practice session as a machine of ticks; see the module."""

    def __init__(self, plan: Plan, games: Mapping[str, AnyGame]) -> None:
        self.plan = plan
        self.games = games
        self.now = 0
        self.end: End | None = None
        self.over = False
        self.deserted = False
        self.focus = focus.of(plan.profile, plan.program.scan)
        self.care = Care(plan)
        self._as_played = self._on_screen(plan.profile)
        self._instruments = Instruments(plan)
        self._course = Course(plan, games, self.care, self._instruments)
        self._presence = Presence()
        self._trying = Trying(self._course, self._instruments, self._presence, plan.program.limits, self.focus)
        self._menu = menu.opened(0)
        self._fits: tuple[Fit, ...] = ()
        self._reviewed = 0
        self._away = ""  # why play is to pause before it goes on by itself
        self._phase: Phase = self._first_phase()

    @property
    def phase(self) -> Phase:
        """Return the phase the session is in."""
        return self._phase

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Return the trials that were written down."""
        return self._course.trials

    @property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """Return the edges that were explored: (sought, found)."""
        return self._course.edges.found

    @property
    def block(self) -> Block:
        """Return the block that is played now."""
        return self._course.block

    @property
    def game(self) -> AnyGame:
        """Return the game that is played now."""
        return self._course.game

    @property
    def played_with(self) -> str:
        """Return what the game is played with now."""
        return self._course.played_with

    @property
    def flipped(self) -> bool:
        """Tell whether the game is seen in a mirror, for a left hand."""
        return self._course.flipped

    @property
    def force(self) -> float:
        """Return the share of its maximum that the hand squeezes with now."""
        return self._instruments.senses.force

    @property
    def _block(self) -> int:
        """Return the number of the block that is played now."""
        return self._course.number

    @_block.setter
    def _block(self, number: int) -> None:
        self._course.number = number

    @property
    def _sensing(self) -> Sensing:
        return self._instruments.sensing

    @property
    def _idle(self) -> int:
        """Return for how many ticks nobody has done anything while something was asked."""
        return self._presence.idle

    @_idle.setter
    def _idle(self, ticks: int) -> None:
        self._presence.idle = ticks

    def tick(self, samples: Sequence[Sample] = (), sources: Sequence[Source] = ()) -> Frame:
        """Let one tick pass with what the devices felt since the last; ``sources`` are the sensors there are now."""
        if self.over:
            return Frame(over=True)
        lines = tuple(source_line(self.now, source) for source in sources if self._is_new(source))
        samples = tuple(as_written(sample) for sample in samples)
        lines += (samples_line(self.now, samples),) if samples else ()
        known, found, told = len(self._fits), len(self.edges), len(self.care.told)
        made, news = self._tick(samples), self.care.told[told:]
        lines += lines_of(made, news, self._fits[known:], self._course.edge_lines(found))
        self.now += 1
        if not (lines or news or self.over):
            return made  # as most ticks are: there are 120 a second
        return replace(made, lines=lines, over=self.over, told=news)

    def _is_new(self, source: Source) -> bool:
        """Take in what forces or taps come from; tell whether that is new; another sensor's maximum is none."""
        before = self._sensing.source.device
        is_new = self._instruments.take(source)
        other = self._sensing.source.device != before
        if other and self._sensing.loose and isinstance(self._phase, fitting.Greatest):
            self._go(fitting.Tare(self.now))
        return is_new

    def close(self) -> Frame:
        """End the session because the window closed; what was done stays done."""
        if self.over or self.end is not None:
            self.over = True
            return Frame(over=True)
        self.over = True
        known, told = len(self._fits), len(self.care.told)
        trial = self._broken_off("closed", "bout" if self.trials else "stop")
        made = Frame((), trial, end=self.end, over=True, told=self.care.told[told:])
        return replace(made, lines=lines_of(made, made.told, self._fits[known:]))

    # One tick

    def _tick(self, samples: tuple[Sample, ...]) -> Frame:
        held = self._instruments.senses.pressed
        believed = self._instruments.feel(samples, self.now)
        events = self._trying.meant(self._phase, believed, self._as_played, self.now)
        self._presence.note(samples, self.force, self.now)
        if self.end is None and meant.goes_down(samples, held, "key.ESCAPE", screens.stop_button(self.plan.profile)):
            return self._stop()
        ruling = self._trying.judge(self._phase, events, self.now)
        if ruling == "stop" and self.end is None:
            return self._finish("limit")
        away = self._hosted(host.told(samples))
        if away is not None:
            return away
        phase, profile = self._phase, self.plan.profile
        if isinstance(phase, Playing) and meant.goes_down(samples, held, "key.F1", screens.help_button(profile)):
            self._go(self._demo())  # the trial under way is begun again afterwards
            return Frame((Cue("press"),))
        if isinstance(phase, Playing | After) and profile.dwell_s > 0:
            action = self._dwelt_upon(samples)
            if action:
                return self._act(action)
        if isinstance(phase, Playing):
            return self._play(phase, events, ruling)
        return self._between(phase, samples, believed)

    def _between(self, phase: Phase, samples: tuple[Sample, ...], believed: tuple[Sample, ...]) -> Frame:
        """Let a tick pass in which no trial is under way."""
        if isinstance(phase, After):
            return Frame() if self.now < phase.until else self._follow(self._course.after_trial(self.now))
        if isinstance(phase, fitting.Fitting):
            return self._fit(phase, samples, believed)
        if isinstance(phase, Found):
            return Frame() if self.now < phase.until else self._follow(self._course.after_edge(self.now))
        if isinstance(phase, Demo):
            self._phase = self._demonstrated(phase)
        if isinstance(phase, Waiting) and self.now >= phase.until:
            return self._follow(Asked("pain", again=True))
        if isinstance(phase, Offered) and self.now >= phase.until:
            return Frame(trial=self._finished(phase.over, told=False))
        return self._choose(samples)

    # The computer, and who is not there

    def _on_screen(self, profile: Profile) -> Profile:
        """Return the profile as games take it: the scale of their own stage, wherever that stands."""
        return replace(profile, units_per_mm=self.focus.units_per_mm(profile.units_per_mm))

    def _hosted(self, told: host.Host) -> Frame | None:
        """Pause where the computer slept or its window is not seen as it was; end where nobody is there any more."""
        if told.units_per_mm:
            self._rescale(told.units_per_mm)
        if told.away_s >= host.LONG_S or self._presence.is_deserted(self._phase, self.now):
            return self._desert()
        if told.why == "away" and isinstance(self._phase, fitting.Fitting):
            self._keep_tries()
            self._go(fitting.Tare(self.now))  # a hand that is measured is measured in one go
        if told.why == "screen":  # only what is seen now is wrong: what comes next has the new scale
            return self._pause("screen") if isinstance(self._phase, Playing) else None
        self._away = told.why or self._away
        by_itself = presence.goes_on_by_itself(self._phase, self.game.name in self.plan.known)
        return self._pause(self._away) if self._away and by_itself else None

    def _rescale(self, units_per_mm: float) -> None:
        """Take another screen's scale for all that begins from now on."""
        profile = replace(self.plan.profile, units_per_mm=units_per_mm)
        self.plan, self._as_played = replace(self.plan, profile=profile), self._on_screen(profile)
        if isinstance(self._phase, Demo):
            self._go(self._demo())

    # How it ends

    def _desert(self) -> Frame:
        """End the practice for somebody who is not there; what was done stays done."""
        if isinstance(self._phase, Stopped):
            self.care.note(Happened("stop"), self.now)
        self.over = self.deserted = True
        if self.end is not None:
            return Frame()
        trial = self._broken_off("away", "bout" if self.trials else "stop")
        return Frame((), trial, end=self.end)

    def _stop(self) -> Frame:
        trial = self._broken_off("stopped", "stop")  # noted at once: the power may be cut before the reason is told
        self._go(Stopped())
        return Frame((Cue("stop"),), trial, end=self.end)

    def _finish(self, how: str) -> Frame:
        trial = self._settled()
        self.end = End(self.now, how)
        self.care.note(Happened("limit" if how == "limit" else "bout"), self.now)
        self._go(Summary())
        return Frame((Cue("bloom"),), trial, end=self.end)

    def _broken_off(self, how: str, happened: str) -> Trial | None:
        """End in the middle of something; return the trial that was over and not written down yet."""
        self._keep_tries()
        trial = self._settled()
        self.end = End(self.now, how)
        self.care.note(Happened(happened), self.now)
        return trial

    def _settled(self) -> Trial | None:
        """Return the trial that is over and was not written down yet, now that the session ends."""
        if isinstance(self._phase, Judge | Offered):
            return self._finished(self._phase.over, told=False)
        return None

    # What is pressed

    def _dwelt_upon(self, samples: tuple[Sample, ...]) -> str:
        """Return the control that a resting pointer presses in mid-trial: STOP or the demonstration."""
        resting = [replace(sample, value=0.0) for sample in samples if sample.channel == "mouse"]
        return self._pressed(screens.practice_controls(self.plan.profile), resting)

    def _pressed(self, buttons: Sequence[Button], samples: Sequence[Sample]) -> str:
        self._menu, action = menu.step(self._menu, buttons, samples, self.now, self.plan.profile)
        return action

    def _choose(self, samples: tuple[Sample, ...]) -> Frame:
        """Let the patient press one of the screen's buttons."""
        if isinstance(self._phase, Paused) and self._phase.reason in BY_ITSELF and not self._missing():
            self._go(self._resumed())
            return Frame((Cue("go"),))
        action = self._pressed(self._bare_scene().buttons, samples)
        return self._act(action) if action else Frame()

    def _act(self, action: str) -> Frame:
        self._away = ""
        phase = self._phase
        left = self._left(action)
        if left is not None:
            return left
        if isinstance(phase, Asked | Judge | Offered | Review):
            made = self._answered(phase, action)
            return replace(made, cues=(Cue("press"), *made.cues))
        page = pages.turned(phase, action, self.trials)
        if page is not None:
            self._go(page)
        elif isinstance(phase, fitting.Greatest) and action in ("ready", "more", "enough"):
            led, fits = fitter.led(phase, action, self._sensing, self.now)
            self._fits += fits
            self._go(led)
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

    def _answered(self, phase: Asked | Judge | Offered | Review, action: str) -> Frame:
        """Take in what the patient says: how it is, or how a trial went; tell what is asked for; go on."""
        if isinstance(phase, Asked):
            return self._follow(self._course.answered(phase, action, self.now))
        if isinstance(phase, Judge):
            return self._ended(replace(phase.over, judged="hit" if action == "well" else "miss"))
        if isinstance(phase, Offered):
            return self._told(self._finished(phase.over, told=True))
        self._reviewed = len(self.trials)
        return self._follow(self._course.onwards(self.now))

    # Phases

    def _go(self, phase: Phase) -> None:
        """Go to a phase; from try to try it still counts how long nobody has done anything."""
        self._phase = phase
        if isinstance(phase, Stopped | Summary):  # a key that was meant for the game must not answer for the patient
            self._menu = menu.opened(self.now + seconds(1), wary=True)
        else:
            self._menu = menu.opened(self.now, self._menu.keyed, wary=not isinstance(phase, Demo))

    def _first_phase(self) -> Phase:
        blocks = [block for block in self.plan.program.blocks if self._may_play(block)]
        needs_sensor = any(self.games[block.game].skill in FORCES for block in blocks)
        if needs_sensor and self.plan.played_with["grip"] in SENSORS:
            return fitting.Tare(0)
        return self._demo()

    def _may_play(self, block: Block) -> bool:
        return self.care.may_play_block(block, self.games[block.game])

    def _follow(self, following: Next) -> Frame:
        """Go where the course leads."""
        if isinstance(following, Done):
            return self._finish(following.how)
        if following == "try":
            return self._next_try()
        self._go(self._demo() if following == "demo" else following)
        rests = isinstance(following, Rest | Review) or (isinstance(following, Asked) and following.what == "pain")
        return Frame((Cue("rest"),) if rests else ())

    def _next_try(self) -> Frame:
        if self.plan.profile.scan_s > 0:  # with one switch, STOP can only be reached between the tries
            self._go(Paused("next"))
        elif self._away:
            return self._pause(self._away)
        else:
            self._go(self._trial())
        return Frame()

    def _resumed(self) -> Phase:
        """Return what follows a rest or a pause: the demonstration of a new game, or the next trial."""
        if isinstance(self._phase, Rest):
            self._course.rested(round(to_ms(self.now - self._phase.since) / 60_000, 3))
        self._trying.calm()
        return self._fresh_trial() if self._course.is_begun else self._demo()

    def _demo(self) -> Demo:
        turn = self._turn()
        chance = self._course.chance(self._course.attempt + 1)
        return demonstration.begun(self.game, turn, chance, self._setting(turn), self.now)

    def _demonstrated(self, demo: Demo) -> Phase:
        """Return the demonstration one tick later; when it is through, it begins again, or goes over into play."""
        if not demonstration.is_through(demo, self.now):
            return demonstration.step(demo, self.game, self.now)
        return self._fresh_trial() if self.game.name in self.plan.known else self._demo()

    def _pause(self, reason: str) -> Frame:
        """Pause: the trial under way does not count and is begun again."""
        if isinstance(self._phase, Playing):
            self._course.interrupted += (reason,)
        self._away = ""
        self._go(Paused(reason))
        return Frame((Cue("pause"),))

    # A trial

    def _fresh_trial(self) -> Phase:
        """Begin a trial after the patient has just shown to be there."""
        self._presence.idle = 0
        return self._trial()

    def _trial(self) -> Phase:
        """Begin a trial, or find the sensor's zero first, or wait for it."""
        assert self.care.may_play, "nothing is played that the day does not allow"
        if self._instruments.is_unknown_in_newtons(self.game.skill, self.plan.program.cap_n):
            return Paused("uncalibrated")
        if self._instruments.is_loose(self.game.skill):
            return Paused("unplugged") if self._missing() else fitting.Tare(self.now)
        if self.block.explore and not isinstance(self._phase, Seek):
            return Seek(self._course.sought)
        turn = self._turn()
        return self._trying.begin(turn, self._setting(turn), self.now)

    def _play(self, playing: Playing, events: tuple[Event, ...], ruling: Verdict) -> Frame:
        why = self._trying.why_not(playing, ruling, self.plan.profile.patience, self.now)
        if why:
            return self._pause(why)
        tried = self._trying.step(playing, events, ruling, self._as_played, self.now)
        self._phase = tried.playing
        if tried.outcome is None:
            return Frame(tried.cues)
        ended = self._ended(Over(self.now, tried.playing, tried.outcome))
        return replace(ended, cues=(*tried.cues, *ended.cues))

    def _ended(self, over: Over) -> Frame:
        """Ask what the patient thinks of a trial that is over, where that is wanted; or tell how it went."""
        if self.block.explore:
            found = self._course.explored(over, self.now)
            self._go(found)
            return Frame((Cue("hit-3"),) if found.sought == found.found else ())
        asked = telling.asked(over, self._course.feedback, self.now)
        if asked is None:
            return self._told(self._finished(over))
        self._go(asked)
        return Frame()

    def _told(self, trial: Trial) -> Frame:
        muted = self._course.feedback.mutes(len(self._course.in_block) - 1)
        return Frame(telling.aloud(trial, muted), trial)

    def _finished(self, over: Over, told: bool | None = None) -> Trial:
        """Write a trial down; the program says whether it is told, where nobody else does."""
        trial = self._course.write(over, told)
        self._go(telling.after(trial, self.game.scene(over.playing.state), self.now))
        return trial

    # The sensor

    def _missing(self) -> str:
        """Return why the game cannot be played with its device just now, or ""."""
        return self._instruments.missing(self.game.skill, self.now)

    def _fit(self, phase: fitting.Fitting, samples: tuple[Sample, ...], believed: tuple[Sample, ...]) -> Frame:
        action = self._pressed(self._bare_scene().buttons, samples)
        if action:
            return self._act(action)
        answers = self._instruments.senses.answers(self._instruments.way("grip"))
        made = fitter.step(phase, believed, self._sensing, self.plan.program, self.now, answers)
        self._instruments.sensing = made.sensing
        self._fits += made.fits
        if made.fitting is None:
            self._go(self._resumed())
        else:
            self._phase = made.fitting
        return Frame(made.cues)

    def _keep_tries(self) -> None:
        """Keep the tries of a maximum that is stopped before its end."""
        self._fits += fitter.kept(self._phase, self.now)

    def _go_on_without_sensor(self) -> None:
        """Use the keyboard from now on: the sensor is missing or broken."""
        self._instruments.leave_sensor("grip" if isinstance(self._phase, fitting.Fitting) else self.game.skill)
        self._go(self._demo())

    # What is asked

    def _turn(self) -> Turn:
        return self._course.turn()

    def _setting(self, turn: Turn) -> Setting:
        return demonstration.setting(self._as_played, self.played_with, turn)

    # What is seen

    def scene(self) -> Scene:
        """Return what is to be seen now."""
        bare = self._bare_scene()
        if isinstance(self._phase, Playing | After) and not self.plan.profile.dwell_s:
            return bare
        buttons = menu.shown(self._menu, bare.buttons, self.now, self.plan.profile)
        rest = tuple(shape for shape in bare.shapes if shape not in bare.buttons)
        return replace(bare, shapes=rest + buttons)

    def _bare_scene(self) -> Scene:
        view = seen.View(
            self._phase, self.plan.profile, self.plan.program, self.game, self.played_with, self.flipped, self.now,
            self.end, self.trials, self._reviewed, self._block, self.reasons(), self.edges,
        )  # fmt: skip
        return seen.bare(view)

    def reasons(self) -> tuple[ReasonRow, ...]:
        """Return why the latest trial of each game was as hard as it was, and asked one finger most: (key, values)."""
        return pages.reasons(self.trials)
