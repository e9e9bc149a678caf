"""Numbers with intervals, curves and calibration; knows no release."""
