"""Whatever callers say and people type stays text."""

from __future__ import annotations

from itertools import cycle, product
from typing import Any

import pytest
from playwright.sync_api import expect

from monitor.events import Prompt
from tests.browser.conftest import Floor
from tests.browser.said import alert, begun, call, said

pytestmark = pytest.mark.process

SHELLS = (
    "<script>{0}</script>",
    "<img src=x onerror={0}>",
    "<svg onload={0}>",
    "<svg><script>{0}</script></svg>",
    "<iframe src='javascript:{0}'></iframe>",
    "<a href='javascript:{0}'>x</a>",
    "<body onload={0}>",
    "<input autofocus onfocus={0}>",
    "<details open ontoggle={0}>",
    "<math><mtext></table><mglyph><style><img src=x onerror={0}>",
    "<object data='data:text/html,<script>{0}</script>'></object>",
    "<style>@import'//x';</style><img src=x onerror={0}>",
    "<base href='//x/'><script src=/x>{0}</script>",
    "<meta http-equiv=refresh content='0;url=javascript:{0}'>",
    "<template><script>{0}</script></template>",
    "<noscript><p title='</noscript><img src=x onerror={0}>'>",
    "javascript:{0}",
    "data:text/html,<script>{0}</script>",
    "{{{{constructor.constructor('{0}')()}}}}",
    "${{{0}}}",
    "';{0};//",
    '";{0};//',
    "`-{0}-`",
    "</textarea><script>{0}</script>",
    "</title><script>{0}</script>",
    "\u2028{0}",
    "\u202e<script>{0}</script>",
    "<xss style=animation-name:x onanimationstart={0}>",
    "<video><source onerror={0}></video>",
    "<button popovertarget=x onclick={0}>",
    "<form action='javascript:{0}'><button>",
    "<link rel=stylesheet href='//x' onload={0}>",
    "<!--><img src=x onerror={0}-->",
    "<![CDATA[<script>{0}</script>]]>",
)
CALLS = (
    "window.harmed=1",
    "alert(1)",
    "top.harmed=1",
    "import('/static/../harm.js')",
    "document.body.innerHTML='harmed'",
    "location='//x'",
)
PAYLOADS = [shell.format(harm) for shell, harm in product(SHELLS, CALLS)][:204]


def test_two_hundred_payloads_stay_text(floor: Floor, person: Any, team: str) -> None:
    wall_desk, agent_desk = person(), person("agent", "8012")
    for desk in (wall_desk, agent_desk):
        desk.context.add_init_script(
            "addEventListener('securitypolicyviolation', e => console.error(e.violatedDirective))"
        )
    wall, screen = wall_desk.open(), agent_desk.open("/agent")
    payload = cycle(PAYLOADS)

    def text(most: int = 120) -> str:
        return next(payload)[:most]

    for number in range(len(PAYLOADS) // 17):
        c = call(team, f"c{number}", company=text(), aliases=(text(),), industry=text(32))
        told = [
            *begun(c),
            said(c, text(), at=1.0),
            said(c, text(), at=8.0, suppressed=text(20)),
            Prompt(call=c.call, text=text(), reason=text(64), state="shown", by=text()),
        ]
        more = {
            name: text()
            for name in ("quote", "phrase", "why", "basis", "advice", "category", "rule", "pack")
        }
        floor.tell(c, [*told, alert(c, number, start=0.5, end=9.0, basis_status=text(16), **more)])
    count = len(PAYLOADS) // 17
    expect(wall.get_by_role("button", name=f"待处理 {count}")).to_be_visible()
    for _ in range(count):
        wall.keyboard.press("j")
        wall.keyboard.press("Enter")
        expect(wall.locator(".whole")).to_be_visible()
        wall.keyboard.press("Escape")
    wall.keyboard.press("f")
    wall.get_by_placeholder("写一句原因").fill(text())
    wall.keyboard.press("Enter")
    wall.keyboard.press("t")
    wall.get_by_role("dialog").get_by_role("textbox").fill(text())
    wall.keyboard.press("Control+Enter")
    wall.get_by_role("button", name="已处理 1").click()
    wall.locator(".alert-row").first.click()
    expect(wall.locator(".history")).to_contain_text("误报")
    screen.get_by_role("button", name="我的提醒记录").click()
    for each in screen.locator("summary").all():
        each.click()
    for page in (wall, screen):
        assert page.evaluate("window.harmed") is None
        assert page.locator("main img, main iframe, main script, dialog img").count() == 0
        assert page.url.startswith(floor.url)
