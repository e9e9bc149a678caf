"""Dawid & Skene's model, fitted by EM."""
