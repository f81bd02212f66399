"""Turns files into records: prompts, texts that already exist, ratings that already exist."""
