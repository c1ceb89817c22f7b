"""What is asked of the wings: one frozen description a kind of experiment, and its run. No widget, no figure."""
