"""Automatic metrics: a generation, with its prompt, into a number or a reason for none."""
