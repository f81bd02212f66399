"""Turns a checkpoint, prompts and decoding settings into generations."""
