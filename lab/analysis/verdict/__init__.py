"""Turns votes of a running study into a verdict that may be looked at at any moment."""
