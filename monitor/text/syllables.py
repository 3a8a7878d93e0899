"""How a text sounds: toneless syllables, those that are confused counted as one.

A character may have several readings. Two characters sound alike when they share one. For an
automaton, which takes one code a character, readings that some character joins get one code;
what it finds is checked against the readings themselves.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from pypinyin.constants import PINYIN_DICT

_POLYPHONES: Final = """
还 hai huan;行 xing hang;长 chang zhang;重 zhong chong;了 le liao;的 de di;地 di de;得 de dei
都 dou du;着 zhe zhao zhuo;率 lv shuai;调 diao tiao;便 bian pian;参 can shen cen;单 dan shan
差 cha chai ci;数 shu shuo;会 hui kuai;大 da dai;给 gei ji;没 mei mo;说 shuo shui;乐 le yue
传 chuan zhuan;降 jiang xiang;角 jiao jue;觉 jue jiao;解 jie xie;血 xue xie;薄 bo bao;折 zhe she
朝 chao zhao;藏 cang zang;曾 ceng zeng;盛 sheng cheng;乘 cheng sheng;查 cha zha;石 shi dan
塞 sai se;弹 dan tan;提 ti di;系 xi ji;校 xiao jiao;卡 ka qia;奇 qi ji;露 lu lou;落 luo la lao
模 mo mu;否 fou pi;宿 su xiu;屏 ping bing;强 qiang jiang;壳 ke qiao;厦 sha xia;贾 jia gu
仇 chou qiu;区 qu ou;翟 zhai di;洗 xi xian;尉 wei yu;乜 nie mie;瓦 wa;车 che ju;广 guang
咱 zan;哪 na nei;那 na nei;这 zhe zhei;谁 shui shei;熟 shu shou;色 se shai;剥 bo bao;削 xiao xue
泊 bo po;番 fan pan;伽 jia qie ga;吓 xia he;核 he hu;和 he huo;合 he ge;红 hong gong;期 qi ji
员 yuan yun;尾 wei yi;六 liu lu;百 bai bo;白 bai bo;北 bei;绿 lv lu;约 yue yao;钥 yao yue
暴 bao pu;堡 bao bu pu;拓 tuo ta;择 ze zhai;祭 ji zhai;辟 pi bi;秘 mi bi;脉 mai mo;埋 mai man
万 wan mo;信 xin shen;逮 dai;待 dai;秤 cheng;称 cheng chen;亲 qin qing;省 sheng xing;什 shen shi
似 si shi;食 shi si;识 shi zhi;氏 shi zhi;属 shu zhu;术 shu zhu;缩 suo su;体 ti;通 tong;吐 tu
划 hua;选 xuan;险 xian;券 quan xuan;匙 chi shi;臭 chou xiu;畜 chu xu;创 chuang;殖 zhi shi
"""
_DIGITS: Final = {
    "0": ("ling",),
    "1": ("yi",),
    "2": ("er", "liang"),
    "3": ("san",),
    "4": ("si",),
    "5": ("wu",),
    "6": ("liu",),
    "7": ("qi",),
    "8": ("ba",),
    "9": ("jiu",),
}
_FIRST_CODE: Final = 0xE000


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusions:
    """Which sounds are taken for one another; pairs of (from, to)."""

    initials: tuple[tuple[str, str], ...] = (
        ("zh", "z"),
        ("ch", "c"),
        ("sh", "s"),
        ("n", "l"),
        ("f", "h"),
    )
    finals: tuple[tuple[str, str], ...] = (("ing", "in"), ("eng", "en"), ("ang", "an"))

    def merged(self, syllable: str) -> str:
        """The class of a toneless syllable."""
        for old, new in self.initials:
            if syllable.startswith(old) and syllable not in ("n", "ng"):
                syllable = new + syllable[len(old) :]
                break
        for old, new in self.finals:
            if syllable.endswith(old):
                return syllable[: -len(old)] + new
        return syllable


def toneless(pinyin: str) -> str:
    """`lǜ` is `lv`."""
    plain = unicodedata.normalize("NFD", pinyin.replace("ü", "v"))
    plain = plain.replace("u\u0308", "v")
    return "".join(c for c in plain if "a" <= c <= "z")


@cache
def readings(character: str) -> tuple[str, ...]:
    """The usual readings of a character, toneless, the most likely first; empty for none."""
    if character in _DIGITS:
        return _DIGITS[character]
    known = _polyphones().get(character)
    if known is not None:
        return known
    listed = PINYIN_DICT.get(ord(character), "")
    first = toneless(listed.split(",")[0])
    return (first,) if first else ()


@cache
def _polyphones() -> dict[str, tuple[str, ...]]:
    entries = _POLYPHONES.replace("\n", ";").split(";")
    return {entry[0]: tuple(entry.split()[1:]) for entry in entries if entry}


@dataclass(slots=True)
class Sounds:
    """Codes of characters under one set of confusions. Fills itself; safe to share."""

    confusions: Confusions
    _classes: dict[str, frozenset[str]] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _joined: dict[str, str] = field(default_factory=dict)
    _table: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._table = _Table(self)
        for said in (*_polyphones().values(), *_DIGITS.values()):
            roots = {self._root(self.confusions.merged(reading)) for reading in said}
            for root in roots:
                self._joined[root] = min(roots)

    def _root(self, name: str) -> str:
        while (parent := self._joined.setdefault(name, name)) != name:
            name = parent
        return name

    def _code(self, name: str) -> str:
        code = self._names.get(name)
        if code is None:
            code = self._names.setdefault(name, chr(_FIRST_CODE + len(self._names)))
        return code

    def of(self, character: str) -> frozenset[str]:
        """The classes of all readings; a character that has none is its own."""
        known = self._classes.get(character)
        if known is None:
            said = readings(character)
            known = frozenset(map(self.confusions.merged, said)) if said else frozenset(character)
            self._classes[character] = known
        return known

    def codes(self, text: str) -> str:
        """One code a character; characters that sound alike have the same, seldom others too."""
        return text.translate(self._table)

    def alike(self, one: str, other: str) -> bool:
        """Whether each character of one sounds like its counterpart of the other."""
        if len(one) != len(other):
            return False
        for a, b in zip(one, other, strict=True):
            if a != b and self.of(a).isdisjoint(self.of(b)):
                return False
        return True

    def entry(self, code: int) -> str:
        """For the table of `codes`."""
        said = readings(chr(code))
        return self._code(self._root(self.confusions.merged(said[0]))) if said else chr(code)


class _Table(dict[int, str]):
    def __init__(self, sounds: Sounds) -> None:
        super().__init__()
        self._sounds = sounds

    def __missing__(self, code: int) -> str:
        entry = self[code] = self._sounds.entry(code)
        return entry


@cache
def sounds(confusions: Confusions | None = None) -> Sounds:
    """The sounds under these confusions, the usual ones by default; one table a process."""
    return Sounds(confusions or Confusions())
