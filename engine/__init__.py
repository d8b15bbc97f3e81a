"""What is true: values and rules, touching no screen, clock, file, port or database."""
