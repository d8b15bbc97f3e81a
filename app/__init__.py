"""What is shown and kept: the thin shell that puts the rooms together."""
