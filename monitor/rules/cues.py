"""The words that turn a phrase round: negators, rhetorical questions, warnings, connectives.

Pure data and the regular expressions made of it. All of it is written in folded form (simplified
characters, no punctuation), because the recogniser gives no reliable punctuation.
"""

from __future__ import annotations

import re


def _words(text: str) -> list[str]:
    """Words parted by spaces: lists this long are unreadable with quotes and commas."""
    return text.split()


PSEUDO_NEGATORS = _words(
    """
    没问题 没关系 没事 没错 没骗 没的说 没得说 没话说 没准 没想到 没跟您开玩笑 没开玩笑 没看错
    没听错 不过 不仅 不但 不光 不只 不止 不单 不管 不论 不客气 不好意思 不错 不同 不少 不断 不愧
    不得不 不骗 不瞒 不夸张 不吹牛 不怕 不愁 不妨 不然 不如 不信 不用怕 不用愁 不用担心 不用想
    不用犹豫 不用考虑 不用管 不用操心 不要担心 不要怕 不要紧 不要犹豫 不要错过 不要再等 不要等
    不要挂 不要着急 不会骗 不会坑 不会害 不会让您亏 不会让您失望 不会有问题 不会有错 不会错
    不会后悔 不会吃亏 不会亏待 不一样 不到 不超过 不足 不低于 不少于 不是吹 不是骗 不是开玩笑
    不是忽悠 不开玩笑 不知道您 不知道 不方便 不麻烦 不耽误 不打扰 不占用 不买 不办 不办理 不签
    不还 不交 不投 不存 不听 不考虑 不抓紧 不懂 不了解 不清楚 不明白 不理解 不记得 不在乎 不着急
    不急 不放心 不贵 不高 不多 不难 不久 不远 不便宜 不值钱 不划算 不值得 不舒服 差不多 了不起
    要不 要不是 对不起 来不及 舍不得 离不开 少不了 忍不住 免不了 说不定 怪不得 别人 别家 别的
    别处 别担心 别怕 别急 别着急 别犹豫 别错过 别等 别挂 别说 别提 别墅 特别 级别 区别 分别 个别
    性别 类别 识别 告别 差别 非常 无忧 无疑 无论 无非 无比 未来 未婚
    """
)
"""Strings with a negator's character that deny nothing of what follows."""

STRONG_NEGATORS = _words(
    """
    不能 不可以 不得 不可 不允许 不许 不准 不让 不给 不应该 不应 不该 禁止 严禁 杜绝 无法 没法
    没办法 不敢 不承诺 不保证 不可能承诺 不会承诺 不做任何承诺 无权 不提供 不支持 不接受 不参与
    不涉及 不宣传 不做 不搞 不推荐 不建议 不属于 不存在 不代表 不等于 不意味着 不具备 不享有
    不包括 不包含 并不是 并非 并不 并没有 并没 不是说 不代表说 从不 从未 从来不 从来没 从来没有
    绝不 绝非 绝对不 决不 未必 不一定 不见得 谈不上 称不上 算不上 不至于 不可能 请勿 切勿 切忌
    别指望 不要指望 别幻想 不要幻想 别惦记 甭指望 甭想
    做不到 保证不了 承诺不了 不符合 没有任何人 没有人 没有哪家 没有哪个 没哪家 没哪个
    """
)
"""Negators that reach over a few unknown characters."""

WEAK_NEGATORS = _words(
    """
    不会因为 不因为 不会 不是 不用 不必 不要 不再 不算 不像 没有 没说 没有说 没讲 没承诺 没保证
    没写 没人说 没人要 不劝 无需 千万别 千万不要 别 勿 莫 不全是 不完全是 不完全 不太 不太可能
    """
)
"""Negators that reach only over words known to let them through."""

BARE_NEGATORS = ["不", "没", "未", "非", "无", "毋"]
"""Negators that reach what stands beside them, or over words known to let them through."""

RHETORICAL = _words(
    """
    怎么可能 怎么可以 怎么会 怎么能 怎么敢 怎会 怎能 哪可能 哪里可能 哪里会 哪里有 哪里能 哪里敢
    哪会 哪能 哪敢 哪有 哪来的 哪来 岂能 岂会 岂有 何来 何曾 谁敢 谁能 谁会 难道 不信哪有
    """
)
"""Openings of a rhetorical question: each turns the sense once."""

