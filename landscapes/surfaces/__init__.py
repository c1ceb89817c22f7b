"""The shelf of surfaces, by kind: one decorated function each."""
