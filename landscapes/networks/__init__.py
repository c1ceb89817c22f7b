"""Networks as landscapes: what a layer does, how layers stand together, and the loss of their outputs on data."""
