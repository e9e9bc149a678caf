"""A pass over all votes, and how EM climbs; knows no model."""
