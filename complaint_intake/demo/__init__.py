"""The demonstration: made-up places, staff and complaints, for a server nobody else can reach."""

from complaint_intake.demo.generated import add_generated
from complaint_intake.demo.load import load_demo
from complaint_intake.demo.staff import demo_staff

__all__ = ["add_generated", "demo_staff", "load_demo"]
