"""Turns ranges of settings, and what values a setting, into trials; knows nothing of training."""
