"""The lifecycle of a case as one table: every move with its sources, target, roles, form, guards, effects and clocks.

`workflow.perform` reads it, `docs/lifecycle.md` is printed from it. `rule` names the paragraph of DOMAIN. Signs of
clocks are explained in `moves`. A row that names no status leaves the status as it is or rolls it up from the units.
"""

from dispatch import forms
from dispatch.effects import closing as closing_fx
from dispatch.effects import disputes as disputes_fx
from dispatch.effects import handling as handling_fx
from dispatch.effects import intake as intake_fx
from dispatch.effects import supervision as supervision_fx
from dispatch.effects import units as units_fx
from dispatch.guards import closing, handling, intake, returning, routing
from dispatch.moves import Level, Row, Target
from dispatch.status import LIVE, AssignmentStatus, CaseStatus
from dispatch.transitions_beside import BESIDES, REGISTRARS
from hotline.core.identity import Role

C, A = Level.CASE, Level.ASSIGNMENT
S, P = CaseStatus, AssignmentStatus
HOTLINE = (Role.REVIEWER, Role.DISPATCHER, Role.COORDINATOR, Role.CENTRE_HEAD)
UNIT = (Role.UNIT_CLERK, Role.UNIT_HEAD)
RETURN_REVIEWER = (Role.DISPATCHER,)
LIVE_STATES = tuple(status for status in CaseStatus if status in LIVE)

INTAKE = (
    Row(
        action="close_direct", label="直接办结", level=C, sources=(S.DRAFT,), target=S.DIRECT_CLOSED,
        who=(*REGISTRARS, Role.REVIEWER), form=forms.DirectAnswerForm,
        early=(intake.own_draft,), guards=(intake.answer_recorded, intake.type_allows),
        effects=(intake_fx.keep_answer, intake_fx.note_closed), clocks=("+archive",), rule="§3",
        citizen_text="已当场答复您的问题",
    ),
    Row(
        action="submit", label="提交", level=C, sources=(S.DRAFT, S.NEED_MORE), target=S.PENDING_REVIEW,
        who=(*REGISTRARS, Role.REVIEWER, Role.CITIZEN, Role.INTEGRATION), main=True,
        early=(intake.own_draft,), guards=(intake.form_complete, intake.secrecy_asked),
        effects=(intake_fx.note_accepted,), clocks=("-supplement", "+review"), rule="§3",
        citizen_text="您的诉求已登记，正在审核",
    ),
    Row(
        action="send_back", label="退回补充", level=C, sources=(S.PENDING_REVIEW,), target=S.NEED_MORE,
        who=(Role.REVIEWER,), form=forms.ReasonForm, clocks=("~review", "+supplement"), rule="§3",
        citizen_text="正在补充登记信息",
    ),
    Row(
        action="refuse", label="不予受理", level=C, sources=(S.PENDING_REVIEW,), target=S.NOT_ACCEPTED,
        who=(Role.REVIEWER,), form=forms.RefuseForm, guards=(intake.route_told,),
        effects=(intake_fx.keep_refusal,), clocks=("-review",), rule="§1.7",
        citizen_text="您的诉求不属于受理范围", tells_citizen=True, danger=True,
    ),
    Row(
        action="object_refusal", label="申请复议", level=C, sources=(S.NOT_ACCEPTED,), target=S.PENDING_REVIEW,
        who=(Role.CITIZEN,), form=forms.ReasonForm, early=(intake.objects_once,),
        effects=(intake_fx.note_objection,), clocks=("+review",), rule="§3",
        citizen_text="您申请复议，正在重新审核",
    ),
    Row(
        action="accept", label="审核通过", level=C, sources=(S.PENDING_REVIEW,), target=S.PENDING_DISPATCH,
        who=(Role.REVIEWER,), effects=(intake_fx.note_reviewed,), clocks=("-review", "+dispatch"), main=True, rule="§3",
        citizen_text="您的诉求已受理，正在派单", tells_citizen=True,
    ),
    Row(
        action="merge", label="并案", level=C, sources=(S.PENDING_REVIEW, S.PENDING_DISPATCH), target=S.MERGED,
        who=(Role.REVIEWER,), form=forms.MergeForm, guards=(intake.lead_is_live,),
        effects=(intake_fx.follow_lead, intake_fx.end_parts), clocks=("-all",), rule="§1.7",
        citizen_text="您的诉求与同一事项合并办理，办理结果同样会答复您",
    ),
    Row(
        action="unmerge", label="撤销并案", level=C, sources=(S.MERGED,), target=S.PENDING_REVIEW,
        who=(Role.REVIEWER,), form=forms.ReasonForm, effects=(intake_fx.leave_lead,), clocks=("+review",),
        rule="§1.7", citizen_text="您的诉求恢复单独办理",
    ),
    Row(
        action="split", label="拆分", level=C, sources=(S.PENDING_REVIEW, S.PENDING_DISPATCH), target=Target.SAME,
        who=(Role.REVIEWER,), form=forms.SplitForm, effects=(intake_fx.split_off,), rule="§1.7",
        citizen_text="您反映的多项诉求将分别办理",
    ),
    Row(
        action="qa_reopen", label="质检重启", level=C, sources=(S.DIRECT_CLOSED,), target=S.PENDING_REVIEW,
        who=(Role.QA,), form=forms.ReasonForm, early=(closing.within_qa_window,),
        effects=(closing_fx.back_to_review,), clocks=("-archive", "+review"), rule="§3",
        citizen_text="您的诉求正在重新审核",
    ),
)  # fmt: skip

