"""What a clerk can do about a difference, in words that can be acted on: by type and, where it has some, by reason."""

from app.enrollment.payments import Reason

_NOTED = "同意只表示已核实，不改账。"
_WAITS = "款项在待处理清单中，"
ADVICE: dict[tuple[str, str | None], str] = {
    (
        "callback_missed",
        None,
    ): "同意：按对账单补登，同一事件只入账一次，通知后来再到也不重复。驳回：不入账，请税务重发通知。",
    ("not_on_statement", None): "请税务核实款项是否到账：到账的补发对账单，没有到账的发退费通知。" + _NOTED,
    ("amount_differs", "callback"): "通知与对账单金额不同，账上以通知为准。请税务更正对账单，或退费后重新缴费。"
    + _NOTED,
    ("amount_differs", "receivable"): "所缴不是应缴金额，" + _WAITS + "请税务退回后按应缴金额重缴。" + _NOTED,
    ("amount_differs", "ledger"): "账上金额与对账单不同，请管理员核对账簿（canbao ledger verify）和操作记录。" + _NOTED,
    ("content_differs", "order"): "通知与对账单的订单号不同，账上以通知为准。请税务核实，有误的退费后重新缴费。"
    + _NOTED,
    ("content_differs", "type"): "一方说是缴费，一方说是退费，账上以通知为准。请税务核实。" + _NOTED,
    ("content_differs", "paid_at"): "缴费时间不同，账上以通知为准；应缴按缴费当天计算。请税务核实。" + _NOTED,
    ("content_differs", "reverses_event_id"): "退的不是同一笔缴费，账上以通知为准。请税务核实。" + _NOTED,
    (
        "reversed",
        "not_arrived",
    ): "同意：按对账单补登退费，所退的一笔使之参保的，参保随之取消。驳回：不入账，请税务重发通知。",
    ("reversed", "not_on_statement"): "已按通知退费。请税务核实款项是否退出：没有退出的须重新缴费。" + _NOTED,
    ("paid_twice", "suspended"): "这一单缴了两次，后一笔" + _WAITS + "请税务退回。" + _NOTED,
    ("paid_twice", "not_arrived"): "这一单缴了两次：后一笔补登后进入待处理清单，请税务退回。" + _NOTED,
    ("not_booked", Reason.ORDER_CANCELLED): "登记已取消，" + _WAITS + "请税务退回；要参保的重新登记后缴费。" + _NOTED,
    ("not_booked", Reason.NO_PRICE_ON_PAYMENT_DAY): "缴费当天没有缴费途径，" + _WAITS + "请税务退回。" + _NOTED,
    ("not_booked", Reason.REVERSAL_WITHOUT_PAYMENT): "所退的缴费还没有到：先补登那一笔缴费，或请税务重发。" + _NOTED,
    ("not_booked", Reason.ALREADY_REVERSED): "所退的缴费已经退过，" + _WAITS + "请税务核实是否多退。" + _NOTED,
    ("not_booked", Reason.AMOUNT_MISMATCH): "退费金额与所退的缴费不同，" + _WAITS + "请税务核实。" + _NOTED,
    ("not_booked", "not_covered"): "已入账，而登记现在不是参保。请管理员查看该登记的操作记录。" + _NOTED,
    ("wrong_region", None): "其他地区的订单，请转该地区经办核对。" + _NOTED,
    ("wrong_year", "other_year"): "其他年度的订单，请按该年度或不限年度再核对一次。" + _NOTED,
    ("wrong_year", "year_over"): "缴费当天参保年度已经结束，不能参保，请税务退回。" + _NOTED,
    ("unknown_order", None): "请与税务核对订单号。没有收到通知的补登后进入待处理清单，请税务退回。" + _NOTED,
}


def advice(type: str, reason: str | None) -> str:
    """The sentence for a difference."""
    return ADVICE[type, reason]
