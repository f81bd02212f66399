"""Turns votes into who is preferred: win rates, strengths, leaderboards, which pair next."""
