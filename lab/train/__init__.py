"""Turns prompts with references into a checkpoint."""
