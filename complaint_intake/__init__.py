"""Intake, hotline and routing of civil-rights complaints."""
