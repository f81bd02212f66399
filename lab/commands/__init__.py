"""The commands of `lab`, one file each: open the store, read records, call a stage, add records."""