TRANSPARENT = _words(
    """
    承诺过 承诺 保证过 保证 担保 许诺 答应 打包票 宣传 宣称 声称 号称 说过 说成 说是 说 讲过 讲
    提过 提 写 写成 告诉 称 给 向 跟 和 与 同 对 把 将 以 用 为 帮 替 代 让 叫 请 要求 收取 收
    索要 要 提供 存在 做 搞 有过 有 出现 涉及 参与 支持 接受 推荐 建议 使用 联系 打给 发 转 拿
    当成 当作 看成 看作 理解为 理解成 等同于 等同 视为 作为 属于 简单 直接 随便 私下 私自 擅自
    单方面 您们 你们 您 你 我们 我 咱们 他们 他 客户 消费者 投资者 投保人 用户 大家 别人 任何人
    销售人员 业务员 工作人员 员工 坐席 公司 机构 银行 平台 家人 任何 形式 方式 渠道 名义 什么
    这种 这类 这样 那种 那样 类似 所谓 一些 一个 一种 一定 绝对 百分百 百分之百 完全 全部 真的
    真正 意思 可能 应该 必须 的 地 得 了 着 过 是 会 能 可以 到 在 上 去 就 都 也 还 再 又 被 于
    哪个 哪家 哪款 哪种 谁 人 敢 肯 愿意 像 如 比 这个 那个 这款 该 本 此 产品 项目 哦 啊 呀 呢
    一款 一家 老师 当 指望 幻想 惦记 奢望 想着 理财 基金 它 其 因为 这么 药 人员 嘛
    """
)
"""Words over which a negator keeps its force."""

OPAQUE = _words(
    """
    风险 问题 亏 赔 损失 骗 坑 害 吃亏 后悔 失望 副作用 门槛 利息 费用 手续费 关系 征信 负债
    抵押 担忧 犹豫 担心 考虑 错过 浪费 耽误 麻烦 着急 限制 条件 资质 材料 手续 前提 隐瞒 但 不过
    可是 而且 所以 因此 然后 另外 同时 并且 其实 反而 而是 就是 放心 对吧 只是 还是 的话 那么
    如果 要是 只要 反正 今天 明天 现在 马上 立刻
    """
)
"""Words at which a negator's force ends: it has found its object, or a new clause begins."""

TAGS = tuple(_words("对 好 行 可以 知道 明白 懂 是 清楚 记得 理解 了解 听明白 听懂 听清 没问题"))
"""What stands before 吗 or 吧 when a statement asks for assent only."""


def _alternatives(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda w: (-len(w), w)))


KINDS: dict[str, str] = {
    **dict.fromkeys(PSEUDO_NEGATORS, "pseudo"),
    **dict.fromkeys(["是否", "能否", "可否", "有无", "有没"], "whether"),
    **dict.fromkeys(RHETORICAL, "rhetoric"),
    **dict.fromkeys(BARE_NEGATORS, "bare"),
    **dict.fromkeys(WEAK_NEGATORS, "weak"),
    **dict.fromkeys(STRONG_NEGATORS, "strong"),
}
"""What each word does. A word that is no key of this asks whether: 是不是, 保不保."""

TOKEN = re.compile(f"(?P<twice>[一-鿿])[不没](?P=twice)|{_alternatives(list(KINDS))}")
"""Every word that may turn what follows, the longest reading first."""

SPEAKING = ("说", "讲", "承诺", "保证", "说过", "宣传", "宣称")
"""Ends of what stands between a negator and the words that it denies were said."""

SPOKEN_OF = re.compile("(?:过|的)?(?:说|讲|承诺|保证|提|宣传)(?:过|的是|的)?")
"""没有说过今天……: what comes after is all denied, times of day too."""

TIMES = re.compile("今天|明天|现在|马上|立刻")

OTHERS_BEFORE = re.compile("(?:别的|别家|别人|其他|人家|同行)[^我]{0,6}$")
"""Others are spoken of: what is denied of them is claimed by 我们 that follows."""

THROUGH = re.compile(f"(?:{_alternatives(TRANSPARENT)})")
BLOCK = re.compile(f"(?:{_alternatives(OPAQUE)})")

NEGATOR_CHARACTER = re.compile("[不没未非无别勿莫零免]")

OWN_RHETORIC = re.compile("还(?:能|会|怕|敢|有)|怎么|哪[里有能会敢]|难道|谁[敢能]|岂|吗|么$|呢")
"""A phrase with one of these is a rhetorical question by itself."""

AFTER_RHETORIC = re.compile(
    r"^(?:的|的话|呢|啊|呀)?(?:我|我们|咱们|公司|银行|人家|他们|谁|哪)"
    r"(?:们|个|家|里|还|也|又|怎么|能|敢|会)*"
    r"(?:敢|能|会|好意思|推荐|买|信|做|卖|找|投|办|来|存|干|活|开|图|给)"
)
"""不保本|我敢推荐给您吗: what follows a denied phrase when the denial is only supposed."""