TO_UNITS = (
    Row(
        action="dispatch", label="派单", level=C, sources=(S.PENDING_DISPATCH,), target=Target.ROLL_UP,
        who=(Role.DISPATCHER, Role.SYSTEM), form=forms.DispatchForm,
        guards=(
            routing.units_available, routing.not_already_there, routing.not_the_accused,
            routing.conduct_to_supervision_office, routing.routed_or_reason, routing.confident,
            routing.township_may_be_given, routing.secrecy_filtered, routing.not_answered_finally,
        ),
        effects=(units_fx.create_parts, supervision_fx.escalate_after_three_units),
        clocks=("-dispatch", "+sign", "+contact", "+handle"), main=True, rule="§3",
        citizen_text="已派给 {units} 办理", tells_citizen=True,
    ),
    Row(
        action="sign", label="签收", level=A, sources=(P.PENDING_SIGN,), target=P.HANDLING,
        who=(Role.UNIT_CLERK, Role.SYSTEM), effects=(units_fx.note_signed,), clocks=("-sign",), main=True, rule="§3",
        citizen_text="{unit} 已签收", tells_citizen=True,
    ),
    Row(
        action="record_contact", label="联系群众", level=A, sources=(P.HANDLING,), target=P.HANDLING,
        who=UNIT, form=forms.ContactForm,
        guards=(handling.contact_is_past, handling.number_for_phone, returning.attachments_exist),
        effects=(units_fx.keep_contact,), clocks=("-contact",), main=True, rule="§1.6", citizen_text="{unit} {said}",
    ),
    Row(
        action="ask_return", label="申请退单", level=A, sources=(P.PENDING_SIGN, P.HANDLING), target=P.RETURN_REVIEW,
        who=(Role.UNIT_HEAD,), form=forms.ReturnForm,
        early=(
            returning.not_most_urgent, returning.not_designated, returning.inside_return_window,
            returning.returns_left,
        ),
        guards=(returning.letter_for_second_return, returning.suggests_another, returning.attachments_exist),
        effects=(units_fx.keep_return,), clocks=("-sign", "+return_review"), rule="§1.4",
        citizen_text="{unit} 认为不由其承办（{said}），正在审核",
    ),
    Row(
        action="uphold_return", label="同意退单", level=A, sources=(P.RETURN_REVIEW,), target=P.EXITED,
        who=RETURN_REVIEWER, form=forms.UpholdReturnForm, early=(returning.hops_left,),
        effects=(units_fx.uphold,), clocks=("-unit", "+dispatch"), rule="§1.4",
        citizen_text="{unit} 不承办，正在重新派单",
    ),
    Row(
        action="refuse_return", label="驳回退单", level=A, sources=(P.RETURN_REVIEW,), target=P.HANDLING,
        who=(*RETURN_REVIEWER, Role.SYSTEM), form=forms.ReasonForm, effects=(units_fx.refuse,),
        clocks=("-return_review",), rule="§1.4", citizen_text="仍由 {unit} 办理",
    ),
    Row(
        action="raise_dispute", label="提交争议协调", level=A, sources=(P.RETURN_REVIEW,), target=P.EXITED,
        case_target=S.DISPUTE, who=(*RETURN_REVIEWER, Role.SYSTEM), form=forms.DisputeForm,
        effects=(disputes_fx.open_competence_dispute,), clocks=("-unit", "+dispute"), rule="§1.4",
        citizen_text="承办单位有争议，热线正在协调指定",
    ),
    Row(
        action="give_opinion", label="提交意见", level=C, sources=(S.DISPUTE,), target=Target.SAME,
        who=(Role.UNIT_HEAD, Role.COORDINATOR), form=forms.OpinionForm, early=(returning.party_to_dispute,),
        guards=(returning.attachments_exist,), effects=(disputes_fx.keep_opinion,), main=True, rule="§1.4",
    ),
    Row(
        action="escalate_dispute", label="提级协调", level=C, sources=(S.DISPUTE,), target=Target.SAME,
        who=(Role.COORDINATOR, Role.CENTRE_HEAD, Role.SYSTEM), form=forms.ReasonForm,
        early=(returning.about_competence, returning.level_above), effects=(disputes_fx.raise_level,),
        clocks=("+dispute",), rule="§1.4", citizen_text="承办单位的争议已提请上一级协调",
    ),
    Row(
        action="designate", label="指定承办", level=C, sources=(S.DISPUTE,), target=Target.ROLL_UP,
        who=(Role.COORDINATOR, Role.CENTRE_HEAD), form=forms.DesignateForm,
        early=(returning.about_competence, returning.offices_heard),
        guards=(
            routing.units_available, routing.not_already_there, routing.not_the_accused,
            routing.conduct_to_supervision_office, routing.secrecy_filtered, returning.attachments_exist,
        ),
        effects=(disputes_fx.end_dispute, units_fx.create_parts, supervision_fx.escalate_after_three_units),
        clocks=("-dispute", "+sign", "+contact", "+handle"), main=True, rule="§1.4",
        citizen_text="已指定由 {units} 办理", tells_citizen=True,
    ),
    Row(
        action="add_unit", label="加派", level=A, sources=(P.HANDLING,), target=P.HANDLING,
        who=(*UNIT, Role.DISPATCHER), form=forms.AddUnitForm,
        guards=(
            handling.passes_on_rightly, routing.units_available, routing.not_already_there, routing.not_the_accused,
            routing.township_may_be_given,
        ),
        effects=(units_fx.add_part,), clocks=("+sign", "+handle"), rule="§3",
        citizen_text="{units} 协同办理",
    ),
)  # fmt: skip

