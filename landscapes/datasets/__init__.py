"""The shelf of data sets, simple to complex."""
