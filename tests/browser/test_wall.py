from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from monitor.events import CallEnded, CallStarted, Coverage, Disclosure
from monitor.types import Role
from tests.browser.cable import cable
from tests.browser.conftest import Floor
from tests.browser.said import alert, begun, call, said

pytestmark = pytest.mark.process

CUTS = 20


def rows(page: Page) -> Any:
    return page.locator(".alert-row")


def test_an_alert_shows_what_is_needed_to_decide(floor: Floor, person: Any, team: str) -> None:
    page = person().open()
    expect(page.get_by_role("heading", name="还没有通话接入")).to_be_visible()
    c1 = call(team)
    floor.tell(c1, [*begun(c1), said(c1, "百分百保本的产品"), alert(c1, state="provisional")])
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("初判")
    detail = page.get_by_role("article")
    expect(detail.locator("mark.critical")).to_have_text("百分百保本")
    expect(detail).to_contain_text("广告法")
    expect(detail).to_contain_text("这款产品不保本")
    floor.tell(c1, [alert(c1), Disclosure(call=c1.call, item="company", state="met", at=2.0)])
    expect(rows(page)).not_to_contain_text("初判")
    expect(page.locator('.call-row .check[data-state="met"]')).to_have_text("公司已告知")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("百分百保本的产品")
    floor.tell(c1, [said(c1, "客户您还在吗", at=5.0, final=False)])
    expect(page.get_by_role("log")).to_contain_text("客户您还在吗")
    floor.tell(c1, [CallEnded(call=c1.call, at=9.0)])
    expect(detail).to_contain_text("已结束")


def test_two_supervisors_see_each_others_deeds_at_once(
    floor: Floor, person: Any, team: str
) -> None:
    one, two = person().open(), person().open()
    c1 = call(team)
    floor.tell(c1, [*begun(c1), alert(c1, 1), alert(c1, 2, severity="high"), alert(c1, 3)])
    for page in (one, two):
        expect(rows(page)).to_have_count(3)
        expect(rows(page).nth(2)).to_contain_text("高")
    one.keyboard.press("j")
    one.keyboard.press("k")
    one.keyboard.press("a")
    expect(rows(two)).to_have_count(2)
    two.get_by_role("button", name="已处理 1").click()
    expect(rows(two)).to_contain_text("已确认")
    one.keyboard.press("u")
    expect(rows(two)).to_have_count(0)
    two.get_by_role("button", name="待处理 3").click()
    one.keyboard.press("f")
    one.keyboard.press("2")
    expect(rows(two)).to_have_count(2)
    two.get_by_role("button", name="已处理 1").click()
    rows(two).click()
    expect(two.locator(".history")).to_contain_text("语境不符")
    expect(two.locator(".history .undone")).to_have_count(1)
    one.keyboard.press("e")
    expect(one.get_by_role("article")).to_contain_text("已升级 1 级")
    expect(two.locator(".alert-row.urgent")).to_have_count(0)
    two.get_by_role("button", name="待处理 2").click()
    expect(two.locator(".alert-row.urgent")).to_have_count(1)
    one.keyboard.press("u")
    expect(two.locator(".alert-row.urgent")).to_have_count(0)


def test_a_call_shows_how_it_goes(floor: Floor, person: Any, team: str) -> None:
    page = person().open()
    c1 = call(team)
    with floor.speaking(team, c1.call, agent="8012"):
        row = page.locator(".call-row")
        expect(row).to_have_count(1)
        floor.tell(c1, begun(c1)[1:])
        left = row.locator(".check").first
        expect(left).to_have_text(re.compile(r"公司 2\d+s"))
        before = left.inner_text()
        expect(left).not_to_have_text(before)
        for role in ("agent", "customer"):
            loud = row.locator(f".meter.{role} i")
            expect(loud).to_have_attribute("style", re.compile(r"scaleX\(0?\.[1-9]|scaleX\(1"))
        lost = Coverage(call=c1.call, channel=Role.AGENT, state="gap", start=0.1, end=3.1)
        floor.tell(c1, [lost])
        expect(row.locator(".chip.warn")).to_contain_text("3")
    expect(row).to_contain_text("已结束")


def test_filters_and_keys(floor: Floor, person: Any, team: str) -> None:
    page = person().open()
    c1 = call(team)
    floor.tell(
        c1,
        [*begun(c1), alert(c1, 1, severity="medium", quote="最好的产品"), alert(c1, 2)]
        + [alert(c1, 3, severity="high", state="provisional")],
    )
    expect(rows(page)).to_have_count(3)
    page.keyboard.press("/")
    page.keyboard.type("最好")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("Escape")
    page.get_by_role("searchbox").fill("")
    page.keyboard.press("Escape")
    page.keyboard.press("q")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("q")
    page.get_by_label("按级别筛选").select_option("high")
    expect(rows(page)).to_have_count(2)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("下一条、上一条告警")


