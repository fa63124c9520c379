"""The records and the one way in: every door hands plain data to ``file_complaint``."""
