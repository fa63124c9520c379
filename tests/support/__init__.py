"""Fixtures, one topic a module; tests/conftest.py makes them known to pytest."""
