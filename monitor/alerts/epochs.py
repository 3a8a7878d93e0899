"""New epochs for a record that was put back, also when nobody told the program."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from monitor.alerts import log
from monitor.errors import Unavailable
from monitor.store import life
from monitor.store.life import Life
from monitor.store.store import Store

logger = structlog.get_logger()

NOTE_S = 5.0
"""Between notes of how far the record has come."""


async def settle(store: Store, folder: Path) -> str:
    """Renew the epochs if this record has another past; returns the id of this start."""
    known = await asyncio.to_thread(life.read, folder)
    fresh = life.new_id()
    another = await store.read(lambda on: life.is_another(on, known))
    if another:
        renewed = await store.write(log.renew_epochs)
        if renewed:
            logger.warning("the record was put back: subscribers start afresh", teams=renewed)
    # killed between these steps, the next start still knows the record by one of the two ids
    seen = await store.read(life.newest)
    before = () if known is None or another else known.ids[-1:]
    await asyncio.to_thread(life.write, folder, Life(ids=(*before, fresh), events=seen))
    await store.write(lambda on: life.begin(on, fresh))
    await asyncio.to_thread(life.write, folder, Life(ids=(fresh,), events=seen))
    return fresh


async def keep_noting(store: Store, folder: Path, id_: str) -> None:
    """Note now and then how far the record has come; runs until cancelled."""
    noted = -1
    while True:
        await asyncio.sleep(NOTE_S)
        try:
            seen = await store.read(life.newest)
            if seen != noted:
                await asyncio.to_thread(life.write, folder, Life(ids=(id_,), events=seen))
                noted = seen
        except Unavailable as fault:
            logger.error("the record's age could not be noted", why=fault.code)
