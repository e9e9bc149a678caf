"""Exports of labelling platforms and libraries, to votes: one a file, all in the catalogue."""
