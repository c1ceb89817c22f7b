"""The shelves of rules, one decorated function a rule: slope, scaling, moments, tuning, curvature."""
