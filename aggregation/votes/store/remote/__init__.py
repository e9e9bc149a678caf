"""Stores at URLs."""
