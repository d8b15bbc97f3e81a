"""A practice on the real firmware in a simulated processor, with a bad day in the middle: nothing is invented."""

import time
from pathlib import Path

from board import LiveBoard

from app import files, rooms
from app.asked import Asked
from app.logbook import Logbook
from app.plugged import Plugged
from app.visit import Visit, Wish
from engine import fitting, phases
from engine.profile import Profile
from engine.recording import Recording, parse
from engine.replay import verify
from engine.sample import Sample
from engine.session import Session
from engine.ticks import TICKS_PER_S

ZERO, FIRM, NOISE = 84_211, 900_000, 60
PATIENCE_S = 75.0


class Practice:
    """A visit in real time, and a hand on the sensor that does what the game asks for."""

    def __init__(self, folder: Path, board: LiveBoard, trials: int) -> None:
        self._began = time.perf_counter()
        self.board, self.told = board, 0
        wish = Wish("cup", trials=trials, level=1, device=Asked("serial", str(board.link)), seed=5)
        self.visit = Visit(folder, Profile(), Logbook(folder), wish)
        self.visit.plugged = self.plugged = Plugged(folder, self.now_ms, wish.device)
        self.visit.ready()
        self._due: list[Sample] = []

    def now_ms(self) -> float:
        return (time.perf_counter() - self._began) * 1000

    @property
    def session(self) -> Session:
        assert self.visit.session is not None
        return self.visit.session

    def step(self) -> None:
        """Let the time pass that has passed, and squeeze as is asked for."""
        self.plugged.want(self.visit.profile, *self.visit.wanted)
        self._due += self.plugged.poll(self.now_ms())
        while self.visit.now * 1000 / TICKS_PER_S < self.now_ms() and self.visit.session is not None:
            self.visit.tick(self._due + self._pressed())
            self._due = []
        if self.visit.session is not None:
            self._squeeze()
        time.sleep(0.004)

    def until(self, what: str, *kinds: type, trials: int = 0) -> None:
        """Go on until the session is in one of the phases ``kinds`` with so many trials, or over.

        A busy computer may miss a phase: what befell the trials is looked at afterwards.
        """
        end = time.perf_counter() + PATIENCE_S
        kinds = (*kinds, phases.Summary)
        while not (isinstance(self.session.phase, kinds) and len(self.session.trials) >= trials):
            assert time.perf_counter() < end, f"waited in vain for {what}: {self.session.phase}"
            self.step()

    def play(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.step()

    def _pressed(self) -> list[Sample]:
        """Press the start button when a demonstration runs."""
        if not isinstance(self.session.phase, phases.Demo):
            return []
        start = next(b for b in self.session.scene().buttons if b.action == "start")
        down = float(self.session.now // 60 % 2)
        return [Sample("mouse", self.now_ms(), down, start.x, start.y)]

    def _squeeze(self) -> None:
        phase, share = self.session.phase, 0.0
        if isinstance(phase, fitting.Firm):
            share = 1.0
        if isinstance(phase, phases.Playing):
            wanted = self.session.game.intent(phase.state)
            share = getattr(wanted, "share", 0.0)
        count = ZERO + round(share * (FIRM - ZERO))
        if count != self.told:  # a hand needs some 200 ms, in steps that a hand can make
            step = (FIRM - ZERO) // 40
            self.told += max(-step, min(step, count - self.told))
            self.board.set(self.told)


def test_a_bad_day_marks_the_trials_that_it_befell_and_invents_none(tmp_path: Path) -> None:
    with LiveBoard(tmp_path / "grip") as board:
        board.set(ZERO)
        board.noise(NOISE)
        practice = Practice(tmp_path, board, trials=4)
        practice.told = ZERO
        practice.until("the first trial", phases.Playing)

        practice.until("a quiet trial", phases.Playing, trials=1)
        practice.play(0.8)
        board.reset()
        board.garbage()
        practice.until("the trial with a reset", phases.Playing, trials=2)

        practice.play(0.8)
        board.unplug()
        practice.until("the pause", phases.Paused)
        practice.play(0.5)
        board.replug()
        practice.until("the trial that was broken off", phases.Playing, trials=3)

        practice.play(0.8)
        board.absent()
        practice.until("the pause", phases.Paused)
        practice.play(0.3)
        board.well()
        practice.until("the end", phases.Summary, trials=4)
        session = practice.session
        practice.visit.close()
        practice.plugged.close()

    quiet, *others = session.trials
    befell = [{*trial.marks, *trial.interrupted} for trial in others]
    assert (quiet.marks, quiet.interrupted, quiet.attempt) == ((), (), 1)
    # On a busy computer the simulated board falls behind, and what befalls it comes a trial later.
    assert any("reset" in marks for marks in befell[:2]) or "unplugged" in befell[0]
    assert any("unplugged" in marks for marks in befell[1:])
    assert "cell" in befell[-1]
    assert all(trial.attempt == 1 + len(trial.interrupted) for trial in session.trials)
    assert {trial.source.device for trial in session.trials} == {"serial:TEST"}
    assert all(trial.source.rate_hz == 80 and trial.source.verified for trial in session.trials)

    [path] = (tmp_path / files.RECORDINGS).iterdir()
    recording = parse(files.recording_lines(path))
    assert [fit.kind for fit in recording.fits][:2] == ["tare", "firm"]
    assert [fit.kind for fit in recording.fits][2:] == ["tare"] * (len(recording.fits) - 2)
    assert len(recording.fits) >= 3
    nothing_was_invented(recording)
    shown = verify(recording, rooms.all_games())
    assert (shown.difference, shown.trials) == ("", 4)


def nothing_was_invented(recording: Recording) -> None:
    """Check that no reading came twice, and none while the sensor was gone."""
    gone = False
    last: dict[str, float] = {}
    for _, samples in recording.samples:
        for sample in samples:
            if sample.channel == "link.grip":
                gone = sample.value == 0
                last = {}
            if sample.channel == "grip":
                assert not gone
                assert sample.at_ms >= last.get("grip", 0.0)
                last["grip"] = sample.at_ms
