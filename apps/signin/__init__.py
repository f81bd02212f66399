"""Turns a name and a password into a session that both apps share, and guards the apps with it."""
