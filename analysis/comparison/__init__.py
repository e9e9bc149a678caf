"""Methods side by side on a user's own votes, whatever their models."""
