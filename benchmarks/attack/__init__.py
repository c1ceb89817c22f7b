"""One visitor against a class: attacks on a running server, and what the others and the memory notice of them."""
