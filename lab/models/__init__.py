"""Language models in memory: made from scratch, loaded from a folder or hub, saved whole."""
