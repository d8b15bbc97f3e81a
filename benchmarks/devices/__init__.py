"""Measure how the devices' bytes are read, beside other ways to read them, and what happens when something fails."""