HANDLING = (
    Row(
        action="ask_extension", label="申请延期", level=A, sources=(P.HANDLING,), target=P.HANDLING,
        who=(Role.UNIT_HEAD,), form=forms.AskExtensionForm,
        early=(handling.before_due, handling.times_left, handling.no_extension_pending),
        guards=(handling.extension_within_limit, handling.within_the_unit_above, handling.caller_told),
        effects=(handling_fx.keep_extension_request,), rule="§1.3",
    ),
    Row(
        action="extend", label="批准延期", level=A, sources=(P.HANDLING,), target=P.HANDLING,
        who=(Role.DISPATCHER, Role.COORDINATOR, Role.CENTRE_HEAD), form=forms.ExtendForm,
        early=(
            handling.extension_asked, handling.before_due, handling.times_left, handling.second_by_centre_head,
        ),
        guards=(handling.extension_within_limit, handling.within_the_unit_above),
        effects=(handling_fx.grant_extension,), rule="§1.3",
        citizen_text="{unit} 申请延期办理，理由：{reason}", tells_citizen=True,
    ),
    Row(
        action="refuse_extension", label="驳回延期", level=A, sources=(P.HANDLING,), target=P.HANDLING,
        who=(Role.DISPATCHER, Role.COORDINATOR, Role.CENTRE_HEAD), form=forms.ReasonForm,
        early=(handling.extension_asked,), effects=(handling_fx.refuse_extension,), rule="§1.3",
    ),
    Row(
        action="ask_suspension", label="申请挂起", level=A, sources=(P.HANDLING,), target=P.HANDLING,
        who=(Role.UNIT_HEAD,), form=forms.AskSuspensionForm,
        early=(handling.lead_unit_only, handling.no_plan_pending), effects=(handling_fx.keep_plan,), rule="§3",
    ),
    Row(
        action="suspend", label="批准挂起", level=C, sources=(S.HANDLING, S.REWORK), target=S.SUSPENDED,
        who=(Role.CENTRE_HEAD,), form=forms.NoForm, early=(handling.plan_asked,),
        effects=(handling_fx.approve_plan,), clocks=("~handle", "+progress"), rule="§3",
        citizen_text="此事项需长期推进，{unit} 每月更新进展", tells_citizen=True,
    ),
    Row(
        action="refuse_suspension", label="驳回挂起", level=C, sources=(S.HANDLING, S.REWORK), target=Target.SAME,
        who=(Role.CENTRE_HEAD,), form=forms.ReasonForm, early=(handling.plan_asked,),
        effects=(handling_fx.refuse_plan,), rule="§3",
    ),
    Row(
        action="report_progress", label="填报月度进展", level=A, sources=(P.SUSPENDED,), target=P.SUSPENDED,
        who=UNIT, form=forms.NoteForm, early=(handling.lead_unit_only,), effects=(handling_fx.keep_note,),
        clocks=("-progress", "+progress"), main=True, rule="§3", citizen_text="{unit} 更新进展：{reason}",
    ),
    Row(
        action="resume", label="恢复办理", level=C, sources=(S.SUSPENDED,), target=Target.ROLL_UP,
        who=(Role.CENTRE_HEAD,), form=forms.ReasonForm, effects=(handling_fx.resume_parts,),
        clocks=("-progress", ">handle"), rule="§3", citizen_text="恢复办理",
    ),
    Row(
        action="note_progress", label="记录进展", level=A, sources=(P.HANDLING,), target=P.HANDLING,
        who=UNIT, form=forms.NoteForm, effects=(handling_fx.keep_note,), rule="§2",
        citizen_text="{unit} 更新进展：{reason}",
    ),
    Row(
        action="submit_result", label="提交办结", level=A, sources=(P.HANDLING,), target=P.REPLIED,
        who=(Role.UNIT_HEAD,), form=forms.ResultForm, early=(handling.contact_proven, handling.others_replied),
        guards=(returning.attachments_exist, handling.reply_checked, handling.evidence_attached),
        effects=(handling_fx.keep_result,), clocks=("-contact", "-handle", "+audit"), main=True, rule="§1.6",
        citizen_text="{unit} 已提交办理结果，热线正在审核",
    ),
    Row(
        action="reject_audit", label="打回", level=C, sources=(S.SUBMITTED,), target=Target.ROLL_UP,
        who=(Role.AUDITOR,), form=forms.ReasonForm, effects=(handling_fx.back_to_lead,),
        clocks=("-audit", ">handle"), rule="§3", citizen_text="办理结果未通过审核，{unit} 继续办理",
    ),
    Row(
        action="pass_audit", label="审核办结通过", level=C, sources=(S.SUBMITTED,), target=S.FOLLOW_UP,
        who=(Role.AUDITOR,), effects=(handling_fx.note_audited, supervision_fx.punish_proven_conduct),
        clocks=("-audit", "+follow_up"), main=True, rule="§3", citizen_text="办理结果已通过审核，热线将回访您",
        tells_citizen=True,
    ),
)  # fmt: skip

