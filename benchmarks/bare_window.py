"""Open an arcade window, clear it and flip it once: the least that any arcade program does."""

import time

import arcade

window = arcade.Window(1280, 720, "Bare")
window.clear(color=(90, 140, 110))
window.flip()
time.sleep(60)
