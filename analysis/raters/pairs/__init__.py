"""Pairs of raters who agree more than their error rates explain: collusion."""