ENDING = (
    Row(
        action="try_follow_up", label="回访未接通", level=C, sources=(S.FOLLOW_UP,), target=Target.SAME,
        who=(Role.FOLLOW_UP,), form=forms.AttemptForm, effects=(closing_fx.keep_attempt,), rule="§1.6",
        citizen_text="热线回访未能联系上您",
    ),
    Row(
        action="close", label="办结", level=C, sources=(S.FOLLOW_UP,), target=S.CLOSED,
        who=(Role.FOLLOW_UP, Role.SYSTEM), form=forms.CloseForm,
        guards=(closing.answers_recorded, closing.recording_linked),
        effects=(closing_fx.keep_answers, intake_fx.note_closed), clocks=("-follow_up", "+archive"), main=True, rule="§1.6",
        citizen_text="已办结", tells_citizen=True,
    ),
    Row(
        action="rework", label="重办", level=C, sources=(S.FOLLOW_UP,), target=S.REWORK,
        who=(Role.FOLLOW_UP,), form=forms.ReworkForm,
        guards=(closing.dissatisfied_and_reasonable, closing.recording_linked),
        effects=(
            closing_fx.keep_complaint, closing_fx.start_rework, supervision_fx.supervise_repeated_failure,
            supervision_fx.report_false_results,
        ),
        clocks=("-follow_up", "+handle"), rule="§1.6", citizen_text="您不满意，{unit} 重新办理", tells_citizen=True,
    ),
    Row(
        action="claim_unreasonable", label="提请无理诉求审核", level=C, sources=(S.FOLLOW_UP,), target=S.DISPUTE,
        who=(Role.FOLLOW_UP,), form=forms.EvidenceForm, guards=(returning.attachments_exist,),
        effects=(disputes_fx.open_unreasonable_review,), clocks=("-follow_up", "+dispute"), rule="§1.6",
        citizen_text="热线正在复核办理结果",
    ),
    Row(
        action="grant_unreasonable", label="认定无理诉求", level=C, sources=(S.DISPUTE,), target=S.CLOSED,
        who=(Role.CENTRE_HEAD,), form=forms.UnreasonableForm, early=(returning.about_unreasonable,),
        effects=(closing_fx.grant_unreasonable,), clocks=("-dispute", "+archive"), rule="§1.6",
        citizen_text="已办结（已向您解释）", tells_citizen=True, danger=True,
    ),
    Row(
        action="refuse_unreasonable", label="不认定无理诉求", level=C, sources=(S.DISPUTE,), target=S.FOLLOW_UP,
        who=(Role.COORDINATOR, Role.CENTRE_HEAD), form=forms.ReasonForm, early=(returning.about_unreasonable,),
        effects=(closing_fx.refuse_unreasonable,), clocks=("-dispute", "+follow_up"), rule="§1.6",
        citizen_text="热线将回访您",
    ),
    Row(
        action="final_reply", label="最终答复", level=C, sources=(S.HANDLING, S.REWORK, S.FOLLOW_UP), target=S.CLOSED,
        who=(Role.CENTRE_HEAD,), form=forms.FinalReplyForm,
        guards=(closing.head_signed, returning.attachments_exist), effects=(closing_fx.keep_final_reply,),
        clocks=("-all", "+archive"), rule="§1.6", citizen_text="已作最终答复", tells_citizen=True, danger=True,
    ),
    Row(
        action="explain_repeat", label="按原答复解释", level=C, sources=(S.PENDING_REVIEW, S.PENDING_DISPATCH),
        target=S.CLOSED, who=(Role.REVIEWER, Role.DISPATCHER), form=forms.ExplainForm,
        early=(closing.answered_finally,), effects=(closing_fx.explain_repeat,), clocks=("-all", "+archive"),
        rule="§1.6", citizen_text="此事项已作答复，热线按原答复向您解释", tells_citizen=True,
    ),
    Row(
        action="reopen", label="重启", level=C, sources=(S.CLOSED,), target=S.REWORK,
        who=(*HOTLINE, Role.CITIZEN), form=forms.ReopenForm, early=(closing.within_reopen_window, closing.road_not_ended),
        effects=(closing_fx.start_reopened,), clocks=("-archive", "+handle"), rule="§3",
        citizen_text="因有新情况，{unit} 重新办理", tells_citizen=True,
    ),
    Row(
        action="object_result", label="对结果提出异议", level=C, sources=(S.FOLLOW_UP, S.CLOSED), target=S.FOLLOW_UP,
        who=(Role.CITIZEN,), form=forms.ReasonForm,
        early=(closing.within_reopen_window, closing.result_objects_once),
        effects=(closing_fx.keep_result_objection,), clocks=("-archive", "+follow_up"), rule="§9",
        citizen_text="您对结果有异议，热线将与您联系",
    ),
    Row(
        action="transfer_out", label="转出", level=C, sources=LIVE_STATES, target=S.TRANSFERRED,
        who=HOTLINE, form=forms.TransferForm, effects=(intake_fx.keep_transfer, intake_fx.end_parts),
        clocks=("-all",), rule="§3", citizen_text="已转交有权处理的机关（回执 {receipt}）", tells_citizen=True,
        danger=True,
    ),
    Row(
        action="cancel", label="撤销", level=C, sources=LIVE_STATES, target=S.CANCELLED,
        who=HOTLINE, form=forms.CancelForm, guards=(closing.citizen_asked,),
        effects=(intake_fx.keep_cancel, intake_fx.end_parts), clocks=("-all",), rule="§3",
        citizen_text="已按您的要求撤销", danger=True,
    ),
    Row(
        action="archive", label="归档", level=C, sources=(S.CLOSED, S.DIRECT_CLOSED), target=S.ARCHIVED,
        who=(Role.SYSTEM,), effects=(closing_fx.note_archived,), clocks=("-archive",), rule="§3",
    ),
)  # fmt: skip

TABLE: tuple[Row, ...] = (*INTAKE, *TO_UNITS, *HANDLING, *ENDING, *BESIDES)
ROWS: dict[str, Row] = {row.action: row for row in TABLE}
