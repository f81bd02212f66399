"""Turns the plan of a human evaluation into the items that reviewers judge."""