AFTER_COMPENSATION = re.compile(
    r"^(?:的|的话|了)?(?:就|那)?(?:我|我们|公司|咱们|全额|双倍|加倍|一分钱)"
    r"[^不没]{0,6}?(?:赔|退|补|负责|承担|兜|包|不要)"
)
"""不过|我们全额退: a denial that is only the condition of a promise."""

SPEECH_BAN = re.compile(
    r"(?:不让|不能|不允许|不许|不可以|不得|不准|不方便|不便|不好|没法|没有|没|不|不敢)"
    r"(?:我们|我|咱们)?(?:明着|明|直接|这么|这样|写|公开|对外|在合同里|在电话里|电话里)*"
    r"(?:说|写|讲|提|承诺|保证|答应|宣传|体现|注明)"
)
CONCESSION = re.compile(r"但是|但|不过|可是|可实际|其实|实际上|事实上|只是|反正|然而")
ASSERTION = re.compile(
    r"实际|其实|事实上|放心|您懂|你懂|懂的|明白的|没人|从来|都是|都能|都会|肯定|私下|交个底|说实话|心里有数"
    r"|真的|就是|一样|跟您讲|跟您说|历史|这么多年|一直|百分|绝对|保证|没问题|从没|没有亏|没亏"
)
CAUTION = re.compile(
    r"有风险|可能亏|可能会亏|亏损|不保证|不能保证|合同为准|谨慎|波动|也可能|理性|请您|建议|公告为准|审批为准"
)

DENIED_AFTER = re.compile(
    r"(?:在?(?:我们|咱们)(?:这里|这儿|这边|公司|这))?(?:是|都是|那是|根本|完全|本身)?(?:"
    r"其实(?:并)?不(?:是(?!问题)|对|然)|不可能(?![亏赔输出有])|不存在(?!任何|风险|亏|赔|问题)|做不到|不现实|不对|不成立|不属实|不准确|不正确"
    r"|不允许|不合规|不合法|不被允许|不可以(?!错过)|不敢(?:保证|承诺|说|讲)"
    r"|不能(?:承诺|保证|说|讲|这么|这样|给您|写|做|有|宣传|出现)(?!多|太)|不得|不会(?:承诺|保证|有的)"
    r"|不承诺|不保证|不做(?:任何)?(?:承诺|保证)|无法|没法|没办法|保证不了|承诺不了|没有这回事|没这回事"
    r"|没有的事|没有这种|没有这个|谈不上|说不准|不一定|不敢当|是没有的|没有的$|都没有$|取消了|已经没有"
    r"|不会参与|不参与|不会介入|没有开设|没开设|不开设|做不了(?!主)|打破了|被打破|早就没有|没这回事|(?:这|那)(?:种|些|样的|句)?话(?:我|我们|咱|公司|谁)?(?:们)?(?:可|也|都|是|真|确实)*(?:不|没)|错误的|假的|骗人|骗局|不可信|不靠谱|是违规|是违法|犯法|犯罪|只能说不|只能告诉您不|不兴这|属于违规|属于违法|属于虚假|属于误导|属于非法|涉嫌"
    r")"
)
"""What denies a phrase from behind: 保本是不可能的."""

UNABLE_AFTER = re.compile("不(?:掉|了(?!解)|好|成(?!为)|去|干净|白|出来|上去|下来)")
"""Directly behind a verb: 征信谁也洗不掉."""
HARMS = frozenset("亏赔跌少差输丢跑错损折难卡拒毙缺逃躲忘")
"""Verbs whose impossibility is a promise: 亏不了."""

STARTER = re.compile(
    r"但是|但|不过|可是|而且|所以|因此|然后|我们这|我们是|我们可|咱们这|我跟您|我给您|我这|放心"
)
"""Beginnings of a new clause; nothing beyond one bears on the phrase before."""

