"""Keys, sealing, tokens, PINs and staff accounts. Nothing here knows what a complaint says."""
