"""Review Lab's core: turns records into records, with no SQL and no widgets."""

__version__ = "0.1.0"
