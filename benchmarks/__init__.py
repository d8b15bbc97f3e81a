"""Measure how fast Regrasp is, side by side with ordinary programs; nothing here is a test."""
