"""Recordings that stand up as evidence: written as the call runs, sealed, kept under keys."""
