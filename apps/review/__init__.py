"""The review app: turns the items of open studies into people's ratings and votes."""
