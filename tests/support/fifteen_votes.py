"""Five items, three raters and two answers: few enough to enumerate all classes."""

from __future__ import annotations

from .em_oracle import Model

ROWS = "000 010 021 101 111 121 200 211 220 301 311 320 400 410 420"
FIFTEEN = Model([(int(row[0]), int(row[1]), int(row[2])) for row in ROWS.split()], 5, 3, 2, 2)
