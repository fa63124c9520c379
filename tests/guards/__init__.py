"""Rules over the whole project."""
