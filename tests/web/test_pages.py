from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException

from monitor.web.pages import FOLDER, PAGES, Files

IMPORT = re.compile(r"(?:from|import) '(\.[^']+)'")
PRELOAD = re.compile(r'<link rel="modulepreload" href="/static/([^"]+)">')


def needed(module: Path, found: set[Path]) -> set[Path]:
    """Every module that this one needs, by way of others too."""
    for name in IMPORT.findall(module.read_text("utf8")):
        other = (module.parent / name).resolve()
        if other not in found:
            found.add(other)
            needed(other, found)
    return found


@pytest.mark.parametrize("page", PAGES.values())
def test_a_page_asks_for_all_its_modules_at_once(page: str) -> None:
    text = (FOLDER / page).read_text("utf8")
    modules = needed(FOLDER / page.removesuffix(".html") / "page.js", set())
    names = {each.relative_to(FOLDER.resolve()).as_posix() for each in modules}
    # one that is not asked for costs a round trip for each step on the way to it
    assert set(PRELOAD.findall(text)) == names


ASKED = re.compile(r"\bt(?:Or)?\((?:'([\w.]+)'|`([\w.]*)\$\{)")
TOLD = re.compile(r"^\s*'([^']+)': \[", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES.values())
def test_a_page_has_every_text_that_it_asks_for(page: str) -> None:
    own = (FOLDER / page.removesuffix(".html") / "page.js").resolve()
    code = "\n".join(each.read_text("utf8") for each in {own} | needed(own, set()))
    told = set(TOLD.findall(code))
    missing = [
        whole or f"{begun}…"
        for whole, begun in ASKED.findall(code)
        if not (whole in told if whole else any(key.startswith(begun) for key in told))
    ]
    assert missing == []


def test_a_browser_keeps_what_it_has_until_it_changes(tmp_path: Path) -> None:
    for name, text in (("a.html", '<script src="/static/a.js">'), ("a.js", "1"), ("b/b.js", "2")):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    first = Files(tmp_path)
    assert first.page("a.html").decode() == f'<script src="/static/{first.version}/a.js">'
    kept = first.answer(f"{first.version}/b/b.js")
    assert (kept.body, kept.media_type) == (b"2", "text/javascript")
    assert "immutable" in kept.headers["cache-control"]
    (tmp_path / "b/b.js").write_text("3")
    second = Files(tmp_path)
    assert second.version != first.version
    # what an open page still asks for comes, and is not kept under the name of something else
    for path in (f"{first.version}/b/b.js", "b/b.js"):
        late = second.answer(path)
        assert (late.body, late.headers["cache-control"]) == (b"3", "no-cache")
    for path in ("../secret", "b", f"{second.version}/../a.js", f"{second.version}/none.js"):
        with pytest.raises(HTTPException):
            second.answer(path)
