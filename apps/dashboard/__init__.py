"""The dashboard: turns what the store holds into one page per question."""
