"""The rows of the lifecycle table that leave a case where it is: additions, urging, rating, supervision, the score.

Part of `transitions.TABLE`; nobody else reads them here.
"""

from dispatch import forms
from dispatch.effects import closing as closing_fx
from dispatch.effects import intake as intake_fx
from dispatch.effects import supervision as supervision_fx
from dispatch.guards import closing, returning
from dispatch.guards import supervision as supervision_guards
from dispatch.moves import Level, Row, Target
from dispatch.status import LIVE, CaseStatus
from hotline.core.identity import Role

C, S = Level.CASE, CaseStatus
REGISTRARS = (Role.AGENT, Role.SHIFT_LEADER)
SENT_STATES = tuple(status for status in CaseStatus if status in LIVE - {S.DRAFT})
ANY_SENT = (*SENT_STATES, S.CLOSED)
WITH_UNIT = (S.PENDING_SIGN, S.RETURN_REVIEW, S.HANDLING, S.REWORK, S.SUSPENDED, S.SUBMITTED)

BESIDES = (
    Row(
        action="append", label="追加", level=C, sources=SENT_STATES, target=Target.SAME,
        who=(*REGISTRARS, Role.CITIZEN, Role.REVIEWER), form=forms.AppendForm, effects=(intake_fx.add_fact,),
        rule="§1.7", citizen_text="您补充了情况",
    ),
    Row(
        action="urge", label="催办", level=C, sources=SENT_STATES, target=Target.SAME,
        who=(*REGISTRARS, Role.CITIZEN, Role.COORDINATOR), form=forms.UrgeForm,
        early=(closing.one_urge_per_working_day,), effects=(intake_fx.count_urge,), rule="§1.5",
        citizen_text="已催办",
    ),
    Row(
        action="ask_withdraw", label="申请撤销", level=C, sources=SENT_STATES, target=Target.SAME,
        who=(*REGISTRARS, Role.CITIZEN), form=forms.NoForm, effects=(intake_fx.note_withdrawal,), rule="§3",
        citizen_text="您申请撤销，等待热线确认",
    ),
    Row(
        action="rate", label="评价", level=C, sources=(S.FOLLOW_UP, S.CLOSED, S.DIRECT_CLOSED, S.MERGED), target=Target.SAME,
        who=(Role.CITIZEN,), form=forms.RatingForm, early=(closing.has_result, closing.may_still_rate),
        effects=(closing_fx.keep_rating,), rule="§1.6", citizen_text="您已评价",
    ),
    Row(
        action="instruct", label="批示", level=C, sources=SENT_STATES, target=Target.SAME,
        who=(Role.CENTRE_HEAD,), form=forms.InstructionForm, effects=(supervision_fx.keep_instruction,),
        rule="§1.5",
    ),
    Row(
        action="supervise", label="发督办文书", level=C, sources=WITH_UNIT, target=Target.SAME,
        who=(Role.COORDINATOR, Role.CENTRE_HEAD), form=forms.OrderForm, effects=(supervision_fx.issue_order,),
        rule="§1.5",
    ),
    Row(
        action="answer_order", label="回复督办", level=C, sources=SENT_STATES, target=Target.SAME,
        who=(Role.UNIT_HEAD,), form=forms.OrderAnswerForm, early=(supervision_guards.order_waits,),
        guards=(supervision_guards.own_order, returning.attachments_exist, supervision_guards.stopping_proven),
        effects=(supervision_fx.answer_order,), main=True, rule="§1.5",
    ),
    Row(
        action="ask_order_return", label="申请退回督办", level=C, sources=SENT_STATES, target=Target.SAME,
        who=(Role.UNIT_HEAD,), form=forms.OrderReasonForm, early=(supervision_guards.order_waits,),
        guards=(supervision_guards.own_order,), effects=(supervision_fx.ask_order_return,), rule="§1.5",
    ),
    Row(
        action="accept_order", label="督办办结", level=C, sources=ANY_SENT, target=Target.SAME,
        who=(Role.COORDINATOR, Role.CENTRE_HEAD), form=forms.OrderReasonForm,
        early=(supervision_guards.is_supervised,), effects=(supervision_fx.accept_order,), rule="§1.5",
    ),
    Row(
        action="reject_order", label="督办退回重报", level=C, sources=ANY_SENT, target=Target.SAME,
        who=(Role.COORDINATOR, Role.CENTRE_HEAD), form=forms.OrderReasonForm,
        early=(supervision_guards.is_supervised,), effects=(supervision_fx.reject_order,), rule="§1.5",
    ),
    Row(
        action="withdraw_order", label="撤回督办", level=C, sources=ANY_SENT, target=Target.SAME,
        who=(Role.COORDINATOR, Role.CENTRE_HEAD), form=forms.OrderReasonForm,
        early=(supervision_guards.is_supervised,), effects=(supervision_fx.withdraw_order,), rule="§1.5",
    ),
    Row(
        action="give_card", label="发牌", level=C, sources=WITH_UNIT, target=Target.SAME,
        who=(Role.COORDINATOR,), form=forms.CardForm, early=(supervision_guards.has_owner,),
        effects=(supervision_fx.give_card,), rule="§1.5",
    ),
    Row(
        action="withdraw_card", label="撤销牌", level=C, sources=ANY_SENT, target=Target.SAME,
        who=(Role.CENTRE_HEAD,), form=forms.WithdrawCardForm, effects=(supervision_fx.withdraw_card,),
        rule="§1.5",
    ),
    Row(
        action="ask_exclusion", label="申请不计考核", level=C, sources=ANY_SENT, target=Target.SAME,
        who=(Role.UNIT_HEAD, Role.ASSESSOR, Role.COORDINATOR), form=forms.EvidenceForm,
        early=(supervision_guards.takes_part, supervision_guards.still_scored),
        guards=(returning.attachments_exist,), effects=(supervision_fx.keep_exclusion_request,), rule="§4",
    ),
    Row(
        action="exclude_from_score", label="批准不计考核", level=C, sources=ANY_SENT, target=Target.SAME,
        who=(Role.CENTRE_HEAD, Role.ASSESSOR), form=forms.ReasonForm,
        early=(supervision_guards.another_person_asked,), effects=(supervision_fx.exclude_from_score,), rule="§4",
    ),
    Row(
        action="refuse_exclusion", label="驳回不计考核", level=C, sources=ANY_SENT, target=Target.SAME,
        who=(Role.CENTRE_HEAD, Role.ASSESSOR), form=forms.ReasonForm,
        early=(supervision_guards.another_person_asked,), effects=(supervision_fx.refuse_exclusion,), rule="§4",
    ),
)  # fmt: skip
