"""Hallucination checks: a generation and its source into spans that the source denies."""
