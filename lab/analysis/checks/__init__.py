"""Turns hallucination checks and reviewers' marks into how far a check can be believed."""
