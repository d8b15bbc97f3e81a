"""Judge, clean and measure what a force sensor sends: pure functions from raw readings to newtons and measures."""
