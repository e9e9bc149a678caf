"""Dawid & Skene's model where there are many classes: rates of what occurs, and a background."""
