"""How good each rater is, and the verdict."""
