"""Where one subscriber stands: what was sent, what it has acknowledged, and since when it owes."""

from __future__ import annotations

from collections import deque

from monitor.errors import BadMessage
from monitor.ops.ledger import Ledger


class Cursor:
    """Pure bookkeeping; times are monotonic seconds given by the caller."""

    def __init__(
        self, *, after: int, window: int, ack_s: float, ledger: Ledger | None = None
    ) -> None:
        """`after`: the place the subscriber resumes from. `window`: most alerts it may owe an
        acknowledgement for. `ack_s`: seconds it may owe one."""
        self.sent = after
        self.acked = after
        self._window = window
        self._ack_s = ack_s
        self._owed: deque[tuple[int, float]] = deque()
        self._ledger = ledger or Ledger()

    @property
    def room(self) -> int:
        """How many more alerts may be sent now."""
        return self._window - len(self._owed)

    def advance(self, seq: int, now: float) -> None:
        """An alert is about to be sent; `seq` must be the next one, or an alert would be lost."""
        if seq != self.sent + 1:
            raise ValueError(f"alert {seq} cannot follow {self.sent}")
        self.sent = seq
        self._owed.append((seq, now))
        self._ledger.count("sent")

    def skip(self, seq: int) -> None:
        """The next alert is none that the subscriber wants: it owes nothing for it."""
        if seq != self.sent + 1:
            raise ValueError(f"alert {seq} cannot follow {self.sent}")
        self.sent = seq

    def acknowledge(self, seq: int) -> None:
        """The subscriber has everything up to `seq`; lower numbers than before change nothing.

        Raises `BadMessage` for a number that was never sent.
        """
        if seq > self.sent:
            raise BadMessage("bad_ack", f"acknowledged {seq}, but {self.sent} is the last one sent")
        self.acked = max(self.acked, seq)
        while self._owed and self._owed[0][0] <= seq:
            self._owed.popleft()
            self._ledger.count("acknowledged")

    def close(self) -> None:
        """The subscriber is gone; what it owes is sent again when it comes back."""
        self._ledger.count("forgone", len(self._owed))
        self._owed.clear()

    def due_in(self, now: float) -> float | None:
        """Seconds until an acknowledgement is overdue, negative when it is; None: none is owed."""
        if not self._owed:
            return None
        return self._owed[0][1] + self._ack_s - now
