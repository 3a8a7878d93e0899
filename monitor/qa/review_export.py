"""Review results as tables for a spreadsheet, harmless when opened."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

Cell = str | float | int | None

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

BOM: Final = "\ufeff"
"""Without it Excel reads UTF-8 as the system's old encoding."""


WIDEST: Final = 60
"""Of a column, in characters; longer quotes are cut by the next cell, as spreadsheets do."""


def _width(cell: Cell) -> int:
    """Chinese characters are twice as wide."""
    return sum(1 + (ord(one) > 0x2E7F) for one in str(cell if cell is not None else ""))


def safe(cell: Cell) -> Cell:
    """The cell, never a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte order mark and CRLF, as spreadsheets expect."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return (BOM + out.getvalue()).encode()


def as_xlsx(
    sheets: Sequence[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]],
) -> bytes:
    """A workbook of (title, header, rows), headers bold and fixed."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    for title, header, rows in sheets:
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        table = [[safe(cell) for cell in row] for row in rows]
        for place, column in enumerate(zip(header, *table, strict=True), start=1):
            widest = max(_width(cell) for cell in column)
            sheet.column_dimensions[get_column_letter(place)].width = min(widest + 2, WIDEST)
        cells = [WriteOnlyCell(sheet, value=name) for name in header]
        for cell in cells:
            cell.font = Font(bold=True)
        sheet.append(cells)
        for row in table:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
