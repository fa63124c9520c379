"""Benchmarks of the real server on loopback: `python -m bench --help`."""
