"""What happens after filing: who sees what, and what staff do with it."""
