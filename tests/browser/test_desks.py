"""The QA desk, the rule desk and the overview, used as people use them."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from monitor.events import AnyEvent, CallEnded, Coverage, Disclosure
from monitor.types import Role
from tests.browser.conftest import Floor, findings
from tests.browser.said import OPENING, alert, begun, call, said

pytestmark = pytest.mark.process

THEMES = ("light", "dark")
HOSTILE = "<img src=x onerror=alert(1)>'\"><script>alert(2)</script>{{7*7}}"


def ended(floor: Floor, team: str, name: str = "c1", **more: object) -> str:
    """A call that is over: an opening, one alert, silence; returns its id."""
    one = call(team, name, company="江海银行股份有限公司", meta={"客户": "13812345678"}, **more)
    told: list[AnyEvent] = [
        *begun(one),
        said(one, "您好我是江海银行的客户经理", 1.0),
        said(one, "什么事", 5.0, channel=Role.CUSTOMER),
        said(one, "这款产品百分百保本您放心", 7.0),
        alert(one, start=7.8, end=8.8, raised_at=9.0),
        *(
            Disclosure(
                call=one.call, item=item, state="met", at=2.0, deadline=30.0, quote="江海银行"
            )
            for item in OPENING
        ),
        Coverage(call=one.call, channel=Role.AGENT, state="transcribed", start=0.0, end=12.0),
        Coverage(call=one.call, channel=Role.CUSTOMER, state="silence", start=0.0, end=12.0),
        CallEnded(call=one.call, at=12.0),
    ]
    floor.tell(one, told)
    return one.call


def open_call(page: Page, agent: str = "8012") -> None:
    page.locator(".call-row", has_text=agent).first.click()
    expect(page.locator(".call-view")).to_be_visible()


def test_find_hear_and_settle_a_call(floor: Floor, person: Any, team: str) -> None:
    ended(floor, team)
    ended(floor, team, "c2", agent="8099")
    page = person("qa").open("/qa")
    expect(page.locator(".call-row")).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("8099")
    expect(page.locator(".call-row")).to_have_count(1)
    page.get_by_role("button", name="清除筛选").click()
    page.get_by_label("类别").select_option("guaranteed_return")
    expect(page.locator(".call-row")).to_have_count(2)
    open_call(page)
    expect(page.locator("mark", has_text="百分百保本")).to_be_visible()
    expect(page.get_by_text("138********")).to_be_visible()
    page.locator("mark .w").first.click()
    expect(page.locator(".times .now")).to_have_text("0:07")
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="误报")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("tab", name="评分").click()
    expect(page.locator(".pin.told")).to_have_count(3)
    page.locator(".score-line input").first.fill("1")
    total = page.locator(".score-card .sum").inner_text()
    page.get_by_role("button", name="完成复核").click()
    expect(page.locator(".big-score")).to_have_text(total)
    expect(page.locator(".about")).to_contain_text("已复核")
    page.get_by_role("tab", name="历史").click()
    expect(page.locator(".history li")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator(".call-row", has_text="已复核")).to_have_count(1)


def test_a_miss_is_marked_from_the_words(floor: Floor, person: Any, team: str) -> None:
    ended(floor, team)
    page = person("qa").open("/qa")
    open_call(page)
    page.locator(".say p").nth(1).select_text()
    page.get_by_role("button", name="标为漏检").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("原话")).to_have_value("什么事")
    dialog.get_by_label("类别").select_option("service_taboo")
    dialog.get_by_role("button", name="标为漏检").click()
    expect(page.locator(".alert-card.miss")).to_contain_text("服务禁语")


def test_an_appeal_from_the_agent_to_the_decision(floor: Floor, person: Any, team: str) -> None:
    ended(floor, team)
    reviewer = person("qa").open("/qa")
    open_call(reviewer)
    reviewer.keyboard.press("j")
    reviewer.keyboard.press("1")
    expect(reviewer.get_by_role("button", name="成立")).to_have_attribute("aria-pressed", "true")
    agent = person("agent", "8012")
    sent = agent.context.request.get(f"{floor.url}/api/session").json()
    answer = agent.context.request.post(
        f"{floor.url}/api/alerts/{team}-c1-1/appeal".replace(f"{team}-c1", call(team).call),
        data={"text": HOSTILE, "key": "appeal-0001"},
        headers={"X-CSRF-Token": sent["csrf"], "Origin": floor.url},
    )
    assert answer.ok, answer.text()
    judge = person("compliance").open("/qa")
    judge.get_by_role("button", name="申诉中").click()
    open_call(judge)
    expect(judge.locator(".appeal")).to_contain_text(HOSTILE)
    judge.get_by_role("button", name="申诉成立").click()
    judge.get_by_label("裁定理由").fill("前半句是否定")
    judge.get_by_role("button", name="申诉成立").click()
    expect(judge.locator(".decided")).to_contain_text("前半句是否定")
    expect(judge.get_by_role("button", name="误报")).to_have_attribute("aria-pressed", "true")


def test_a_sample_is_drawn_dealt_and_exported(floor: Floor, person: Any, team: str) -> None:
    for name in ("c1", "c2", "c3"):
        ended(floor, team, name)
    page = person("qa").open("/qa")
    page.get_by_role("button", name="抽检计划").click()
    page.get_by_role("button", name="新建").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("抽取数量").fill("2")
    dialog.get_by_label("分配给").fill("王敏，李强")
    for plan in ("随机", "新人优先", "按风险加权"):
        dialog.get_by_role("button", name=plan).click()
        dialog.get_by_role("button", name="预览").click()
        expect(dialog.locator(".drawn tr")).to_have_count(2)
    dialog.get_by_role("button", name="抽取并分配").click()
    expect(page.locator(".call-row")).to_have_count(2)
    expect(page.locator(".call-row", has_text="王敏")).to_have_count(1)
    page.get_by_role("button", name="导出").click()
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="CSV").click()
    rows = list(csv.reader(io.StringIO(downloaded.value.path().read_text("utf-8-sig"))))
    assert len(rows) == 3


def test_what_is_taken_out_is_masked_and_on_record(floor: Floor, person: Any, team: str) -> None:
    one = call(team)
    quote = "百分百保本，打我手机13812345678"
    floor.tell(one, [*begun(one), alert(one, quote=quote), CallEnded(call=one.call, at=9.0)])
    floor.account(f"qian.{team[-9:]}", "qa", team)
    page = person(name=f"qian.{team[-9:]}").open("/qa")
    expect(page.locator(".call-row")).to_have_count(1)
    for format_ in ("CSV", "Excel"):
        page.get_by_role("button", name="导出").click()
        with page.expect_download() as downloaded:
            page.get_by_role("dialog").get_by_role("button", name=format_).click()
        table = sheets(downloaded.value.path(), downloaded.value.suggested_filename)
        words = "\n".join(str(cell) for rows in table.values() for row in rows for cell in row)
        assert "百分百保本" in words
        assert "承诺保本保收益" in words
        assert "13812345678" not in words
        assert "138********" in words
    assert table["导出说明"][1:][-2][1].endswith(f"qian.{team[-9:]}")
    page.get_by_role("button", name="导出").click()
    expect(page.locator(".past-exports tr")).to_have_count(2)
    expect(page.locator(".past-exports")).to_contain_text("qian")
    log = person("auditor").context.request.get(f"{floor.url}/api/audit").json()["entries"]
    mine = [each for each in log if each["actor"].endswith(f"qian.{team[-9:]}")]
    assert [each["action"] for each in mine].count("calls.export") >= 2


def sheets(file: Path, name: str) -> dict[str, list[tuple[Any, ...]]]:
    """The tables of a CSV file or of a workbook."""
    if name.endswith(".csv"):
        return {"": [tuple(row) for row in csv.reader(io.StringIO(file.read_text("utf-8-sig")))]}
    book = load_workbook(io.BytesIO(file.read_bytes()), read_only=True)
    return {each.title: list(each.iter_rows(values_only=True)) for each in book.worksheets}


def test_a_verdict_counts_on_the_rule(floor: Floor, person: Any, team: str) -> None:
    one = call(team)
    told = [alert(one, number, rule="base/off-platform") for number in (1, 2)]
    floor.tell(one, [*begun(one), *told, CallEnded(call=one.call, at=9.0)])
    reader = person("qa", name="")
    rules = reader.open("/rules#/rule/base/off-platform")
    expect(rules.locator(".record")).to_contain_text("还没有复核")
    page = reader.open("/qa")
    open_call(page)
    page.keyboard.press("j")
    page.keyboard.press("1")
    page.keyboard.press("j")
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="误报", pressed=True)).to_be_visible()
    rules.reload()
    expect(rules.locator(".record .figure")).to_have_text("50%")
    expect(rules.locator(".record")).to_contain_text("1")


def test_rules_are_read_and_tried(floor: Floor, person: Any, team: str) -> None:
    page = person("compliance").open("/rules")
    page.get_by_role("link", name="承诺保本").first.click()
    expect(page.get_by_role("heading", name="承诺保本", exact=False).first).to_be_visible()
    expect(page.get_by_text("否定句不算")).to_be_visible()
    expect(page.locator(".bases")).to_contain_text("广告法")
    page.get_by_role("textbox", name="试一试").fill(
        "坐席：这款产品百分百保本\n坐席：这款产品不保本" + HOSTILE
    )
    page.get_by_role("button", name="判断").click()
    expect(page.locator(".caused.critical")).to_contain_text("承诺保本保收益")
    expect(page.locator(".removed").first).to_contain_text("没有算作违规")
    expect(page.locator(".turn").nth(1)).to_contain_text(HOSTILE)


def test_a_draft_is_checked_and_proposed(floor: Floor, person: Any, team: str) -> None:
    page = person("compliance").open("/rules#/draft/retail")
    editor = page.get_by_label("规则包文本")
    expect(editor).to_have_value(__import__("re").compile("pack: retail"))
    text = editor.input_value()
    editor.fill(text.replace("severity: high", "severity: grave", 1))
    page.get_by_role("button", name="检查").click()
    expect(page.locator(".problem.error")).to_be_visible()
    editor.fill(text.replace("severity: high", "severity: critical", 1))
    page.get_by_role("button", name="检查").click()
    expect(page.locator(".rule-changes")).to_contain_text("severity")
    page.get_by_role("button", name="提交审批").click()
    expect(page.locator(".steps")).to_be_visible()
    expect(page.get_by_text("需要另一位同事批准")).to_be_visible()
    page.get_by_role("button", name="撤回").click()
    expect(page.locator(".proposal header")).to_contain_text("已撤回")


def test_overview_answers(floor: Floor, person: Any, team: str) -> None:
    ended(floor, team)
    page = person("qa").open("/overview")
    expect(page.locator(".figure-card").first).to_contain_text("1")
    expect(page.locator(".answer", has_text="承诺保本保收益")).to_have_count(1)
    page.emulate_media(media="print")
    expect(page.locator(".rail")).to_be_hidden()
    expect(page.locator(".report-head")).to_be_visible()
    assert len(page.pdf(format="A4")) > 20_000


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_on_the_desks(floor: Floor, person: Any, team: str, theme: str) -> None:
    ended(floor, team)
    desk = person("compliance", color_scheme=theme)
    page = desk.open("/qa")
    expect(page.locator(".call-row")).to_have_count(1)
    assert findings(page) == []
    open_call(page)
    page.keyboard.press("j")
    for tab in ("告警", "评分", "必说项", "历史", "重判"):
        page.get_by_role("tab", name=tab).click()
        assert findings(page) == [], tab
    rules = desk.open("/rules#/rule/base/guaranteed-return")
    expect(rules.locator(".phrases").first).to_be_visible()
    assert findings(rules) == []
    packs = desk.open("/rules#/pack/base")
    expect(packs.locator(".pack-table").first).to_be_visible()
    assert findings(packs) == []
    numbers = desk.open("/overview")
    expect(numbers.locator(".plot").first).to_be_visible()
    assert findings(numbers) == []


def test_hostile_words_stay_words(floor: Floor, person: Any, team: str) -> None:
    one = call(team, agent=HOSTILE[:60], company=HOSTILE)
    floor.tell(
        one,
        [
            *begun(one),
            said(one, HOSTILE, 1.0),
            alert(one, quote=HOSTILE, why=HOSTILE, advice=HOSTILE, basis=HOSTILE),
            CallEnded(call=one.call, at=30.0),
        ],
    )
    desk = person("qa")
    page = desk.open("/qa")
    page.locator(".call-row").first.click()
    expect(page.locator(".alert-card blockquote")).to_have_text(HOSTILE)
    assert page.locator("main img, main script").count() == 0
    numbers = desk.open("/overview")
    expect(numbers.locator(".plot").first).to_be_visible()
    assert numbers.locator("main img, main script").count() == 0


def test_english_is_complete(floor: Floor, person: Any, team: str) -> None:
    ended(floor, team)
    desk = person("qa")
    desk.context.add_init_script("localStorage.setItem('language', 'en')")
    for path, wait in (
        ("/qa", ".call-row"),
        ("/overview", ".plot"),
        ("/rules", ".rule-list .rule"),
    ):
        page = desk.open(path)
        expect(page.locator(wait).first).to_be_attached()
        shown = page.locator(
            ".tools, .filters, .state-strip, .figures, .plot-card h3"
        ).all_inner_texts()
        assert not [text for text in shown if any("\u4e00" <= one <= "\u9fff" for one in text)]
