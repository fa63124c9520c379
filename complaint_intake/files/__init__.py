"""Files that came with a complaint, sealed from the first byte."""
