"""Whatever callers say and people type stays text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import cycle, product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from monitor.events import CallEnded, Prompt
from monitor.web.pages import PAGES
from tests.browser.conftest import Desk, Floor, serving
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

Text = Callable[..., str]


def payloads() -> Text:
    """The next payload at each call, cut to `most`."""
    payload = cycle(PAYLOADS)
    return lambda most=120: next(payload)[:most]


def watched(desk: Desk) -> Desk:
    """What the policy of the page stops is a fault as well: nothing may even be tried."""
    desk.context.add_init_script(
        "addEventListener('securitypolicyviolation', e => console.error(e.violatedDirective))"
    )
    return desk


def unharmed(page: Page, floor: Floor) -> None:
    assert page.evaluate("window.harmed") is None
    made = "main img, main iframe, main script, main object, main form[action], dialog img"
    assert page.locator(made).count() == 0
    assert page.url.startswith(floor.url)


def test_two_hundred_payloads_stay_text(floor: Floor, person: Any, team: str) -> None:
    wall_desk, agent_desk = watched(person()), watched(person("agent", "8012"))
    wall, screen = wall_desk.open(), agent_desk.open("/agent")
    text = payloads()
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
        unharmed(page, floor)


SINKS = """() => {
  const tries = {
    html: () => { document.body.innerHTML = '<b>x</b>'; },
    frame: () => { document.createElement('iframe').srcdoc = '<b>x</b>'; },
    script: () => { document.createElement('script').src = '/static/first.js'; },
    timer: () => { setTimeout('1'); },
    policy: () => { trustedTypes.createPolicy('mine', { createHTML: text => text }); },
  };
  // the debugger that runs this may always evaluate; what it leaves behind may not
  setTimeout(() => { window.ran = false; eval('window.ran = true'); });
  return Object.keys(tries).filter(name => {
    try { tries[name](); return true; } catch { return false; }
  });
}"""
"""Ways from text to markup or code; returns those that are open."""


@pytest.mark.parametrize("path", PAGES)
def test_no_way_leads_from_text_to_markup(floor: Floor, person: Any, path: str) -> None:
    role = {"/": "supervisor", "/agent": "agent"}.get(path, "compliance")
    page = person(role, "8012" if role == "agent" else "").context.new_page()
    policy = page.goto(floor.url + path).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.evaluate(SINKS) == []
    page.wait_for_function("() => 'ran' in window")
    assert page.evaluate("window.ran") is False


LINES = "title|advice|why|description|author|prompt"
PACK = Path(__file__).parents[2] / "lexicons" / "retail.yaml"


def hostile_pack(text: Text, version: int) -> str:
    """A pack whose every free text is a payload; its rules and examples stay as they are."""

    def harm(found: re.Match[str]) -> str:
        return f"{found[1]}{json.dumps(text(60), ensure_ascii=False)}"

    pack = PACK.read_text("utf8").replace("version: 1\n", f"version: {version}\n", 1)
    pack = re.sub(rf"(?m)^((?: *|  - )(?:{LINES}): ).*$", harm, pack)
    return re.sub(r"(cite: )[^,]+", harm, pack)


@pytest.fixture
def published(tmp_path: Path) -> Any:
    """A server in which a hostile pack is in force."""
    (tmp_path / "data" / "published").mkdir(parents=True)
    pack = hostile_pack(payloads(), 7)
    (tmp_path / "data" / "published" / "retail.yaml").write_text(pack, "utf8")
    with serving(tmp_path / "data") as floor:
        yield floor


def hostile_calls(floor: Floor, team: str, text: Text, count: int) -> None:
    """Calls that are over, with a payload wherever a source may write one."""
    for number in range(count):
        told = {"company": text(), "agent": text(60), "meta": {text(30): text()}}
        one = call(team, f"{text(40)}{number}", industry="retail", product=text(32), **told)
        names = ("quote", "phrase", "why", "basis", "advice")
        found = alert(one, number, **{name: text() for name in names}, basis_status=text(16))
        events = [*begun(one), said(one, text(), at=1.0), said(one, text(), at=8.0), found]
        floor.tell(one, [*events, CallEnded(call=one.call, at=30.0, reason=text(20))])


def post(desk: Desk, path: str, body: object) -> Any:
    """What a page of this person would send."""
    session = desk.context.request.get(f"{desk.floor.url}/api/session").json()
    headers = {"X-CSRF-Token": session["csrf"], "Origin": desk.floor.url}
    answer = desk.context.request.post(f"{desk.floor.url}{path}", data=body, headers=headers)
    assert answer.ok, answer.text()
    return answer.json()


@pytest.mark.usefixtures("team")
class TestDesks:
    @pytest.fixture
    def floor(self, published: Floor) -> Floor:
        return published

    def test_payloads_stay_text_on_the_desks(self, floor: Floor, person: Any, team: str) -> None:
        text = payloads()
        hostile_calls(floor, team, text, 12)
        desk = watched(person("compliance"))
        listed = desk.open("/qa")
        expect(listed.locator(".call-row")).to_have_count(12)
        for row in range(3):
            self._review(desk, listed, row, text)
        listed.get_by_role("searchbox").fill(text())
        sample = {"name": text(60), "plan": "random", "size": 3, "seed": text(20)}
        post(desk, "/api/qa/samples", sample | {"keep": True, "to": [text(40)]})
        listed.get_by_role("button", name="清除筛选").first.click()
        listed.get_by_role("button", name="抽检计划").click()
        expect(listed.locator(".past tr")).to_have_count(1)
        unharmed(listed, floor)
        numbers = desk.open("/overview")
        expect(numbers.locator(".plot").first).to_be_visible()
        unharmed(numbers, floor)

    def _review(self, desk: Desk, page: Page, row: int, text: Text) -> None:
        page.locator(".call-row").nth(row).click()
        expect(page.locator(".alert-card")).to_have_count(1)
        call_number = int(page.url.rsplit("/", 1)[1])
        id_ = page.locator(".alert-card").get_attribute("data-alert")
        act = {"type": "verdict", "call": call_number, "alert": id_, "verdict": "false_alarm"}
        post(desk, "/api/reviews", {"act": act | {"note": text(), "key": f"hostile-{row}-a"}})
        miss = {"type": "miss", "call": call_number, "start": 1.0, "end": 2.0, "quote": text()}
        more = {"category": "service_taboo", "note": text(), "key": f"hostile-{row}-b", "rule": ""}
        post(desk, "/api/reviews", {"act": miss | more})
        page.reload()
        expect(page.locator(".alert-card.miss")).to_be_visible()
        for tab in ("评分", "必说项", "历史", "重判", "告警"):
            page.get_by_role("tab", name=tab).click()
            unharmed(page, desk.floor)
        page.keyboard.press("Escape")

    def test_packs_with_payloads_stay_text(self, floor: Floor, person: Any, team: str) -> None:
        text = payloads()
        desk = watched(person("compliance"))
        page = desk.open("/rules#/pack/retail")
        expect(page.locator(".pack-table").first).to_be_visible()
        page.locator(".pack-table a").first.click()
        expect(page.locator(".bases")).to_be_visible()
        page.get_by_role("textbox", name="试一试").fill(
            "\n".join(f"坐席：{text()}" for _ in range(20)) + "\n坐席：保证孩子能上名校学位"
        )
        page.get_by_label("行业").select_option("property")
        page.get_by_role("button", name="判断").click()
        expect(page.locator(".caused").first).to_be_visible()
        unharmed(page, floor)
        body = {"text": hostile_pack(payloads(), 8), "note": text()}
        made = post(desk, "/api/rules/proposals", body)
        page.goto(f"{floor.url}/rules#/proposal/{made['number']}")
        expect(page.locator(".diff")).to_be_visible()
        page.goto(f"{floor.url}/rules#/draft/retail")
        expect(page.get_by_label("规则包文本")).to_be_visible()
        page.goto(f"{floor.url}/rules#/rule/{text()}")
        expect(page.get_by_role("alert")).to_be_visible()
        unharmed(page, floor)
