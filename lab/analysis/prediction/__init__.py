"""Turns few ratings and many automatic scores into estimates that need fewer ratings."""
