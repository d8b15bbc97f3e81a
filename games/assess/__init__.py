"""The items of an assessment: each is a game of its own that asks the same every time, and of which nothing is told."""
