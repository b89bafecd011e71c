"""The telephone figures of DOMAIN §5 as one table, for a domain expert to check: counters first, then formulas.

A call belongs to the interval in which it rang. T is the threshold of the service level, 15 s unless asked otherwise.
"""

from hotline.reports.figures import Counter, Formula, Measure

S, N, M = Measure.SECONDS, Measure.COUNT, Measure.PER_MILLE

_COUNTERS = (
    Counter("answered", "接通量", "进入人工队列并由话务员接听的来电，通话中的也算"),
    Counter("answered_fast", "T 内接通量", "排队不超过 T 秒即由话务员接听的来电"),
    Counter("abandoned", "放弃量", "排队满 5 秒后市民自行挂断的来电"),
    Counter("short_abandoned", "5 秒内放弃量", "进入队列不满 5 秒市民自行挂断，单独统计，不计入呼入量"),
    Counter("abandoned_fast", "T 内放弃量", "排队不超过 T 秒市民自行挂断的来电（含 5 秒内放弃）"),
    Counter("abandoned_late", "超过 T 后放弃量", "排队超过 T 秒后市民自行挂断的来电"),
    Counter(
        "turned_away",
        "未能接入量",
        "无人在岗、队列已满、要求回拨、转留言、系统中断而没有接到人工的来电，任何口径都不剔除",
    ),
    Counter("greeting_abandoned", "问候语中放弃量", "还没有进入队列就挂断的来电，不计入呼入量"),
    Counter("voicemail", "留言量", "以语音留言结束的来电（含夜间、节假日未进入队列的）"),
    Counter("self_served", "自助办结量", "在语音菜单中听到所需信息后结束、没有转人工的来电"),
    Counter("wait_s", "接通来电的等待秒数", "从进入队列到话务员接听"),
    Counter("longest_wait_s", "最长等待秒数", "所有进入队列的来电（含放弃）中最长的一次", peak=True),
    Counter("handled", "已结束通话量", "话务员接听且已经结束的通话（呼入、呼出）"),
    Counter("talk_s", "通话秒数", "已结束通话的时长，不含保持"),
    Counter("hold_s", "保持秒数", "已结束通话中保持音乐的时长"),
    Counter("wrap_up_s", "话后秒数", "已结束通话之后的话后处理时长"),
    Counter("outbound", "呼出接通量", "由话务员拨出并接通的电话"),
    Counter("missed_offers", "未接振铃次数", "分配到坐席后超时未接或拒接的次数"),
    Counter("asked_to_rate", "邀请评价量", "通话结束后请市民按键评价的来电"),
    Counter("rated", "参评量", "按键作出评价的来电"),
    Counter("rated_satisfied", "按键满意量", "按 1 满意"),
    Counter("rated_basic", "按键基本满意量", "按 2 基本满意"),
    Counter("missed", "应回拨量", "有号码的漏话登记（同一号码合并为一件），不含回拨前市民已再次拨通的"),
    Counter("called_back", "已回拨量", "至少回拨过一次的漏话"),
    Counter("call_back_ripe", "应及时回拨量", "应回拨量中已回拨的，或漏话已超过 30 分钟的"),
    Counter("called_back_fast", "30 分钟内回拨量", "漏话后 30 分钟内首次回拨"),
    Counter("reached_again", "市民已再次拨通量", "回拨之前市民自己再次来电并接通的漏话"),
    Counter("signed_in_s", "签入秒数", "坐席签入到签出的全部时间"),
    Counter("busy_s", "示忙秒数", "小休、用餐、培训等示忙时间"),
    Counter("in_call_s", "通话与保持秒数", "坐席处于通话中的时间"),
    Counter("after_call_s", "话后处理秒数", "坐席处于话后处理的时间"),
    Counter("ringing_s", "振铃秒数", "坐席处于振铃中的时间"),
    Counter("accepted", "受理量", "电话渠道受理的诉求，不含无效来电"),
    Counter("closed_direct", "直接办结量", "话务员当场答复并直接办结的诉求"),
    Counter("consultations", "咨询受理量", "受理量中的咨询"),
    Counter("consultations_direct", "咨询直接办结量", "直接办结量中的咨询"),
    Counter("ripe_demands", "满 7 天诉求量", "受理已满 7 天、有来电号码的诉求"),
    Counter("not_repeated", "7 天内未重复量", "受理后 7 天内同一号码没有再就同一分类来电的诉求"),
    Counter("checked_orders", "审核工单量", "经审核员审核过的工单"),
    Counter("faulty_orders", "差错工单量", "审核时因登记差错被退回补充的工单"),
    Counter("service_complaints", "服务投诉量", "投诉对象为热线中心的诉求"),
)
COUNTERS = {counter.name: counter for counter in _COUNTERS}
OFFERED = "answered + abandoned + turned_away"
UNSERVED = "abandoned + short_abandoned + turned_away"

