"""What is played: each module here is one game, one trial as pure functions, ending in ``GAME``."""
