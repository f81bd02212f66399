"""Turns what reviewers did into how carefully and how alike they work, and since when."""
