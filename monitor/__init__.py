"""Call compliance monitor: hears every outbound call and tells people in time."""

__version__ = "0.1.0"
