"""Openings under which all that follows is somebody else's words, or words that are forbidden.

A cue beside a phrase (`monitor.rules.cues`) reaches a few characters. These reach over what is
quoted, however long it is, until the speaker takes the floor again. Folded text, as everywhere.
"""

from __future__ import annotations

import re
from typing import Final

from monitor.rules import cues

REACH: Final = 26
"""Folded characters between an opening and the phrase."""

BEHIND: Final = 16
"""Folded characters between a phrase and the words that show it was only retold."""

OPENING: Final = 24
"""Folded characters within which an opening must stand to open all of what is said."""

_CLIENT: Final = "(?:您|你|客户|消费者|投资者|投资人|任何人|家长|患者|老人|别人|人家|大家|顾客)"
_SPEAK: Final = "(?:说成|说|讲|承诺|保证|宣传|答应|许诺|宣称)"

_UNSAID: Final = re.compile(
    "(?:(?:不会|不能|不得|不敢|不可以|不可能|不允许|不许|不准|从来没有|从来没|从没|从未|没有|可没|没|未曾|绝不|严禁|禁止|不应该|不该)"
    "(?:有人|让|我们|我|业务员|员工|销售|坐席|任何人)?(?:再|私下|这么|这样|随便|直接|跟着)?"
    f"(?:(?:跟|对|向|给|和|同){_CLIENT}(?:们)?)?(?:去|来|再|这么|这样)?{_SPEAK}(?:过)?"
    "|(?:意思|本意|原话)(?:并)?不是(?:说|讲)?|(?<!是)并不是说|我不是(?:说|讲))"
    "(?!了|呢|吗|的?别的|多|太|虚|那么|清|明白|完|错|不|谎|假|大话|白了|实话|句|绝)"
)
"""我从来没跟您讲过|……: all of it is denied to have been said."""
_NOT_YET: Final = re.compile("(?:还|忘|怕|要不是|是不是|有|不是)$")
"""还没跟您说: about to be said."""

_OTHERS: Final = (
    "(?:业务员|销售|同行|同事|代理人|代理|中介|机构|骗子|博主|网友|群主|主播|公司|平台|老师|推销员|人员|经理|警察|民警"
    "|人家|对方|那边|那家|隔壁|邻居|前头|别人|有人|专员|店|商家|同学|师傅|培训师)"
)
_PLACES: Final = (
    "(?:群|朋友圈|广告|小广告|短信|视频|直播间|直播|电视|电视购物|报纸|网|网页|评论|评论区|传单|截图|抖音|快手|帖子|小红书|电线杆"
    "|路边|街上|墙上|楼道|论坛|新闻|案例|微博|公众号|电梯)"
)
_FOREIGN: Final = re.compile(
    f"(?:有|那|之前|以前|上次|原来|前面|前头|上一个|某|哪)(?:过)?(?:个|位|家|些|批|种)?[^我咱但]{{0,5}}?{_OTHERS}"
    f"[^我咱但]{{0,8}}?(?:{_SPEAK}|写|喊|吹|拍胸脯|忽悠|推销|张口|开口|告诉)(?:过|的|着)?"
    f"|{_PLACES}(?:里|上|里面|上面|里头|上头|底下)?(?:还|都|就|总|老|经常|常|那种|有人)*"
    "(?:写|喊|贴|发|传|印|吹|挂|刷|登|报|那种|那些|那句)(?:的|着|过|到)?(?:那种|那句|那个|那些)?"
    "|(?:冒出来|出现|来了|冒出)(?:过|了)?(?:一批|一些|一帮|一伙|不少|很多|好多|一类|一种)"
    "|(?:那些|那种|那帮|这帮|有的|有些)[^我咱但]{0,6}?(?:喊|吹|号称|自称|打着|鼓吹|张口|写|贴|发)(?:的|着)?"
    "|(?:红头文件|文件|通知|规定|制度|监管|警察|民警|培训|法院|法律|电视台|记者|新闻)[^我咱但]{0,10}?"
    "(?:提醒|强调|点名|曝光|通报|讲过|说过|说了|说的|要求|规定|写明)(?:过)?(?:的)?"
)
"""有的群里喊|……: somebody else's."""

