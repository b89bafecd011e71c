"""Why the telephone side refuses, one class per reason."""

from hotline.core.errors import Conflict, Invalid, NotAllowed, NotFound, PartUnavailable


class CallNotFound(NotFound):
    code = "call.not_found"


class CallBackNotFound(NotFound):
    code = "call_back.not_found"


class QueueNotFound(NotFound):
    code = "queue.not_found"


class SeatNotFound(NotFound):
    code = "seat.not_found"


class MarkNotFound(NotFound):
    code = "caller.mark_not_found"


class NumberWithheld(Conflict):
    code, text = "caller.number_withheld", "对方隐藏了号码，无法标记"


class RecordingNotFound(NotFound):
    code = "recording.not_found"


class RecordingNotReady(Conflict):
    code, text = "recording.not_ready", "录音正在处理，请稍后再试"


class RecordingDamaged(NotFound):
    code, text = "recording.damaged", "录音文件已损坏或丢失，请联系系统管理员"


class RecordingUnusable(NotFound):
    code, text = "recording.unusable", "这段录音没有可用的声音"


class DownloadNotFound(NotFound):
    code = "download.not_found"


class DownloadDecided(Conflict):
    code, text = "download.decided", "这项下载申请已经处理"


class DownloadNotAllowed(NotAllowed):
    code, text = "download.not_allowed", "下载尚未获批，或批准已过期"


class OwnDownload(NotAllowed):
    code, text = "download.own", "不能审批自己的下载申请"


class CallGone(Conflict):
    """Somebody was faster: the caller hung up, or the time to answer has run out."""

    code, text = "call.gone", "来电已结束或已转给其他坐席"


class NotYourCall(NotAllowed):
    code, text = "call.not_yours", "这通电话不在您的坐席上"


class CallNotTalking(Conflict):
    code, text = "call.not_talking", "通话尚未接通或已经结束，不能进行此操作"


class SeatNotSignedIn(Conflict):
    code, text = "seat.not_signed_in", "请先签入"


class SeatInCall(Conflict):
    code, text = "seat.in_call", "通话中不能进行此操作，请先挂断"


class PhoneNotAllowed(Invalid):
    code, text = "seat.phone_not_allowed", "话机地址应为内网 SIP 地址，例如 sip:801@192.168.1.20"


class UnknownBusyReason(Invalid):
    code, text = "seat.unknown_busy_reason", "请选择示忙原因"


class CallBackTaken(Conflict):
    code, text = "call_back.taken", "这条漏话已由其他话务员回拨"


class CallBackFinished(Conflict):
    code, text = "call_back.finished", "这条漏话已经处理完毕"


class CallBackWithoutNumber(Conflict):
    code, text = "call_back.no_number", "对方隐藏了号码，无法回拨"


class BadMediaOffer(Invalid):
    code, text = "media.bad_offer", "浏览器的音频参数无法识别，请刷新页面后重试"


class NoLineFree(PartUnavailable):
    code, text = "call.no_line", "线路全忙，请稍后再试"


class NumberNotAllowed(NotAllowed):
    code, text = "call.number_not_allowed", "不允许呼叫该号码"


class NoTrunk(PartUnavailable):
    code, text = "call.no_trunk", "没有配置外线（HOTLINE_SIP_TRUNK），不能呼叫外部号码"


class SeatNotFree(Conflict):
    code, text = "seat.not_free", "该坐席现在不空闲"


class SomebodyIsThere(Conflict):
    code, text = "call.somebody_is_there", "已经有第三方在通话中，请先结束与他的通话"


class NobodyIsThere(Conflict):
    code, text = "call.nobody_is_there", "对方尚未接通"


class AlreadyListening(Conflict):
    code, text = "call.already_listening", "您已在监听另一通电话"
