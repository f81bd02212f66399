"""Turns frames of ratings, votes and scores into frozen results, each with its uncertainty."""
