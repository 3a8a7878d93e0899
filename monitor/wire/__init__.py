"""Descriptions of what goes over the wire, for programs that are not ours."""