def test_nothing_is_missing_after_the_network_came_back(
    floor: Floor, person: Any, team: str
) -> None:
    desk = person()
    page = desk.open()
    c1 = call(team)
    floor.tell(c1, begun(c1))
    expect(page.get_by_text("实时", exact=True)).to_be_visible()
    for number in range(CUTS):
        desk.context.set_offline(True)
        floor.tell(c1, [alert(c1, 2 * number)])
        desk.context.set_offline(False)
        floor.tell(c1, [alert(c1, 2 * number + 1)])
    desk.context.set_offline(True)
    expect(page.get_by_text("与服务器的连接断开")).to_be_visible()
    desk.context.set_offline(False)
    expect(page.get_by_text("连接已恢复")).to_be_visible()
    expect(page.get_by_role("button", name=f"待处理 {2 * CUTS}")).to_be_visible()
    known = floor.get(f"/api/alerts?limit=1000&team={team}", team)["alerts"]
    assert len(known) == 2 * CUTS
    page.locator(".alerts .list").focus()
    first = rows(page).first
    expect(first).to_have_attribute("aria-setsize", str(2 * CUTS))


def test_twenty_cut_cables_cost_no_alert(floor: Floor, person: Any, team: str) -> None:
    desk = person()
    c1 = call(team)
    floor.tell(c1, begun(c1))
    with cable(floor.url) as laid:
        page = desk.context.new_page()
        page.goto(laid.url)
        expect(page.get_by_text("实时", exact=True)).to_be_visible()
        for number in range(CUTS):
            laid.cut()
            floor.tell(c1, [alert(c1, 3 * number), alert(c1, 3 * number + 1)])
            laid.mend()
            floor.tell(c1, [alert(c1, 3 * number + 2)])
        expect(page.get_by_role("button", name=f"待处理 {3 * CUTS}")).to_be_visible()
        expect(page.get_by_text("实时", exact=True)).to_be_visible()
        page.close()


def test_two_teams_stand_under_their_headings(floor: Floor, person: Any, team: str) -> None:
    teams = (f"{team}-a", f"{team}-b")
    floor.account("chen.both", "supervisor", *teams)
    page = person(name="chen.both").open()
    # the same number in both teams names two calls
    for each in teams:
        one = CallStarted(call="same", team=each, agent="8012", industry="wealth")
        floor.tell(one, [*begun(one), alert(one)])
    expect(rows(page)).to_have_count(2)
    expect(page.locator(".team-row")).to_have_count(2)
    expect(page.locator(".team-row").first).to_contain_text("1 通")
    page.keyboard.press("a")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text(teams[1])
    page.keyboard.press("Enter")
    expect(page.locator(".whole")).to_contain_text(teams[1])
    page.locator(".team-row").first.click()
    expect(page.locator(".calls .call-row")).to_have_count(1)
    page.get_by_label("班组").select_option(teams[0])
    expect(page.locator(".team-row")).to_have_count(0)
    expect(page.locator(".calls .call-row")).to_have_count(1)


LATE_CLOCK = """async team => {
  const { Model } = await import('/static/wall/model.js');
  const model = new Model([team]);
  model.begin({ team, now: Date.now() / 1000, left_off: 0, entries: [] });
  for (let seq = 1; seq <= 6; seq += 1) {
    // each word about the time was under way for longer than the one before
    model.setNow(Date.now() / 1000 - seq);
    model.alert(team, { id: `a${seq}`, seq, severity: 'high', state: 'confirmed', call: 'c1' }, {});
  }
  const first = model.entries.get(`${team}\n` + 'a1');
  model.alert(team, { ...first.alert, seq: 7 }, {});
  return model.listed('waiting').map(each => each.alert.id);
}"""


def test_alerts_stay_in_the_order_of_the_log(person: Any, team: str) -> None:
    page = person().open()
    expect(page.get_by_text("实时", exact=True)).to_be_visible()
    assert page.evaluate(LATE_CLOCK, team) == [f"a{n}" for n in range(1, 7)]


def test_two_hundred_calls_draw_only_what_is_in_sight(floor: Floor, person: Any, team: str) -> None:
    page = person().open()
    calls = [call(team, f"c{n:03d}", agent=f"{8000 + n}") for n in range(200)]
    told = [event for each in calls for event in begun(each)]
    floor.tell(calls[0], told)
    for number, each in enumerate(calls[:40]):
        floor.tell(each, [said(each, "百分百保本"), alert(each, number)])
    expect(page.get_by_role("button", name="待处理 40")).to_be_visible()
    expect(page.get_by_role("heading", name="通话 200")).to_be_visible()
    assert page.locator(".call-row").count() < 30
    assert rows(page).count() < 30
    for _ in range(12):
        page.keyboard.press("j")
    expect(page.locator(".alert-row[aria-selected=true]")).to_have_attribute("aria-posinset", "13")
    expect(page.get_by_role("article")).to_contain_text("坐席 8012")


def test_a_call_with_more_news_than_the_socket_holds_is_read_once(
    floor: Floor, person: Any, team: str
) -> None:
    sent: list[str] = []
    read: list[str] = []
    page = person().open()
    page.on("request", lambda asked: read.append(asked.url) if "/events" in asked.url else None)
    page.on("websocket", lambda socket: socket.on("framesent", lambda text: sent.append(str(text))))
    page.reload()
    c1 = call(team)
    many = [Disclosure(call=c1.call, item=f"item-{n}", state="met", at=1.0) for n in range(600)]
    floor.tell(c1, [*begun(c1), *many, said(c1, "百分百保本"), alert(c1)])
    expect(page.get_by_role("article")).to_contain_text("百分百保本")
    expect(page.get_by_role("log")).to_contain_text("百分百保本")
    page.wait_for_timeout(1000)
    # when it is chosen, and when the socket greets, if that comes later
    assert 1 <= sum('"open"' in each for each in sent) <= 2
    assert len(read) <= 3
