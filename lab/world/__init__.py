"""Writes seeded small stories from known facts, and reads any text back against them."""
