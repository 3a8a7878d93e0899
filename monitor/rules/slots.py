"""Slots: a person's name, a staff number, an amount and the like, where a text has them.

All positions are positions in `Folded.text`, so a pattern can join them to its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from monitor.rules.spans import Span
from monitor.text.fold import Folded

_HAN: Final = "\u4e00-\u9fff"
_FIGURE: Final = "0-9零〇一二两三四五六七八九幺"
_FIGURES: Final = f"[{_FIGURE}]"
_NUMBER: Final = f"(?:[{_FIGURE}十百千万亿几]+(?:(?:\\.|点)[{_FIGURE}]+)?[十百千万亿]*)"
_FILLERS: Final = "[嗯呃啊哦呢]*"

_SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙段雷钱汤尹黎易常武乔贺赖龚庞"
    "樊殷施陶洪翟安颜倪严牛温季俞章鲁葛伍申尤毕聂柴焦向柳邢岳齐梅莫庄辛管祝左涂谷祁舒耿牟詹关苗凌费纪靳"
    "童欧甄项裴席屈鲍覃霍翁隋甘景柏宁柯阮桂闵包司华车肖闫付代覃冉岑单解宗应"
)
_DOUBLE: Final = "欧阳|上官|司马|诸葛|司徒|皇甫|尉迟|夏侯|慕容|令狐|公孙"
_TITLES: Final = "女士|先生|小姐|经理|老师|主任|主管|顾问|律师|医生|专员|总监|师傅|教练|同学|工"
_CUES: Final = (
    "我叫|我是|我姓|免贵姓|贵姓|名叫|名字叫|名字是|叫我|叫做|称呼我|喊我|本人|姓名|全名|这边是|这里是"
    "|经理|专员|顾问|客服|代表|助理|坐席|座席|老师|主管|主任|规划师|理财师|工程师|话务员|业务员|代理人"
    "|管家|工作人员|服务人员|人员|同事|员工|姓|叫|是"
)
_PLAIN_WORDS: Final = (
    "高级|高端|高兴|高中|高额|方便|方面|方案|金融|金牌|金额|黄金|白金|时间|安全|安排|安徽|安心|马上|毛病|温馨|严格"
    "|包括|包含|单位|单独|华夏|华为|华泰|通过|通知|车险|车辆|车主|关于|关注|关心|解决|解释|解答|任何|任务|应该|应急|向您|向你"
    "|于是|程序|江苏|江西|常见|常规|常用|易懂|易方|施工|管理|管家|左右|全国|费用|代理|代表|代办|代替|付款|付费|付钱|宁波"
    "|石油|钱的|钱款|金管|金监|白天|白领|林业|段时|项目|席位|景区|章程|向大|司机|司法|顾问|顾客|康复|康养|温州|武汉|苏州|梅州"
    "|广州|许多|余额|马虎|周末|周年|周一|周二|周三|周四|周五|周六|周日|周期|周边|何时|何种|万元|华润|平安|夏天|龙头"
)

_ORGANISATIONS: Final = (
    "银行|保险|人寿|财险|证券|基金|期货|信托|金融|财富|信贷|贷款|消费|公司|集团|平台|中心|科技|教育|学校|培训|健康|医疗|医院"
    "|口腔|体检|电信|移动|联通|置业|地产|装饰|汽车|商城|物流|律师事务所|售后"
)

_PERSON: Final = re.compile(
    f"(?:{_CUES}){_FILLERS}"
    f"(?=(?P<name>(?:小|老|阿)(?:[{_SURNAMES}])|(?:{_DOUBLE})(?:{_TITLES})"
    f"|(?:{_DOUBLE})[{_HAN}]{{1,2}}|(?!{_PLAIN_WORDS}|[{_HAN}]{{1,3}}(?:{_ORGANISATIONS}))[{_SURNAMES}](?:(?:{_TITLES})|[{_HAN}]{{0,2}})))"
)
_NO_NAME_END: Final = re.compile("[的了吗吧呢啊呀在是有要给跟为您你我他这那很也都就请可]")

_AGENT_CUE: Final = "(?:工号|编号|员工号|员工编号|客服号|坐席号|座席号|坐席编号|代码|代号)"
_AGENT_AFTER: Final = re.compile(
    f"{_AGENT_CUE}(?:就?是|为|叫)?{_FILLERS}(?P<found>{_FIGURES}{{2,8}})(?!{_FIGURES})"
)
_AGENT_BEFORE: Final = re.compile(
    f"(?<!{_FIGURES})(?P<found>{_FIGURES}{{2,8}})(?=号?(?:客服|坐席|座席|话务员|服务专员|专员|业务员|员工|工作人员|为您服务))"
)
_LICENCE: Final = re.compile(
    "(?:执业证|资格证|展业证|登记证|许可证|备案|执业|从业|登记|证书)(?:书|的)?(?:编号|号码|号)?(?:就?是|为)?"
    "(?P<found>[a-z0-9零〇一二三四五六七八九幺]{6,30})"
)
_AMOUNT: Final = re.compile(
    f"(?P<found>{_NUMBER}多?(?:个)?(?:万元|亿元|元钱|块钱|美元|港币|人民币|元|块|毛钱|分钱|万|亿))"
)
_PERCENT: Final = re.compile(
    f"(?P<found>百分之{_NUMBER}|百分百|{_NUMBER}(?:%|‰|个百分点|个点)|[千万]分之{_NUMBER})"
)
_DATE: Final = re.compile(
    f"(?P<found>(?:[{_FIGURE}十]{{2,4}}年)?(?:[{_FIGURE}十]{{1,3}}|本|这个|下个|上个|每|下|上)月(?:份)?"
    f"(?:[{_FIGURE}十]{{1,3}}(?:号|日)|底|初|中旬|末)|(?:每月|每个月|本月|当月)?[{_FIGURE}十]{{1,3}}号(?!客服|坐席|座席|线|楼)"
    f"|[{_FIGURE}]{{4}}年|(?:本|这|下|上)?(?:个)?(?:周|星期|礼拜)[一二三四五六日天末]|今天|明天|后天|大后天|昨天|前天|月底|年底)"
)
_DIGITS: Final = re.compile(f"(?P<found>{_FIGURES}{{2,}}|[0-9](?:\\.[0-9]+)?)")


def _spans(pattern: re.Pattern[str]) -> Callable[[Folded], Iterator[Span]]:
    return lambda folded: (match.span("found") for match in pattern.finditer(folded.text))


def _persons(folded: Folded) -> Iterator[Span]:
    """After a cue: 小王, 王经理, and of a full name every length it may have."""
    for match in _PERSON.finditer(folded.text):
        name, start = match.group("name"), match.start("name")
        if name[0] in "小老阿" or re.search(f"(?:{_TITLES})$", name):
            yield start, start + len(name)
            continue
        surname = 2 if re.match(_DOUBLE, name) else 1
        if folded.text[start - 1] == "姓":
            yield start, start + surname
        for length in range(surname + 1, len(name) + 1):
            if _NO_NAME_END.search(name[surname:length]):
                break
            yield start, start + length


def _agent_numbers(folded: Folded) -> Iterator[Span]:
    yield from _spans(_AGENT_AFTER)(folded)
    yield from _spans(_AGENT_BEFORE)(folded)


RECOGNISERS: Final[dict[str, Callable[[Folded], Iterator[Span]]]] = {
    "person": _persons,
    "agent_no": _agent_numbers,
    "licence": _spans(_LICENCE),
    "amount": _spans(_AMOUNT),
    "percent": _spans(_PERCENT),
    "date": _spans(_DATE),
    "digits": _spans(_DIGITS),
}
"""Every slot that needs no register."""


class Filled(Mapping[str, tuple[Span, ...]]):
    """The slots of one text, each recognised when it is first asked for: most never are."""

    def __init__(self, folded: Folded, named: Callable[[], Mapping[str, tuple[Span, ...]]]) -> None:
        """`named` gives the spans of the names of companies, by slot."""
        self._folded = folded
        self._named = cache(named)
        self._known: dict[str, tuple[Span, ...]] = {}

    def __getitem__(self, name: str) -> tuple[Span, ...]:
        if name not in RECOGNISERS:
            return self._named()[name]
        if name not in self._known:
            taken: list[Span] = []
            if name == "person":
                taken = [span for spans in self._named().values() for span in spans]
            self._known.update(fill(self._folded, frozenset({name}), taken))
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*RECOGNISERS, *self._named()))

    def __len__(self) -> int:
        return len(RECOGNISERS) + len(self._named())


def fill(
    folded: Folded, names: frozenset[str], taken: Sequence[Span] = ()
) -> dict[str, tuple[Span, ...]]:
    """The spans of each of the named slots that this module knows.

    `taken` are the names of companies: 江海 of 江海银行 is nobody's name.
    """
    found = {}
    for name in names & RECOGNISERS.keys():
        spans = dict.fromkeys(RECOGNISERS[name](folded))
        if name == "person":
            spans = {s: None for s in spans if not any(s[0] < b and a < s[1] for a, b in taken)}
        found[name] = tuple(spans)
    return found
