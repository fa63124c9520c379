"""The tests mirror the package; journeys/ go through the real server, guards/ look at the tree."""
