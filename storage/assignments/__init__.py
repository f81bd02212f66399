"""Gives items to reviewers and takes their answers, in the memory of the single writer."""
