"""The figures of order handling of DOMAIN §5 as one table, for a domain expert to check: counters, then formulas.

Denominators: timeliness by due date in the period, satisfaction by date of the rating, the rest by date of dispatch
or submission as said. Merged followers and orders excluded from scoring count nowhere.
"""

from hotline.reports.figures import Composite, Counter, Formula, Measure

N, H = Measure.COUNT, Measure.HOURS

_COUNTERS = (
    Counter("dispatch_due", "到期派单数", "派单时限在期内届满的工单（全市口径，不分单位）"),
    Counter("dispatch_in_time", "及时派单数", "其中在时限内派出的"),
    Counter("dispatched", "派单数", "期内派到本单位的工单（主办、协办），并案从单不计"),
    Counter("first_dispatches", "首派数", "派单数中该工单的第一次派单（主办）"),
    Counter("first_upheld", "首派被退数", "首派后本单位申请退单并获同意的"),
    Counter("returns_asked", "退单数", "派单数中本单位申请过退单的工单"),
    Counter("returns_refused", "不当退单数", "退单申请被驳回的工单"),
    Counter("sign_due", "应签收数", "签收时限在期内届满的工单"),
    Counter("sign_in_time", "及时签收数", "其中本单位在时限内签收的，系统自动签收不算"),
    Counter("contact_due", "应联系数", "先行联系时限在期内届满的工单，匿名工单除外"),
    Counter("contact_in_time", "及时联系数", "其中在时限内联系上诉求人的"),
    Counter("responded", "及时响应数", "应联系数中派单后 24 小时内或时限内联系上诉求人的"),
    Counter("handle_due", "到期办件数", "办理时限（含批准的延期）在期内届满的工单"),
    Counter("handle_in_time", "按时办结数", "其中在有效时限内提交办结的"),
    Counter("extended", "延期数", "到期办件数中批准过延期的"),
    Counter("submitted", "提交办结数", "主办单位在期内提交办结的工单"),
    Counter("rejected", "被打回数", "提交办结数中办结审核打回过的工单"),
    Counter("reworked", "重办数", "提交办结数中经回访或重启重新办理过的工单"),
    Counter("work_s", "办理工时秒数", "从首次派单到提交办结的工作时间"),
    Counter("unit_work_s", "本单位工时秒数", "从派到本单位到提交办结的工作时间"),
    Counter("follow_up_due", "应回访数", "期内办结审核通过、应当回访的工单"),
    Counter("followed_up", "已回访数", "其中至少回访过一次的"),
    Counter("reached", "回访成功数", "其中回访联系上诉求人的"),
    Counter("rated", "有效评价数", "期内作出评价的工单，以最后一次评价为准"),
    Counter("very_satisfied", "非常满意数", "有效评价中的非常满意"),
    Counter("satisfied", "满意数", "有效评价中的满意"),
    Counter("understood", "基本满意数", "有效评价中的基本满意"),
    Counter("solved_asked", "回答是否解决数", "有效评价中回答了是否解决的"),
    Counter("solved", "已解决数", "其中回答已解决的"),
    Counter("partly_solved", "部分解决数", "其中回答部分解决的"),
    Counter("repeated", "重复诉求数", "派单数（主办）中 90 天内同一诉求人就同一分类反映过的"),
    Counter("lead_dispatched", "主办派单数", "派单数中由本单位主办的"),
    Counter("overdue_now", "超期未办结数", "现在仍在办理、已超过有效时限的工单，与统计期无关"),
    Counter("excluded", "不计考核数", "期内派到本单位、经批准不计考核的工单，已从各项指标中剔除"),
)
COUNTERS = {counter.name: counter for counter in _COUNTERS}

_FORMULAS = (
    Formula(name="dispatched", label="派单数", part="dispatched", measure=N),
    Formula(name="dispatch_in_time", label="及时转派率", part="dispatch_in_time", whole="dispatch_due",
            better="high", target="100%"),
    Formula(name="dispatch_accuracy", label="派单准确率", part="first_dispatches - first_upheld",
            whole="first_dispatches", better="high"),
    Formula(name="sign_in_time", label="及时签收率", part="sign_in_time", whole="sign_due", better="high",
            target="100%"),
    Formula(name="contact_in_time", label="先行联系率", part="contact_in_time", whole="contact_due", better="high",
            target="100%"),
    Formula(name="on_time", label="按时办结率", part="handle_in_time", whole="handle_due", better="high",
            target="100%"),
    Formula(name="extension_rate", label="延期率", part="extended", whole="handle_due", better="low"),
    Formula(name="return_rate", label="退单率", part="returns_asked", whole="dispatched", better="low"),
    Formula(name="bad_return_rate", label="不当退单率", part="returns_refused", whole="dispatched", better="low"),
    Formula(name="rejection_rate", label="打回率", part="rejected", whole="submitted", better="low"),
    Formula(name="rework_rate", label="重办率", part="reworked", whole="submitted", better="low", target="≤ 5%"),
    Formula(name="follow_up_rate", label="回访率", part="followed_up", whole="follow_up_due", better="high"),
    Formula(name="reached_rate", label="回访成功率", part="reached", whole="followed_up", better="high"),
    Formula(name="response_rate", label="响应率", part="responded", whole="contact_due", better="high"),
    Formula(name="solve_rate", label="解决率", part="solved + partly*partly_solved", whole="solved_asked",
            better="high"),
    Formula(name="satisfaction", label="满意率", part="very_satisfied + satisfied + basic*understood",
            whole="rated", better="high"),
    Formula(name="repeat_rate", label="重复诉求率", part="repeated", whole="lead_dispatched", better="low"),
    Formula(name="overdue_now", label="超期未办结", part="overdue_now", measure=N, better="low"),
    Formula(name="handling_hours", label="平均办理时长", part="work_s", whole="submitted", measure=H, better="low",
            note="工作小时，自首次派单起"),
    Formula(name="unit_hours", label="本单位办理时长", part="unit_work_s", whole="submitted", measure=H,
            better="low", note="工作小时，自派到本单位起"),
    Formula(name="excluded", label="不计考核", part="excluded", measure=N),
)  # fmt: skip
FORMULAS = {formula.name: formula for formula in _FORMULAS}

THREE_RATES = Composite(
    name="three_rates",
    label="三率综合",
    rates=(("response_rate", "response"), ("solve_rate", "solve"), ("satisfaction", "satisfaction")),
)
RANKED = ("response_rate", "solve_rate", "satisfaction")
"""Rates that are smoothed before units are ranked by their composite."""

TIERS = ((100, "大"), (30, "中"), (0, "小"))
"""分档: units are ranked among those of the same kind and volume of dispatched orders."""
