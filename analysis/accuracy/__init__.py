"""Models' predictions against label sets."""