_RETOLD: Final = re.compile(
    "(?:您|你|客户|用户|家长)(?:这边|那边|刚才|刚刚|之前|上次|前面|方才|那会儿|是|想)*"
    "(?P<verb>说|讲|提到|提|反映|投诉|复述|听到|看到|转述|截图|听说|以为|问到|问|担心|怕|顾虑|想知道|关心|截)"
    "(?:的|到|是|过|里)*(?:那句|那个|那种|这句|这种|说法)?"
)
"""您刚才说|……: the customer's words, when what follows them shows it."""
_ASKING: Final = frozenset(["问到", "问", "想知道", "关心", "以为", "听说"])
"""Verbs after which a customer's words need no more proof, unless the agent says yes to them."""

_FLOOR: Final = re.compile(
    "但是|但|不过|可是|而且|所以|因此|然后|其实|实际|我们这|我们是|我们可|我们就|我们有|我们能|咱们这|咱们就|我跟您|我给您|我这|放心|不用|完全|我告诉|我保证"
    "|可以的|没问题|没错|当然|确实|对对|对啊|对的|说实话|就是我们|咱家|我们家|我都|我帮您|没必要|正好|恰恰|而是|我知道|我清楚|我明白|我了解|得对|得有道理|得没错"
)
"""The speaker takes the floor: what comes after is his own."""
_YES: Final = re.compile(
    "^(?:的|了|呢|啊|呀|嘛|吗)*(?:对(?!吧|吗|不)|是的|可以|能的|没错|确实|就是|当然|肯定|放心|没问题|有的|会的|绝对|我们(?:就|是|都|能|可以|这))"
)
"""An agent's yes to what he repeated makes it his."""

_RETOLD_AFTER: Final = re.compile(
    "(?:这个|那个|这|那|这句|这些)?(?:事|情况|问题|投诉)?(?:我|我们|公司)?(?:这边)?(?:就|先|再|去|会|来|要|给您|帮您|马上|已经)*"
    "(?:核实|核查|核对|查(?:一)?(?:下|查|清|证)|问(?:一)?(?:下|清)|记录|记下|记一下|登记|查一下|受理|反馈|上报|澄清|纠正|举报|解释|备注|转达)"
    "|(?:这个|这种|那种|这样的|那个)(?:说法|话|讲法|宣传)|(?:这|那)话|答案(?:是|就)|没法(?:回答|答|说)|不好说|说不准"
    "|那(?:个)?(?:人)?不是我们|不是我们(?:公司|家|这|的人|员工|写|发|说)|跟我们没关系"
    "|压根|没这(?:东西|个|种|回事|事)|没有这(?:个|种|回|事)|不准(?:这么|这样)?(?:说|讲)|仿冒|假冒|山寨|冒充"
    "|听听就|听听而已|退群|别往心里|别听|别给|别理|别信|别上|别当真|我劝您|劝您|当心|留个心|挂(?:了|掉|断)|(?:被|就|给)(?:开除|处分|辞退|处罚|罚)|"
    "要骗|骗您|骗人|骗局|都是坑|是坑|咱得记|要看合同|看合同|以合同|一般(?:走|是|要)|得看|要看|要由|由(?:医生|法院|银行|学校|公司)"
)
"""这个说法不对, 我核实一下, 那不是我们: what was said is weighed, not meant."""

_ANYBODY: Final = re.compile(
    "(?:有没有|是否有|有无|是不是有)(?:过)?(?:什么|其他|别的|我们的?|哪个|哪位)?(?:人|谁|业务员|销售|机构|中介|催收|第三方|平台|同事|外包|代理)"
    "|(?:销售|业务员|推销员|催收员|工作|坐席|客服|销售人|业务)(?:人员)?(?:有没有|是否|有无|是不是)(?:对|跟|向|给|和)?(?:您|你)?(?:做|有)?(?:过)?"
    "(?:说|讲|承诺|保证|提|告诉|暗示|答应|诱导|要求|让|打|威胁)"
)
"""有没有人跟您说过|……: what others did is asked."""

