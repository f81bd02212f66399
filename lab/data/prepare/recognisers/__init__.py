"""Find personal data in texts: one file per type, each a text into the ranges it stands at."""
