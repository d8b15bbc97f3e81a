"""Compare the adaptive core with its peers on simulated patients: ``python -m benchmarks.adaptivity``."""
