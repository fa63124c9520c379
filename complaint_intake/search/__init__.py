"""Finding records: today by equality of sealed identifiers (blind index)."""
