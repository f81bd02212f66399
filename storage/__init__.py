"""The records on disk: one owner process per database, and clients for everyone else."""
