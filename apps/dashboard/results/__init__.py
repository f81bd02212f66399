"""Asks lab.analysis for what each page shows, once per change of the records and filters."""