REPORTED_BEFORE = re.compile(
    r"(?:(?:如果|要是|假如|万一|以后|今后)?(?:还)?"
    r"(?:有人|谁要|谁再|谁(?!都|来|家|能|敢|会)|有谁|骗子|不法分子|诈骗分子|犯罪分子|陌生人|某些人|有些人|一些人|别人"
    r"|(?:有的|有些|某些|个别|少数)(?:公司|平台|机构|人|业务员|销售|中介|同行|代理人|老师|主播|商家|店)"
    r"|网上|外面|外边"
    r"|他人|对方|别家|人家|其他(?:公司|平台|机构|人)|别的(?:公司|平台|机构|人|业务员)|他们|他|她|那个人"
    r"|(?:之前|以前|原来|上次|上一位|上一个|前面|那个|那位)的?"
    r"(?:业务员|同事|销售|经理|坐席|客服|代理人|中介|机构|公司|平台|人员)"
    r"|有(?:家长|客户|朋友|同事|业务员|中介|机构|平台)|(?:客户|很多人|大家|不少人)(?:常|老|总)|催收人员|朋友|邻居)"
    r"|(?:业务员|销售|客服|中介|坐席|工作人员|代理人|机构|平台|商家)(?:要是|如果|若))"
    r"[^但]{0,8}?"
    r"(?:说|讲|承诺|保证|告诉|宣称|自称|声称|号称|打着|冒充|冒用|假冒|让您|让你|叫您|要您|让客户|要求|向您|以|推销|推荐"
    r"|鼓吹|宣传|谎称|喊|吹|威胁|反映|骂)"
)
"""Somebody else is said to say it."""

SEEN_BEFORE = re.compile(
    r"(?:新闻|电视|广告|短信|群|朋友圈|抖音|网)(?:里|上)(?:那个|那种|那些|说的|看到的|讲的|发的|传的|有的)+"
    r"|(?:路边|街上|外面|外边|市面上|网上)(?:贴的|喊的|喊|发的|那种|那些|那个|有些|有的|说的)+"
    r"|(?:您|你|客户)(?:反映|投诉|举报)(?:的|说)?"
    r"|(?:您|你)(?:那位|那个)?(?:朋友|邻居|同事|亲戚|同学|亲家|老乡|群友)"
    r"(?:那个|那种|那款|说的|讲的|买的|投的|推荐的|介绍的|转的|发的)+"
    r"|被(?:那种|那些|那个|这种|人家|人)+(?:用|拿|以)?"
    r"|(?:您|你)(?:刚才|刚刚|之前|上次)?(?:说的|提的|提到的|讲的|问的)(?:那个|那种|那款|这个|这种|情况)"
    r"|(?:您|你)(?:刚才|刚刚|之前)?说(?:听|他们|之前|朋友|别人|业务员|上次)"
)
"""Seen or heard elsewhere, or told by the customer."""

TOLD_BEFORE = re.compile("(?:您|你)(?:刚才|刚刚|之前|上次)?(?:说|讲|提|提到|问)的[^我]{0,3}$")
TOLD_AFTER = re.compile("^[^我]{0,3}?(?:是指|指的?是|是说|是哪|是什么|是不是|是在哪|具体是)")
"""您说的保底收益|是指哪一款: the customer's words, to be explained."""

REPORTED_ALL = re.compile(r"(?:任何|凡是|但凡|所有|一切|那种|那些|这种|这类|此类|谁)[^但]{0,8}$")
REPORTED_ALL_AFTER = re.compile(
    r"^[^但]{0,6}?(?:都|均|一律|就)(?:是|属于|要|不|别|得|请|应|可能)?"
    r"[^但]{0,4}?(?:骗|假|违|不要|不可信|不能信|别信|小心|当心|警惕|谨慎|报警|举报|拒绝|非法|误导|忽悠|坑|套路)"
)

WARNED_BEFORE = re.compile(
    r"(?:警惕|谨防|防范|提防|小心|当心|严防|远离|抵制|打击|举报|识别|防止|杜绝|拒绝|严禁|不要相信|不要轻信|别相信|别信"
    r"|不要信|不能信|勿信|切勿|请勿|遇到|碰到|遇见|接到|收到过|识破|预防|所谓的|所谓)"
)
WARNED_AFTER = re.compile(
    r"(?<![不没非])(?:是|属于|算|涉嫌|搞)(?:典型的|一种)?(?:骗|诈骗|假的|虚假|违规|违法|非法|不合规|忽悠|套路|谣言|误导|陷阱)"
    r"|(?:不要|别|千万别|千万不要|切勿|请勿|不能|勿)(?:再|去)?(?:相信|信|轻信|上当|理会|听信|理他|理它)"
    r"|(?:警惕|当心|小心被骗|要小心|多加小心|请小心|要多留|谨防|骗局|报警|报案|是骗|都是骗|就是骗|上当受骗|被骗)"
    r"|(?:罚款|处罚|被罚|追究|禁止|严禁)的?$|杀猪盘|爆雷|不是爆了|是(?:他|她)?说错|其实不是这|不是这样的|不是这么回事"
    r"|(?:平台|公司|国家|监管|明令|法律)[^但]{0,4}禁止的|要谨慎|要慎重|没有依据|没有根据|(?:都|全|算|算是|均)(?:违规|违法|是假的)|(?:就是|是)在?骗(?:您|你|人)"
    r"|千万(?:别|不要|不能)(?:做|干|弄|交|给|转|开|签|去|听)|(?:别|不要)随便给|别跟任何人|不要跟任何人"
    r"|还是?(?:得|要|该)(?:去|上|找|看|问)(?:医院|大夫|医生)"
    r"|录下来|(?:直接|可以)(?:举报|投诉)|投诉(?:他|她|它)|退出来"
    r"|擦亮眼睛|(?:长|留|多|多留|多长)个心(?:眼)?(?!意)|打个问号|听听就(?:算|好|行)|(?:当|是)(?:个)?笑话|别当真|不(?:要|能)当真"
    r"|(?:就|赶紧|直接|马上)(?:退群|挂断|拉黑)|(?:张口|开口)[^我但]{0,4}?(?:要|让)(?:您|你)|(?:就是|都是)要骗(?:您|你|人)"
    r"|(?:在|是|就是)(?:坑|害)(?:人|客户|您|消费者)|不(?:要|能)听|别(?:听|上他|上这)|多(?:问|想)(?:几个|个)为什么"
)

