"""Turns judgements of the same things by several people into how far the people agree."""