_TOPIC: Final = (
    "(?:的|了|呢|嘛|啊|呀|哦|这个|这种|这类|这样|那种|那个|这|那|种|事儿|事情|事|话|说法|做法|情况|一套|一条|之类|什么|是|都|咱们|咱|我们|公司"
    "|我|我这|这边|这里|这儿|您|你|真|可|还真|也|从来|一律|坚决|绝对|肯定|根本|压根|确实|完全|现在|按规定|属于){0,6}"
)
_JUDGED: Final = (
    "(?:"
    "(?<![了过好完])没有(?:的|个|得|哦|啊|呢|呀|这|那)?$|没有(?=您看|您可以|您别|我们公司|咱们|这里)|(?:没|没有)(?:这|那)(?:回|个|种|事|一)"
    "|不(?:行|准|许|允许|可取|现实|做|搞|碰|干|办|弄|提供)(?:的|这|那|哦|啊|呢)?(?:$|事|种|一套|一条|这种|业务)"
    "|想(?:都|也)(?:不要|别)想|(?:干|做|办|帮|弄|搞|说)不(?:出来|出口|到|了(?!解)|成|死)"
    "|一(?:句|个字|回|次)(?:都|也)?没(?:说|讲|提|写|答应|承诺)|没(?:说|讲|提|承诺|答应)过(?:的)?$"
    "|不敢(?:打包票|夸口|拍胸脯|应|答应|乱说|讲|说|保证|承诺)|(?:得|要)看(?:情况|个人|审批|条件|合同|条款|市场|医生|成绩|您的?(?:情况|资质|条件))|因人而异"
    "|(?:要|会|得)?(?:被|受)(?:罚|处罚|处分|追责|查处)|明文禁止|(?:是)?(?:红线|雷区|高压线|禁区|大忌|底线)"
    "|(?:话术|套路|骗局|噱头|幌子|把戏|伎俩|鬼话|谎话|旗号|忽悠)"
    "|(?:这)?(?:几|两|三|四|五)个字|(?:是)?(?:谁|哪个|哪位|从哪|哪里|在哪|听谁)[^我]{0,6}(?:说|讲|听|教|看)"
    "|当(?:成|作)?(?:卖点|幌子|诱饵|噱头|借口|由头|招牌)|来(?:哄|骗|忽悠|吓|蒙|糊弄|引诱)(?:您|你|人|客户|老人)"
    "|(?:是真是假|真的假的|靠谱吗|可信吗|合法吗|合规吗)|千万(?:别|不要|不能|莫)(?!错过|犹豫|等|告诉|说|跟|让|声张|外传|拖|浪费)"
    "|谁[^您你]{0,4}谁(?:走人|下岗|倒霉|担责|负责|被)|(?:中介|平台|公司|机构|人|广告|电话)?(?:都|您)?千万(?:别|不要)(?:找|碰|信|接|加|理)"
    ")"
)
_VERDICT: Final = re.compile(f"^[^我但就不没]{{0,4}}?{_TOPIC}{_JUDGED}")
_AT_END: Final = re.compile(f"{_JUDGED}.{{0,8}}$")
"""退佣返现|这个真没有, 包过|这话是谁说的: what was named first is judged behind it."""
_NAMED: Final = re.compile("(?:跟|和|与|同)[^我但]{0,4}$")
_NO_TIE: Final = re.compile(
    "^[^我但]{0,3}?(?:没有|没|无)(?:半点|任何|一点|什么|半毛钱)?(?:关系|瓜葛|关联)"
)
"""跟返现|没有半点关系."""
_EXPOSED: Final = re.compile("(?:通报|曝光|处罚|查处|判|抓|点名|打击)[^我但]{0,8}$")

_OWN_WORDS: Final = re.compile(
    "(?:我们|我|咱们|咱|本公司|公司|合同|这款|产品)(?!没|不|从来|可没|可不)[^您你他她别没不]{0,4}?"
    "(?:承诺|保证|就是|写的|写着|主打|做到|推出|叫|享受|提供|送|有|是)[^没不]{0,5}$"
)
"""我们承诺“……”: quoted, and meant."""