SHUN_AFTER = re.compile(r"(?:千万别|千万不要|可别|别|不要)(?:碰|买|参与|办|搭理|加|理)")
"""Said of what is seen elsewhere, not of a rival: 路边贴的不看征信的您千万别碰."""

ASKED_BEFORE = re.compile(
    r"(?:您|你|客户|有客户|有人|大家|很多人)(?:刚才|刚刚|之前|上次|一开始|是|想|要|可能|老|总)*"
    r"(?:问到|问的是|问的|问过|问|提到的|提到|担心的|担心|关心的|关心|顾虑的|疑问)(?:是|说|我们|这个|那个|是不是|会不会)*$"
)
"""The agent repeats the customer's question."""

WISH_BEFORE = re.compile(
    r"(?:您|你|客户|自己)(?:是|这边|平时|现在|目前|比较|更|还|主要|一般|真|一定|就)*"
    r"(?:想要|想买|想找|想了解|想|需要|要的是|要|希望|追求|偏好|偏向|倾向|喜欢|看重|考虑(?!一下|考虑)|买过|买的是|投过|了解过|听说过|接触过"
    r"|知道什么是|关注|选择|有没有买过|有买过|对)"
    r"(?:一下|一个|一款|一种|那种|这种|点|些|能|有|过|的|比较|更|类似|百分百|稳健|收益|什么|到|是|够|给)*$"
)
"""The agent speaks of what the customer wants or has."""

ASKING_BEFORE = re.compile(
    r"(?:是不是|有没有|能不能|会不会|要不要|想不想|是否|能否|可否|有无|什么是|什么叫|怎么看|哪种|哪款|还是|知不知道|了不了解)"
    r"[^但了]{0,8}$"
)
WHETHER_INSIDE = re.compile("有没有|是否|有无|能不能|能否|会不会")
"""A question between the parts of a phrase: 您之前|有没有|住过院."""

AGREE_BEFORE = re.compile("(?:这|可|那)不(?:就)?(?:是)?$|不就(?:是)?$")
"""这不就是保本吗: asks for agreement."""

LOOK_BEFORE = re.compile(
    r"(?:您|你)(?:看|看看|算|算算|想|想想|说|说说|自己看|自己算|觉得)(?:这|这个|它|那)*$"
)
ASKING_AFTER = re.compile(
    r"^(?P<gap>.{0,10}?)(?P<particle>吗|(?<![这那怎什多要])么|嘛|没有$|没$|不$|还是)"
)
OR_ELSE = re.compile("^.{0,6}?还是(?!要|得|建议|推荐|会|能给)")
"""您是想找保本的|还是能接受波动的: a choice, across the comma."""
NEW_SUBJECT = re.compile(
    r"您|你|我|咱|这个|这款|那|要不|方便|可以|需要|兴趣|意向|有空|听|了解|考虑|办理|愿意|有什么|有没有"
    r"|今天|明天|现在|到时|放心|而且|所以|但|就|都|也|还|因为"
)

CONDITION_BEFORE = re.compile(
    r"(?:如果|要是|假如|倘若|假设|万一|一旦|若是|若|除非)(?P<gap>[^但]{0,10})$"
)
CONSEQUENCE = re.compile(r"就|那|我们|那么|都会|会给|可以|给您|建议")
CONSEQUENCE_AFTER = re.compile(
    r"^.{0,8}?(?:的话|就|可以|建议|请|那|需要|得|应该|应当|才|要|会|我们|您)"
)
