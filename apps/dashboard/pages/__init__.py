"""One small file per page of the dashboard; each turns filtered frames into one answer."""