_PUNISHED: Final = re.compile("谁(?!来|都|家)[^我但]{0,10}$")
_PUNISHED_AFTER: Final = re.compile(
    "^[^我但]{0,4}?(?:就|一律|直接|都|会|要)?(?:开除|处分|辞退|罚|扣|走人|下岗|追责|移送)"
)
"""谁给客户返佣|就开除谁."""


def opened(text: str, start: int, end: int) -> str:
    """Why text[start:end] is not the speaker's own claim; empty when no opening bears on it."""
    low = max(0, start - REACH)
    before, behind = text[low:start], text[end : end + BEHIND + 8]
    if _PUNISHED.search(before) and _PUNISHED_AFTER.match(behind):
        return "讲的是对这种行为的处罚"
    if _EXPOSED.search(before) and not _FLOOR.search(before[-10:]):
        return "讲的是被查处的案例"
    judged = _VERDICT.match(behind) or (_NAMED.search(before) and _NO_TIE.match(behind))
    if judged:
        return f"后面说“{judged.group()}”，是在评判这种说法"
    for match in _ANYBODY.finditer(text, max(0, low - 12), start):
        if _carries(text, match, start):
            return f"“{match.group()}”是在问别人说过、做过什么"
    for match in _UNSAID.finditer(text, max(0, low - 12), min(len(text), start + 2)):
        if _carries(text, match, start) and not _rivals(text, match):
            return f"“{match.group()}”后面是没有说、不许说的话"
    if _YES.match(behind):
        return ""
    weighed = _RETOLD_AFTER.search(behind)
    distanced = weighed is not None and weighed.start() <= BEHIND
    for match in _FOREIGN.finditer(text, max(0, low - 12), start):
        if _carries(text, match, start) and distanced:
            return f"“{match.group()}”是转述别人的话"
    for match in _RETOLD.finditer(text, low, start):
        if _carries(text, match, start) and (match["verb"] in _ASKING or distanced):
            return f"“{match.group()}”是复述客户的话"
    return ""


def whole(text: str, start: int) -> bool:
    """Whether what begins at `start` is retold, or judged at its end."""
    if _AT_END.search(text, start):
        return True
    for opening in (_UNSAID, _FOREIGN, _RETOLD):
        match = opening.search(text, start, min(len(text), start + OPENING))
        if match is None or _FLOOR.search(text, match.end()):
            continue
        if opening is _UNSAID:
            if not _rivals(text, match):
                return True
        elif not _YES.match(text[match.end() :]):
            asked = opening is _RETOLD and match["verb"] in _ASKING
            if asked or _RETOLD_AFTER.search(text, match.end()):
                return True
    return False


def in_marks(original: str, span: tuple[int, int]) -> bool:
    """Whether a span stands between quotation marks."""
    before, behind = original[: span[0]], original[span[1] :]
    curled = any(
        before.rfind(opening) > before.rfind(closing) and closing in behind
        for opening, closing in ("“”", "「」", "『』")
    )
    return curled or (before.count('"') % 2 == 1 and '"' in behind)


def own(text: str, start: int) -> bool:
    """Whether what is quoted at `start` is the speaker's own promise or his product's name."""
    return _OWN_WORDS.search(text, max(0, start - 14), start) is not None


def _rivals(text: str, match: re.Match[str]) -> bool:
    """Not denied: about to be said (还没跟您说), or what only rivals dare not say."""
    if _NOT_YET.search(text[: match.start()]):
        return True
    others = cues.OTHERS_BEFORE.search(text, 0, match.start())
    return others is not None and re.search("我们|咱们", text[match.end() :]) is not None


def _carries(text: str, match: re.Match[str], start: int) -> bool:
    """Whether what an opening opens is still open at `start`."""
    gap = text[match.end() : start]
    return len(gap) <= REACH and _FLOOR.search(gap) is None
