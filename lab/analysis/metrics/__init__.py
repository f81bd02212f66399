"""Turns automatic scores and people's ratings into how far a metric follows people."""
