"""Turns raw files of any size into a clean, split data set with an account of every step."""