_FORMULAS = (
    Formula(name="offered", label="呼入量", part=OFFERED, measure=N,
            note="到达人工队列的来电；5 秒内放弃单独统计"),
    Formula(name="answered", label="接通量", part="answered", measure=N),
    Formula(name="answer_rate", label="接通率", part="answered", whole=OFFERED, better="high", target="≥ 95%"),
    Formula(name="service_level_both", label="服务水平（口径一）", part="answered_fast + abandoned_fast",
            whole=f"answered + {UNSERVED}", better="high", variant="口径一：（T 内接通＋T 内放弃）÷（接通＋放弃）"),
    Formula(name="service_level_answered", label="服务水平（口径二）", part="answered_fast", whole="answered",
            better="high", variant="口径二：T 内接通 ÷ 接通"),
    Formula(name="service_level_all", label="服务水平（口径三）", part="answered_fast",
            whole=f"answered + {UNSERVED}", better="high", variant="口径三：T 内接通 ÷（接通＋放弃）"),
    Formula(name="service_level", label="T 秒接通率", part="answered_fast",
            whole="answered + abandoned_late + turned_away", better="high", target="≥ 90%",
            variant="口径四（默认）：T 内接通 ÷（接通＋超过 T 后放弃）"),
    Formula(name="answer_speed", label="平均等待", part="wait_s", whole="answered", measure=S, better="low",
            target="≤ 12 秒"),
    Formula(name="longest_wait", label="最长等待", part="longest_wait_s", measure=S, better="low"),
    Formula(name="abandon_rate", label="放弃率", part="abandoned", whole=OFFERED, better="low", target="≤ 5%"),
    Formula(name="short_abandoned", label="5 秒内放弃", part="short_abandoned", measure=N),
    Formula(name="turned_away", label="未能接入", part="turned_away", measure=N, better="low"),
    Formula(name="greeting_abandoned", label="问候语中放弃", part="greeting_abandoned", measure=N),
    Formula(name="voicemail", label="留言", part="voicemail", measure=N),
    Formula(name="self_served", label="自助办结", part="self_served", measure=N),
    Formula(name="handling_time", label="平均处理时长", part="talk_s + hold_s + wrap_up_s", whole="handled",
            measure=S, better="low", target="3–5 分钟"),
    Formula(name="talk_time", label="平均通话时长", part="talk_s", whole="handled", measure=S, target="150 秒"),
    Formula(name="handled", label="通话量", part="handled", measure=N),
    Formula(name="outbound", label="呼出接通", part="outbound", measure=N),
    Formula(name="missed_offers", label="未接振铃", part="missed_offers", measure=N, better="low"),
    Formula(name="call_back_rate", label="漏话回拨率", part="called_back", whole="missed", better="high",
            target="100%"),
    Formula(name="call_back_in_time", label="回拨及时率", part="called_back_fast", whole="call_back_ripe",
            better="high", target="100%", note="30 分钟内"),
    Formula(name="wrap_up", label="话后处理", part="after_call_s", measure=S),
    Formula(name="busy", label="示忙时长", part="busy_s", measure=S),
    Formula(name="signed_in", label="签入时长", part="signed_in_s", measure=S),
    Formula(name="occupancy", label="工时利用率", part="in_call_s + after_call_s", whole="signed_in_s - busy_s",
            better="high", target="60–85%"),
    Formula(name="call_satisfaction", label="话务满意率", part="rated_satisfied + basic*rated_basic", whole="rated",
            better="high", note="通话后按键评价，一次一评"),
    Formula(name="rating_rate", label="参评率", part="rated", whole="asked_to_rate", better="high"),
    Formula(name="direct_rate", label="直接解答率", part="closed_direct", whole="accepted", better="high",
            target="≥ 70%"),
    Formula(name="consultation_direct_rate", label="咨询直接解答率", part="consultations_direct",
            whole="consultations", better="high", target="≥ 96%"),
    Formula(name="first_call_resolution", label="首次来电解决率", part="not_repeated", whole="ripe_demands",
            better="high"),
    Formula(name="order_error_rate", label="工单差错率", part="faulty_orders", whole="checked_orders",
            better="low", target="≤ 1%"),
    Formula(name="service_complaint_rate", label="千次投诉率", part="service_complaints", whole="answered",
            measure=M, better="low", note="每千次接通来电中投诉热线服务的诉求"),
)  # fmt: skip
FORMULAS = {formula.name: formula for formula in _FORMULAS}

OF_AGENT = (
    "handled", "answered", "outbound", "missed_offers", "talk_time", "handling_time", "signed_in", "busy", "wrap_up",
    "occupancy", "call_satisfaction", "rating_rate", "direct_rate", "order_error_rate",
)  # fmt: skip
"""What can be said of one agent; rates of the queue are nobody's own."""
