"""How this very machine is named: what goes there crosses no wire."""

from __future__ import annotations

from typing import Final

ADDRESSES: Final = ("127.0.0.1", "::1")
NAMES: Final = (*ADDRESSES, "localhost")
