"""Turns answers drawn from a known truth into how often the lab's own figures are right."""
