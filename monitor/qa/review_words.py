"""The names of what an export holds, in both languages, as the screens have them."""

from __future__ import annotations

from typing import Final, Literal

Language = Literal["zh", "en"]

NAMES: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "severity": {
        "critical": ("严重", "Critical"),
        "high": ("高", "High"),
        "medium": ("中", "Medium"),
        "low": ("低", "Low"),
    },
    "industry": {
        "insurance": ("保险", "Insurance"),
        "wealth": ("理财", "Wealth"),
        "loan": ("贷款", "Loans"),
        "credit_card": ("信用卡", "Cards"),
        "collection": ("催收", "Collection"),
        "education": ("教育", "Education"),
        "health": ("医疗健康", "Health"),
        "telecom": ("通信", "Telecom"),
        "retail": ("零售", "Retail"),
        "property": ("房产", "Property"),
        "auto": ("汽车", "Cars"),
        "after_sales": ("售后", "After sales"),
        "other": ("通用", "General"),
    },
    "category": {
        "guaranteed_return": ("承诺保本保收益", "Guaranteed return"),
        "absolute_claim": ("绝对化用语", "Absolute claim"),
        "false_urgency": ("虚假紧迫", "False urgency"),
        "misleading_comparison": ("误导性对比", "Misleading comparison"),
        "impersonation": ("冒充他人或机关", "Impersonation"),
        "threat_abuse": ("威胁或辱骂", "Threat or abuse"),
        "improper_benefit": ("不当利诱", "Improper benefit"),
        "privacy_violation": ("滥用个人信息", "Misuse of personal data"),
        "pestering": ("拒绝后纠缠", "Pestering after a refusal"),
        "loan_overpromise": ("贷款过度承诺", "Overpromised loan"),
        "education_overpromise": ("培训效果承诺", "Overpromised education"),
        "medical_claim": ("医疗功效承诺", "Medical claim"),
        "concealment": ("教唆隐瞒", "Concealment"),
        "disparagement": ("贬低同业", "Disparagement"),
        "surrender_inducement": ("怂恿退保", "Inducing surrender"),
        "illegal_solicitation": ("非法推介", "Illegal solicitation"),
        "off_platform": ("引导私下交易", "Off-platform dealing"),
        "service_taboo": ("服务禁语", "Service taboo"),
        "missing_company": ("未告知公司", "Company not named"),
        "missing_identity": ("未告知身份", "Identity not given"),
        "missing_purpose": ("未告知来意", "Purpose not stated"),
        "missing_price": ("未告知价格", "Price not stated"),
        "missing_risk_disclosure": ("未提示风险", "Risk not disclosed"),
        "missing_cooling_off": ("未告知犹豫期", "Cooling-off not stated"),
        "missing_recording_notice": ("未告知录音", "Recording not announced"),
        "missing_opt_out_notice": ("未告知退订方式", "Opt-out not stated"),
        "missing_product_nature": ("未明示产品性质", "Product nature not stated"),
        "missing_source_answer": ("未回答信息来源", "Data source not answered"),
        "missing_promo_terms": ("未说明优惠条件", "Promotion terms not stated"),
    },
    "opening": {
        "met": ("已说全", "Complete"),
        "missed": ("有遗漏", "Missed"),
        "undetermined": ("无法判断", "Undetermined"),
        "none": ("不适用", "Not needed"),
    },
    "review": {
        "new": ("待复核", "To review"),
        "assigned": ("已分配", "Assigned"),
        "reviewed": ("已复核", "Reviewed"),
        "appealed": ("申诉中", "Appealed"),
    },
    "state": {
        "provisional": ("初判", "Provisional"),
        "withdrawn": ("已撤回", "Withdrawn"),
        "confirmed": ("已确证", "Confirmed"),
    },
    "verdict": {
        "upheld": ("成立", "Upheld"),
        "false_alarm": ("误报", "False alarm"),
        "training": ("需培训", "Needs training"),
    },
    "about": {
        "by": ("导出人", "By"),
        "at": ("导出时间", "At"),
        "team": ("团队", "Team"),
        "teams": ("团队", "Teams"),
        "agent": ("坐席", "Agent"),
        "category": ("类别", "Category"),
        "severity": ("级别", "Severity"),
        "opening": ("开场", "Opening"),
        "assignee": ("复核人", "Reviewer"),
        "state": ("复核状态", "Review"),
        "since": ("起", "Since"),
        "until": ("止", "Until"),
        "words": ("搜索词", "Words"),
        "sample": ("抽检", "Sample"),
        "rule": ("规则", "Rule"),
    },
}
"""Kind -> id -> Chinese and English."""


def name(kind: str, id_: str | None, language: Language) -> str:
    """What people call it; an id that is not known stays as it is."""
    names = NAMES[kind].get(id_ or "")
    return (id_ or "") if names is None else names[language == "en"]
