"""The faces of the lab: the review app and the dashboard, with no SQL and no model."""
