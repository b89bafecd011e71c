"""initial"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from hotline.core.db import Xid8

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

RULES = """
create function refuse_change() returns trigger language plpgsql as
$$ begin raise exception '% is append-only', tg_table_name; end $$;
create trigger audit_entry_append_only before update or delete on audit_entry
for each row execute function refuse_change();
create trigger audit_seal_append_only before update or delete on audit_seal
for each row execute function refuse_change();
create function audit_heads(wanted text[])
returns table (subject text, seq integer, hash bytea) language plpgsql as
$$ begin
  perform pg_advisory_xact_lock(hashtextextended(one, 12345)) from unnest(wanted) one;
  return query select one, head.seq, head.hash from unnest(wanted) one cross join lateral (
    select entry.seq, entry.hash from audit_entry entry where entry.subject = one order by entry.seq desc limit 1
  ) head;
end $$;
create function wake_listeners() returns trigger language plpgsql as
$$ begin perform pg_notify('hotline_events', ''); return null; end $$;
create trigger event_log_wakes after insert on event_log
for each statement execute function wake_listeners();
"""


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("subject", sa.Text(collation="C"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("subject", "seq", name=op.f("uq_audit_entry_subject_seq")),
    )
    op.create_index("ix_audit_entry_action_at", "audit_entry", ["action", "at"], unique=False)
    op.create_index("ix_audit_entry_actor_at", "audit_entry", ["actor_id", "at"], unique=False)
    op.create_table(
        "audit_seal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("horizon", sa.BigInteger(), nullable=False),
        sa.Column("subjects", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seal")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("date", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "call_queue",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("strategy", sa.Text(), nullable=False),
        sa.Column("called_numbers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("needs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("offer_timeout_s", sa.Integer(), nullable=False),
        sa.Column("wrap_up_s", sa.Integer(), nullable=False),
        sa.Column("max_misses", sa.Integer(), nullable=False),
        sa.Column("max_waiting", sa.Integer(), nullable=False),
        sa.Column("announce_every_s", sa.Integer(), nullable=False),
        sa.Column("tier_wait_s", sa.Integer(), nullable=False),
        sa.Column("service_level_s", sa.Integer(), nullable=False),
        sa.Column("sticky", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_queue")),
        sa.UniqueConstraint("code", name=op.f("uq_call_queue_code")),
    )
    op.create_table(
        "caller_mark",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caller_mark")),
    )
    op.create_index("ix_caller_mark_number_hash", "caller_mark", ["number_hash"], unique=False)
    op.create_table(
        "category",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("keywords", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("default_urgency", sa.Text(), nullable=False),
        sa.Column("case_types", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_category")),
    )
    op.create_index(op.f("ix_category_parent_code"), "category", ["parent_code"], unique=False)
    op.create_table(
        "code_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_no", sa.Text(), nullable=False),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_attempt")),
    )
    op.create_index("ix_code_attempt_case", "code_attempt", ["case_no", "at"], unique=False)
    op.create_index("ix_code_attempt_ip", "code_attempt", ["ip", "at"], unique=False)
    op.create_table(
        "daily_counter",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("series", "day", name=op.f("pk_daily_counter")),
    )
    op.create_table(
        "drill_anchor",
        sa.Column("drill", sa.Text(), nullable=False),
        sa.Column("anchor", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("drill", name=op.f("pk_drill_anchor")),
    )
    op.create_table(
        "event_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rooms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_log")),
    )
    op.create_index("ix_event_log_at", "event_log", ["at"], unique=False)
    op.create_index("ix_event_log_xid", "event_log", ["xid"], unique=False)
    op.create_table(
        "house_limit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=True),
        sa.Column("limit_text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house_limit")),
    )
    op.create_index(
        "uq_house_limit", "house_limit", ["clock", sa.literal_column("coalesce(urgency, '')")], unique=True
    )
    op.create_table(
        "limit_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("case_type", sa.Text(), nullable=True),
        sa.Column("urgency", sa.Text(), nullable=True),
        sa.Column("difficulty", sa.Text(), nullable=True),
        sa.Column("unit_code", sa.Text(), nullable=True),
        sa.Column("category_code", sa.Text(), nullable=True),
        sa.Column("sign", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("extension_times", sa.Integer(), nullable=False),
        sa.Column("extension_limit", sa.Text(), nullable=True),
        sa.Column("return_window", sa.Text(), nullable=True),
        sa.Column("max_returns", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limit_rule")),
    )
    op.create_index("ix_limit_rule_template", "limit_rule", ["template", "valid_from"], unique=False)
    op.create_table(
        "limit_template",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("counting", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_limit_template")),
    )
    op.create_table(
        "line_switch",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_line_switch")),
    )
    op.create_table(
        "phone_code",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=False),
        sa.Column("phone_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_code")),
    )
    op.create_index("ix_phone_code_ip", "phone_code", ["ip", "sent_at"], unique=False)
    op.create_index("ix_phone_code_phone", "phone_code", ["phone_hash", "sent_at"], unique=False)
    op.create_table(
        "routing_proposal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=True),
        sa.Column("from_unit", sa.Text(), nullable=True),
        sa.Column("to_unit", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("routing_row_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_proposal")),
    )
    op.create_index(op.f("ix_routing_proposal_case_id"), "routing_proposal", ["case_id"], unique=False)
    op.create_table(
        "routing_row",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("row_no", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=False),
        sa.Column("place_level_rule", sa.Text(), nullable=True),
        sa.Column("object_rule", sa.Text(), nullable=True),
        sa.Column("lead_unit", sa.Text(), nullable=False),
        sa.Column("co_units", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("law", sa.Text(), nullable=True),
        sa.Column("article", sa.Text(), nullable=True),
        sa.Column("law_status", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_row")),
    )
    op.create_index("ix_routing_row_category", "routing_row", ["category_code", "valid_from"], unique=False)
    op.create_index(op.f("ix_routing_row_row_no"), "routing_row", ["row_no"], unique=False)
    op.create_table(
        "sip_worker",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sip_address", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sip_worker")),
    )
    op.create_index(
        "ix_sip_worker_live", "sip_worker", ["id"], unique=False, postgresql_where=sa.text("state <> 'gone'")
    )
    op.create_table(
        "sms_message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("to_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("text_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("gateway_id", sa.Text(), nullable=True),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_message")),
        sa.UniqueConstraint("event_id", "template", name=op.f("uq_sms_message_event_id_template")),
    )
    op.create_index(op.f("ix_sms_message_at"), "sms_message", ["at"], unique=False)
    op.create_index(op.f("ix_sms_message_subject"), "sms_message", ["subject"], unique=False)
    op.create_table(
        "township_duty",
        sa.Column("category_code", sa.Text(), nullable=False),
        sa.Column("township_may_handle", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("category_code", name=op.f("pk_township_duty")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("duties", sa.Text(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id")),
        sa.ForeignKeyConstraint(["successor_id"], ["unit.id"], name=op.f("fk_unit_successor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    op.create_index(op.f("ix_unit_parent_id"), "unit", ["parent_id"], unique=False)
    op.create_table(
        "app_user",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("work_no", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("mobile", sa.LargeBinary(), nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_logins", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_app_user_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("username", name=op.f("uq_app_user_username")),
        sa.UniqueConstraint("work_no", name=op.f("uq_app_user_work_no")),
    )
    op.create_index(op.f("ix_app_user_unit_id"), "app_user", ["unit_id"], unique=False)
    op.create_table(
        "area",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("aliases", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["parent_code"], ["area.code"], name=op.f("fk_area_parent_code")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_area_unit_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_area")),
    )
    op.create_index(op.f("ix_area_parent_code"), "area", ["parent_code"], unique=False)
    op.create_table(
        "hotline_case",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("case_no", sa.Text(), nullable=False),
        sa.Column("query_code", sa.Text(), nullable=False),
        sa.Column("lead_case_id", sa.BigInteger(), nullable=True),
        sa.Column("old_case_id", sa.BigInteger(), nullable=True),
        sa.Column("external_no", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("access_number", sa.Text(), nullable=True),
        sa.Column("branch", sa.Text(), nullable=True),
        sa.Column("call_id", sa.BigInteger(), nullable=True),
        sa.Column("recording_id", sa.BigInteger(), nullable=True),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("caller_emotion", sa.Text(), nullable=True),
        sa.Column("identity_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("identity_masked", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("name_hash", sa.LargeBinary(), nullable=True),
        sa.Column("caller_no_hash", sa.LargeBinary(), nullable=True),
        sa.Column("contact_no_hash", sa.LargeBinary(), nullable=True),
        sa.Column("id_no_hash", sa.LargeBinary(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("caller_kind", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("company_code", sa.Text(), nullable=True),
        sa.Column("home_area_code", sa.Text(), nullable=True),
        sa.Column("labels", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("secrecy", sa.Text(), nullable=False),
        sa.Column("secrecy_asked", sa.Boolean(), nullable=False),
        sa.Column("contact_times", sa.Text(), nullable=True),
        sa.Column("case_type", sa.Text(), nullable=True),
        sa.Column("category_code", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("demand", sa.Text(), nullable=False),
        sa.Column("demands", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("paraphrase", sa.Text(), nullable=True),
        sa.Column("event_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("area_code", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("grid_code", sa.Text(), nullable=True),
        sa.Column("target_name", sa.Text(), nullable=True),
        sa.Column("target_phone", sa.Text(), nullable=True),
        sa.Column("target_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("enterprise", sa.Text(), nullable=True),
        sa.Column("people_affected", sa.Integer(), nullable=True),
        sa.Column("amount", sa.Text(), nullable=True),
        sa.Column("keywords", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column(
            "priority",
            sa.SmallInteger(),
            sa.Computed(
                "case urgency when 'critical' then 0 when 'urgent' then 1 else 2 end", persisted=True
            ),
            nullable=False,
        ),
        sa.Column("difficulty", sa.Text(), nullable=False),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        sa.Column("is_sensitive", sa.Boolean(), nullable=False),
        sa.Column("is_repeat", sa.Boolean(), nullable=False),
        sa.Column("is_conduct", sa.Boolean(), nullable=False),
        sa.Column("risk_words", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("law_basis", sa.Text(), nullable=True),
        sa.Column("routing_row_id", sa.BigInteger(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("suggestion", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("knowledge_id", sa.BigInteger(), nullable=True),
        sa.Column("solved_on_call", sa.Boolean(), nullable=False),
        sa.Column("refusal_code", sa.Text(), nullable=True),
        sa.Column("refusal_objected", sa.Boolean(), nullable=False),
        sa.Column("public_reply", sa.Text(), nullable=True),
        sa.Column("transferred_to", sa.Text(), nullable=True),
        sa.Column("close_reason", sa.Text(), nullable=True),
        sa.Column("unreasonable_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdraw_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("audited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hop_count", sa.Integer(), nullable=False),
        sa.Column("return_count", sa.Integer(), nullable=False),
        sa.Column("rework_count", sa.Integer(), nullable=False),
        sa.Column("reject_count", sa.Integer(), nullable=False),
        sa.Column("urge_count", sa.Integer(), nullable=False),
        sa.Column("follow_up_attempts", sa.Integer(), nullable=False),
        sa.Column("is_supervised", sa.Boolean(), nullable=False),
        sa.Column("first_satisfaction", sa.Text(), nullable=True),
        sa.Column("first_rated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("final_satisfaction", sa.Text(), nullable=True),
        sa.Column("final_rated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("citizen_solved", sa.Text(), nullable=True),
        sa.Column("rating_reason", sa.Text(), nullable=True),
        sa.Column("excluded_from_score", sa.Boolean(), nullable=False),
        sa.Column("exclusion_reason", sa.Text(), nullable=True),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("updated_by_id", sa.BigInteger(), nullable=True),
        sa.Column("occupied_by_id", sa.BigInteger(), nullable=True),
        sa.Column("occupied_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lead_case_id"], ["hotline_case.id"], name=op.f("fk_hotline_case_lead_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["old_case_id"], ["hotline_case.id"], name=op.f("fk_hotline_case_old_case_id")
        ),
        sa.ForeignKeyConstraint(["target_unit_id"], ["unit.id"], name=op.f("fk_hotline_case_target_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hotline_case")),
        sa.UniqueConstraint("case_no", name=op.f("uq_hotline_case_case_no")),
    )
    op.create_index("ix_case_accepted_at", "hotline_case", ["accepted_at"], unique=False)
    op.create_index("ix_case_agent_status", "hotline_case", ["agent_id", "status", "id"], unique=False)
    op.create_index(
        "ix_case_knowledge_id",
        "hotline_case",
        ["knowledge_id"],
        unique=False,
        postgresql_where=sa.text("knowledge_id is not null"),
    )
    op.create_index(
        "ix_case_place", "hotline_case", ["area_code", "category_code", "created_at"], unique=False
    )
    op.create_index("ix_case_search", "hotline_case", ["search"], unique=False, postgresql_using="gin")
    op.create_index("ix_case_status", "hotline_case", ["status", "priority", "id"], unique=False)
    op.create_index(
        "ix_case_supervised", "hotline_case", ["id"], unique=False, postgresql_where=sa.text("is_supervised")
    )
    op.create_index(op.f("ix_hotline_case_agent_id"), "hotline_case", ["agent_id"], unique=False)
    op.create_index(op.f("ix_hotline_case_call_id"), "hotline_case", ["call_id"], unique=False)
    op.create_index(op.f("ix_hotline_case_caller_no_hash"), "hotline_case", ["caller_no_hash"], unique=False)
    op.create_index(
        op.f("ix_hotline_case_contact_no_hash"), "hotline_case", ["contact_no_hash"], unique=False
    )
    op.create_index(op.f("ix_hotline_case_external_no"), "hotline_case", ["external_no"], unique=False)
    op.create_index(op.f("ix_hotline_case_lead_case_id"), "hotline_case", ["lead_case_id"], unique=False)
    op.create_index(op.f("ix_hotline_case_name_hash"), "hotline_case", ["name_hash"], unique=False)
    op.create_index(op.f("ix_hotline_case_old_case_id"), "hotline_case", ["old_case_id"], unique=False)
    op.create_table(
        "knowledge_article",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("keywords", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_knowledge_article_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_article")),
    )
    op.create_index(
        "ix_knowledge_article_search", "knowledge_article", ["search"], unique=False, postgresql_using="gin"
    )
    op.create_index(op.f("ix_knowledge_article_unit_id"), "knowledge_article", ["unit_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("handler", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event_log.id"], name=op.f("fk_outbox_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("done_at is null and given_up_at is null"),
    )
    op.create_index(op.f("ix_outbox_event_id"), "outbox", ["event_id"], unique=False)
    op.create_table(
        "reply_template",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_reply_template_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_template")),
    )
    op.create_index(op.f("ix_reply_template_unit_id"), "reply_template", ["unit_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_ip", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name=op.f("fk_api_token_created_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_api_token_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index(op.f("ix_api_token_unit_id"), "api_token", ["unit_id"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("hop", sa.Integer(), nullable=False),
        sa.Column("dispatched_by_id", sa.BigInteger(), nullable=True),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("round_started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("designated", sa.Boolean(), nullable=False),
        sa.Column("limit_rule_id", sa.BigInteger(), nullable=True),
        sa.Column("sign_limit", sa.Text(), nullable=False),
        sa.Column("contact_limit", sa.Text(), nullable=False),
        sa.Column("handle_limit", sa.Text(), nullable=False),
        sa.Column("extension_limit", sa.Text(), nullable=True),
        sa.Column("extensions_allowed", sa.Integer(), nullable=False),
        sa.Column("extension_count", sa.Integer(), nullable=False),
        sa.Column("return_window", sa.Text(), nullable=True),
        sa.Column("return_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returns_allowed", sa.Integer(), nullable=False),
        sa.Column("return_count", sa.Integer(), nullable=False),
        sa.Column("rework_no", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("sign_late", sa.Boolean(), nullable=False),
        sa.Column("first_contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exit_reason", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("public_reply", sa.Text(), nullable=True),
        sa.Column("solved", sa.Text(), nullable=True),
        sa.Column("unsolved_reason", sa.Text(), nullable=True),
        sa.Column("facts_true", sa.Boolean(), nullable=True),
        sa.Column("beyond_duty", sa.Boolean(), nullable=False),
        sa.Column("demands_answered", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reply_findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["hotline_case.id"], name=op.f("fk_assignment_case_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["assignment.id"], name=op.f("fk_assignment_parent_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_assignment_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_case_id"), "assignment", ["case_id"], unique=False)
    op.create_index("ix_assignment_dispatched_at", "assignment", ["dispatched_at"], unique=False)
    op.create_index("ix_assignment_replied_at", "assignment", ["replied_at"], unique=False)
    op.create_index("ix_assignment_unit_status", "assignment", ["unit_id", "status", "id"], unique=False)
    op.create_index(
        "uq_assignment_live_lead",
        "assignment",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'exited' AND role = 'lead'"),
    )
    op.create_index(
        "uq_assignment_live_unit",
        "assignment",
        ["case_id", "unit_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'exited'"),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("citizen_may_see", sa.Boolean(), nullable=False),
        sa.Column("added_by_id", sa.BigInteger(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["hotline_case.id"], name=op.f("fk_attachment_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_case_id"), "attachment", ["case_id"], unique=False)
    op.create_table(
        "buck_passing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("signals", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["hotline_case.id"], name=op.f("fk_buck_passing_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_buck_passing")),
    )
    op.create_index("ix_buck_passing_at", "buck_passing", ["at", "score"], unique=False)
    op.create_index("ix_buck_passing_case", "buck_passing", ["case_id", "at"], unique=False)
    op.create_table(
        "call_back_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("number_hash", sa.LargeBinary(), nullable=True),
        sa.Column("number_masked", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("missed_calls", sa.Integer(), nullable=False),
        sa.Column("first_missed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_missed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["app_user.id"], name=op.f("fk_call_back_request_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back_request")),
    )
    op.create_index(
        "ix_call_back_request_first_missed_at", "call_back_request", ["first_missed_at"], unique=False
    )
    op.create_index(
        "ix_call_back_request_open",
        "call_back_request",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state <> 'done'"),
    )
    op.create_index(
        "uq_call_back_request_number_open",
        "call_back_request",
        ["number_hash"],
        unique=True,
        postgresql_where=sa.text("state <> 'done'"),
    )
    op.create_table(
        "card",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=True),
        sa.Column("deadline_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("dated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["hotline_case.id"], name=op.f("fk_card_case_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_card_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card")),
        sa.UniqueConstraint("deadline_id", "colour", name=op.f("uq_card_deadline_id_colour")),
    )
    op.create_index(op.f("ix_card_case_id"), "card", ["case_id"], unique=False)
    op.create_index("ix_card_unit", "card", ["unit_id", "dated_at"], unique=False)
    op.create_table(
        "case_edit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["hotline_case.id"], name=op.f("fk_case_edit_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_edit")),
        sa.UniqueConstraint("case_id", "version", name=op.f("uq_case_edit_case_id_version")),
    )
    op.create_table(
        "case_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("actor_role", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_name", sa.Text(), nullable=True),
        sa.Column("from_status", sa.Text(), nullable=True),
        sa.Column("to_status", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("citizen_text", sa.Text(), nullable=True),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["hotline_case.id"], name=op.f("fk_case_event_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
    )
    op.create_index("ix_case_event_case", "case_event", ["case_id", "id"], unique=False)
    op.create_table(
        "citizen_rating",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("satisfaction", sa.Text(), nullable=False),
        sa.Column("solved", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["hotline_case.id"], name=op.f("fk_citizen_rating_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citizen_rating")),
    )
    op.create_index(op.f("ix_citizen_rating_case_id"), "citizen_rating", ["case_id"], unique=False)
    op.create_table(
        "dispute",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("unit_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("designated_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("minutes", sa.Text(), nullable=True),
        sa.Column("minutes_attachment_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["hotline_case.id"], name=op.f("fk_dispute_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    op.create_index(op.f("ix_dispute_case_id"), "dispute", ["case_id"], unique=False)
    op.create_table(
        "export_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("list_name", sa.Text(), nullable=False),
        sa.Column("list_label", sa.Text(), nullable=False),
        sa.Column("q", sa.Text(), nullable=True),
        sa.Column("filters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("takes", sa.Integer(), nullable=False),
        sa.Column("last_taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["app_user.id"], name=op.f("fk_export_request_asked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_request")),
    )
    op.create_index(op.f("ix_export_request_asked_by_id"), "export_request", ["asked_by_id"], unique=False)
    op.create_table(
        "follow_up",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt_no", sa.Integer(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=True),
        sa.Column("staff_contacted", sa.Boolean(), nullable=True),
        sa.Column("truthful", sa.Boolean(), nullable=True),
        sa.Column("solved", sa.Text(), nullable=True),
        sa.Column("satisfaction", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("reasonable", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["hotline_case.id"], name=op.f("fk_follow_up_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    op.create_index(op.f("ix_follow_up_case_id"), "follow_up", ["case_id"], unique=False)
    op.create_table(
        "instruction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("leader_id", sa.BigInteger(), nullable=True),
        sa.Column("leader_name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["hotline_case.id"], name=op.f("fk_instruction_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instruction")),
    )
    op.create_index(op.f("ix_instruction_case_id"), "instruction", ["case_id"], unique=False)
    op.create_table(
        "knowledge_report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("reported_by_id", sa.BigInteger(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["knowledge_article.id"], name=op.f("fk_knowledge_report_article_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_report")),
    )
    op.create_index(op.f("ix_knowledge_report_article_id"), "knowledge_report", ["article_id"], unique=False)
    op.create_index(
        "ix_knowledge_report_open",
        "knowledge_report",
        ["id"],
        unique=False,
        postgresql_where=sa.text("settled_at is null"),
    )
    op.create_table(
        "knowledge_revision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("keywords", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("edited_by_id", sa.BigInteger(), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["knowledge_article.id"], name=op.f("fk_knowledge_revision_article_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_knowledge_revision_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_revision")),
    )
    op.create_index(
        op.f("ix_knowledge_revision_article_id"), "knowledge_revision", ["article_id"], unique=False
    )
    op.create_index(
        "uq_knowledge_revision_article_id_open",
        "knowledge_revision",
        ["article_id"],
        unique=True,
        postgresql_where=sa.text("state in ('draft', 'submitted')"),
    )
    op.create_table(
        "progress_note",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("citizen_may_see", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["hotline_case.id"], name=op.f("fk_progress_note_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_note")),
    )
    op.create_index(op.f("ix_progress_note_case_id"), "progress_note", ["case_id"], unique=False)
    op.create_table(
        "seat",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrap_up_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_state", sa.Text(), nullable=True),
        sa.Column("next_reason", sa.Text(), nullable=True),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("talk_s", sa.Integer(), nullable=False),
        sa.Column("skills", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tiers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_seat_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint("user_id", name=op.f("uq_seat_user_id")),
    )
    op.create_index(
        "ix_seat_free", "seat", ["idle_since"], unique=False, postgresql_where=sa.text("state = 'available'")
    )
    op.create_table(
        "supervision_order",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("joint_unit_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("demand", sa.Text(), nullable=False),
        sa.Column("dated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answer_attachment_id", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("closing_note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["hotline_case.id"], name=op.f("fk_supervision_order_case_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_supervision_order_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_order")),
        sa.UniqueConstraint("order_no", name=op.f("uq_supervision_order_order_no")),
    )
    op.create_index(op.f("ix_supervision_order_case_id"), "supervision_order", ["case_id"], unique=False)
    op.create_index(op.f("ix_supervision_order_unit_id"), "supervision_order", ["unit_id"], unique=False)
    op.create_table(
        "urge",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("urge_no", sa.Text(), nullable=False),
        sa.Column("by_citizen", sa.Boolean(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["hotline_case.id"], name=op.f("fk_urge_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_urge")),
    )
    op.create_index("ix_urge_case", "urge", ["case_id", "at"], unique=False)
    op.create_table(
        "user_session",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_user_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    op.create_index("ix_user_session_user_id", "user_session", ["user_id"], unique=False)
    op.create_table(
        "call",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=True),
        sa.Column("sip_call_id", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.BigInteger(), nullable=True),
        sa.Column("seat_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("call_back_id", sa.BigInteger(), nullable=True),
        sa.Column("number_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("number_hash", sa.LargeBinary(), nullable=True),
        sa.Column("number_masked", sa.Text(), nullable=False),
        sa.Column("called", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("needs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("wanted_seat_id", sa.BigInteger(), nullable=True),
        sa.Column("rang_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offer_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("talking_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("recording_paused", sa.Boolean(), nullable=False),
        sa.Column("hold_s", sa.Integer(), nullable=False),
        sa.Column("wrap_up_s", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("flow_step", sa.Text(), nullable=True),
        sa.Column("mos", sa.Double(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["call_back_id"], ["call_back_request.id"], name=op.f("fk_call_call_back_id")
        ),
        sa.ForeignKeyConstraint(["queue_id"], ["call_queue.id"], name=op.f("fk_call_queue_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_call_seat_id")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_call_user_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["sip_worker.id"], name=op.f("fk_call_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
    )
    op.create_index(op.f("ix_call_call_back_id"), "call", ["call_back_id"], unique=False)
    op.create_index(
        "ix_call_live",
        "call",
        ["state", "queued_at"],
        unique=False,
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_index("ix_call_number_hash_rang_at", "call", ["number_hash", "rang_at"], unique=False)
    op.create_index("ix_call_rang_at", "call", ["rang_at"], unique=False)
    op.create_index("ix_call_user_id_rang_at", "call", ["user_id", "rang_at"], unique=False)
    op.create_index(
        "uq_call_seat_id_holding",
        "call",
        ["seat_id"],
        unique=True,
        postgresql_where=sa.text("state in ('offered', 'dialling', 'talking')"),
    )
    op.create_table(
        "contact_record",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("contacted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("number_masked", sa.Text(), nullable=True),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=True),
        sa.Column("attachment_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_by_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_contact_record_assignment_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["hotline_case.id"], name=op.f("fk_contact_record_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_record")),
    )
    op.create_index(op.f("ix_contact_record_case_id"), "contact_record", ["case_id"], unique=False)
    op.create_table(
        "deadline",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=True),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("limit_text", sa.Text(), nullable=False),
        sa.Column("limit_rule_id", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pauses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("extensions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("original_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("steps_fired", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_deadline_assignment_id")),
        sa.ForeignKeyConstraint(["case_id"], ["hotline_case.id"], name=op.f("fk_deadline_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
    )
    op.create_index(op.f("ix_deadline_case_id"), "deadline", ["case_id"], unique=False)
    op.create_index("ix_deadline_clock_due", "deadline", ["clock", "due_at"], unique=False)
    op.create_index(
        "ix_deadline_next",
        "deadline",
        ["next_at", "id"],
        unique=False,
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index(
        "ix_deadline_open_due",
        "deadline",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(
        "uq_deadline_open",
        "deadline",
        [
            "case_id",
            "clock",
            sa.literal_column("coalesce(assignment_id, 0)"),
            sa.literal_column("coalesce(subject_id, 0)"),
        ],
        unique=True,
        postgresql_where=sa.text("state in ('running', 'paused')"),
    )
    op.create_table(
        "extension",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("limit_text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("caller_told", sa.Boolean(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("old_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("new_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_extension_assignment_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["hotline_case.id"], name=op.f("fk_extension_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    op.create_index(op.f("ix_extension_assignment_id"), "extension", ["assignment_id"], unique=False)
    op.create_index(op.f("ix_extension_case_id"), "extension", ["case_id"], unique=False)
    op.create_table(
        "opinion",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("dispute_id", sa.BigInteger(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("attachment_id", sa.BigInteger(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["dispute_id"], ["dispute.id"], name=op.f("fk_opinion_dispute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion")),
    )
    op.create_index("ix_opinion_dispute", "opinion", ["dispute_id", "id"], unique=False)
    op.create_table(
        "return_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("reason_class", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("law_basis", sa.Text(), nullable=False),
        sa.Column("suggested_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("attachment_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("official_letter_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("dispatch_error", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_return_request_assignment_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["hotline_case.id"], name=op.f("fk_return_request_case_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_return_request_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_request")),
    )
    op.create_index(
        op.f("ix_return_request_assignment_id"), "return_request", ["assignment_id"], unique=False
    )
    op.create_index(op.f("ix_return_request_case_id"), "return_request", ["case_id"], unique=False)
    op.create_index(op.f("ix_return_request_unit_id"), "return_request", ["unit_id"], unique=False)
    op.create_table(
        "seat_span",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("seat_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_seat_span_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_span")),
    )
    op.create_index(
        "ix_seat_span_open",
        "seat_span",
        ["seat_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_index("ix_seat_span_started_at", "seat_span", ["started_at"], unique=False)
    op.create_table(
        "suspension",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_suspension_assignment_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["hotline_case.id"], name=op.f("fk_suspension_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
    )
    op.create_index(op.f("ix_suspension_case_id"), "suspension", ["case_id"], unique=False)
    op.create_table(
        "call_back_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=True),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_back_attempt_call_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["call_back_request.id"], name=op.f("fk_call_back_attempt_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back_attempt")),
        sa.UniqueConstraint(
            "request_id", "at", "user_id", name=op.f("uq_call_back_attempt_request_id_at_user_id")
        ),
    )
    op.create_index(
        op.f("ix_call_back_attempt_request_id"), "call_back_attempt", ["request_id"], unique=False
    )
    op.create_table(
        "call_offer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=False),
        sa.Column("seat_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_offer_call_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_call_offer_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_offer")),
    )
    op.create_index(op.f("ix_call_offer_call_id"), "call_offer", ["call_id"], unique=False)
    op.create_index("ix_call_offer_seat_id_offered_at", "call_offer", ["seat_id", "offered_at"], unique=False)
    op.create_table(
        "call_party",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("seat_id", sa.BigInteger(), nullable=True),
        sa.Column("invited_by_id", sa.BigInteger(), nullable=False),
        sa.Column("number_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_party_call_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_call_party_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_party")),
    )
    op.create_index(op.f("ix_call_party_call_id"), "call_party", ["call_id"], unique=False)
    op.create_index(
        "ix_call_party_here",
        "call_party",
        ["call_id"],
        unique=False,
        postgresql_where=sa.text("left_at is null"),
    )
    op.create_index(
        "uq_call_party_seat_id_here",
        "call_party",
        ["seat_id"],
        unique=True,
        postgresql_where=sa.text("left_at is null"),
    )
    op.create_table(
        "deadline_move",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("deadline_id", sa.BigInteger(), nullable=False),
        sa.Column("old_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("new_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name=op.f("fk_deadline_move_deadline_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_move")),
    )
    op.create_index(op.f("ix_deadline_move_deadline_id"), "deadline_move", ["deadline_id"], unique=False)
    op.create_table(
        "recording",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration_s", sa.Double(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("legal_hold", sa.Boolean(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("damaged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_recording_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
        sa.UniqueConstraint("name", name=op.f("uq_recording_name")),
    )
    op.create_index(op.f("ix_recording_call_id"), "recording", ["call_id"], unique=False)
    op.create_index(
        "ix_recording_unfinished",
        "recording",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state in ('running', 'raw')"),
    )
    op.create_table(
        "worker_command",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_worker_command_call_id")),
        sa.ForeignKeyConstraint(["worker_id"], ["sip_worker.id"], name=op.f("fk_worker_command_worker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_command")),
    )
    op.create_index(
        "ix_worker_command_open",
        "worker_command",
        ["worker_id", "id"],
        unique=False,
        postgresql_where=sa.text("taken_at is null"),
    )
    op.create_table(
        "recording_download",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("recording_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("allowed", sa.Boolean(), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recording.id"], name=op.f("fk_recording_download_recording_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_download")),
    )
    op.create_index(
        "ix_recording_download_open",
        "recording_download",
        ["id"],
        unique=False,
        postgresql_where=sa.text("decided_at is null"),
    )
    op.create_index(
        op.f("ix_recording_download_recording_id"), "recording_download", ["recording_id"], unique=False
    )
    op.execute(RULES)


def downgrade() -> None:
    op.drop_index(op.f("ix_recording_download_recording_id"), table_name="recording_download")
    op.drop_index(
        "ix_recording_download_open",
        table_name="recording_download",
        postgresql_where=sa.text("decided_at is null"),
    )
    op.drop_table("recording_download")
    op.drop_index(
        "ix_worker_command_open", table_name="worker_command", postgresql_where=sa.text("taken_at is null")
    )
    op.drop_table("worker_command")
    op.drop_index(
        "ix_recording_unfinished",
        table_name="recording",
        postgresql_where=sa.text("state in ('running', 'raw')"),
    )
    op.drop_index(op.f("ix_recording_call_id"), table_name="recording")
    op.drop_table("recording")
    op.drop_index(op.f("ix_deadline_move_deadline_id"), table_name="deadline_move")
    op.drop_table("deadline_move")
    op.drop_index(
        "uq_call_party_seat_id_here", table_name="call_party", postgresql_where=sa.text("left_at is null")
    )
    op.drop_index("ix_call_party_here", table_name="call_party", postgresql_where=sa.text("left_at is null"))
    op.drop_index(op.f("ix_call_party_call_id"), table_name="call_party")
    op.drop_table("call_party")
    op.drop_index("ix_call_offer_seat_id_offered_at", table_name="call_offer")
    op.drop_index(op.f("ix_call_offer_call_id"), table_name="call_offer")
    op.drop_table("call_offer")
    op.drop_index(op.f("ix_call_back_attempt_request_id"), table_name="call_back_attempt")
    op.drop_table("call_back_attempt")
    op.drop_index(op.f("ix_suspension_case_id"), table_name="suspension")
    op.drop_table("suspension")
    op.drop_index("ix_seat_span_started_at", table_name="seat_span")
    op.drop_index("ix_seat_span_open", table_name="seat_span", postgresql_where=sa.text("ended_at is null"))
    op.drop_table("seat_span")
    op.drop_index(op.f("ix_return_request_unit_id"), table_name="return_request")
    op.drop_index(op.f("ix_return_request_case_id"), table_name="return_request")
    op.drop_index(op.f("ix_return_request_assignment_id"), table_name="return_request")
    op.drop_table("return_request")
    op.drop_index("ix_opinion_dispute", table_name="opinion")
    op.drop_table("opinion")
    op.drop_index(op.f("ix_extension_case_id"), table_name="extension")
    op.drop_index(op.f("ix_extension_assignment_id"), table_name="extension")
    op.drop_table("extension")
    op.drop_index(
        "uq_deadline_open", table_name="deadline", postgresql_where=sa.text("state in ('running', 'paused')")
    )
    op.drop_index(
        "ix_deadline_open_due", table_name="deadline", postgresql_where=sa.text("state = 'running'")
    )
    op.drop_index("ix_deadline_next", table_name="deadline", postgresql_where=sa.text("next_at IS NOT NULL"))
    op.drop_index("ix_deadline_clock_due", table_name="deadline")
    op.drop_index(op.f("ix_deadline_case_id"), table_name="deadline")
    op.drop_table("deadline")
    op.drop_index(op.f("ix_contact_record_case_id"), table_name="contact_record")
    op.drop_table("contact_record")
    op.drop_index(
        "uq_call_seat_id_holding",
        table_name="call",
        postgresql_where=sa.text("state in ('offered', 'dialling', 'talking')"),
    )
    op.drop_index("ix_call_user_id_rang_at", table_name="call")
    op.drop_index("ix_call_rang_at", table_name="call")
    op.drop_index("ix_call_number_hash_rang_at", table_name="call")
    op.drop_index("ix_call_live", table_name="call", postgresql_where=sa.text("state <> 'ended'"))
    op.drop_index(op.f("ix_call_call_back_id"), table_name="call")
    op.drop_table("call")
    op.drop_index("ix_user_session_user_id", table_name="user_session")
    op.drop_table("user_session")
    op.drop_index("ix_urge_case", table_name="urge")
    op.drop_table("urge")
    op.drop_index(op.f("ix_supervision_order_unit_id"), table_name="supervision_order")
    op.drop_index(op.f("ix_supervision_order_case_id"), table_name="supervision_order")
    op.drop_table("supervision_order")
    op.drop_index("ix_seat_free", table_name="seat", postgresql_where=sa.text("state = 'available'"))
    op.drop_table("seat")
    op.drop_index(op.f("ix_progress_note_case_id"), table_name="progress_note")
    op.drop_table("progress_note")
    op.drop_index(
        "uq_knowledge_revision_article_id_open",
        table_name="knowledge_revision",
        postgresql_where=sa.text("state in ('draft', 'submitted')"),
    )
    op.drop_index(op.f("ix_knowledge_revision_article_id"), table_name="knowledge_revision")
    op.drop_table("knowledge_revision")
    op.drop_index(
        "ix_knowledge_report_open",
        table_name="knowledge_report",
        postgresql_where=sa.text("settled_at is null"),
    )
    op.drop_index(op.f("ix_knowledge_report_article_id"), table_name="knowledge_report")
    op.drop_table("knowledge_report")
    op.drop_index(op.f("ix_instruction_case_id"), table_name="instruction")
    op.drop_table("instruction")
    op.drop_index(op.f("ix_follow_up_case_id"), table_name="follow_up")
    op.drop_table("follow_up")
    op.drop_index(op.f("ix_export_request_asked_by_id"), table_name="export_request")
    op.drop_table("export_request")
    op.drop_index(op.f("ix_dispute_case_id"), table_name="dispute")
    op.drop_table("dispute")
    op.drop_index(op.f("ix_citizen_rating_case_id"), table_name="citizen_rating")
    op.drop_table("citizen_rating")
    op.drop_index("ix_case_event_case", table_name="case_event")
    op.drop_table("case_event")
    op.drop_table("case_edit")
    op.drop_index("ix_card_unit", table_name="card")
    op.drop_index(op.f("ix_card_case_id"), table_name="card")
    op.drop_table("card")
    op.drop_index(
        "uq_call_back_request_number_open",
        table_name="call_back_request",
        postgresql_where=sa.text("state <> 'done'"),
    )
    op.drop_index(
        "ix_call_back_request_open",
        table_name="call_back_request",
        postgresql_where=sa.text("state <> 'done'"),
    )
    op.drop_index("ix_call_back_request_first_missed_at", table_name="call_back_request")
    op.drop_table("call_back_request")
    op.drop_index("ix_buck_passing_case", table_name="buck_passing")
    op.drop_index("ix_buck_passing_at", table_name="buck_passing")
    op.drop_table("buck_passing")
    op.drop_index(op.f("ix_attachment_case_id"), table_name="attachment")
    op.drop_table("attachment")
    op.drop_index(
        "uq_assignment_live_unit", table_name="assignment", postgresql_where=sa.text("status <> 'exited'")
    )
    op.drop_index(
        "uq_assignment_live_lead",
        table_name="assignment",
        postgresql_where=sa.text("status <> 'exited' AND role = 'lead'"),
    )
    op.drop_index("ix_assignment_unit_status", table_name="assignment")
    op.drop_index("ix_assignment_replied_at", table_name="assignment")
    op.drop_index("ix_assignment_dispatched_at", table_name="assignment")
    op.drop_index(op.f("ix_assignment_case_id"), table_name="assignment")
    op.drop_table("assignment")
    op.drop_index(op.f("ix_api_token_unit_id"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_index(op.f("ix_reply_template_unit_id"), table_name="reply_template")
    op.drop_table("reply_template")
    op.drop_index(op.f("ix_outbox_event_id"), table_name="outbox")
    op.drop_index(
        "ix_outbox_due",
        table_name="outbox",
        postgresql_where=sa.text("done_at is null and given_up_at is null"),
    )
    op.drop_table("outbox")
    op.drop_index(op.f("ix_knowledge_article_unit_id"), table_name="knowledge_article")
    op.drop_index("ix_knowledge_article_search", table_name="knowledge_article", postgresql_using="gin")
    op.drop_table("knowledge_article")
    op.drop_index(op.f("ix_hotline_case_old_case_id"), table_name="hotline_case")
    op.drop_index(op.f("ix_hotline_case_name_hash"), table_name="hotline_case")
    op.drop_index(op.f("ix_hotline_case_lead_case_id"), table_name="hotline_case")
    op.drop_index(op.f("ix_hotline_case_external_no"), table_name="hotline_case")
    op.drop_index(op.f("ix_hotline_case_contact_no_hash"), table_name="hotline_case")
    op.drop_index(op.f("ix_hotline_case_caller_no_hash"), table_name="hotline_case")
    op.drop_index(op.f("ix_hotline_case_call_id"), table_name="hotline_case")
    op.drop_index(op.f("ix_hotline_case_agent_id"), table_name="hotline_case")
    op.drop_index("ix_case_supervised", table_name="hotline_case", postgresql_where=sa.text("is_supervised"))
    op.drop_index("ix_case_status", table_name="hotline_case")
    op.drop_index("ix_case_search", table_name="hotline_case", postgresql_using="gin")
    op.drop_index("ix_case_place", table_name="hotline_case")
    op.drop_index(
        "ix_case_knowledge_id",
        table_name="hotline_case",
        postgresql_where=sa.text("knowledge_id is not null"),
    )
    op.drop_index("ix_case_agent_status", table_name="hotline_case")
    op.drop_index("ix_case_accepted_at", table_name="hotline_case")
    op.drop_table("hotline_case")
    op.drop_index(op.f("ix_area_parent_code"), table_name="area")
    op.drop_table("area")
    op.drop_index(op.f("ix_app_user_unit_id"), table_name="app_user")
    op.drop_table("app_user")
    op.drop_index(op.f("ix_unit_parent_id"), table_name="unit")
    op.drop_table("unit")
    op.drop_table("township_duty")
    op.drop_index(op.f("ix_sms_message_subject"), table_name="sms_message")
    op.drop_index(op.f("ix_sms_message_at"), table_name="sms_message")
    op.drop_table("sms_message")
    op.drop_index("ix_sip_worker_live", table_name="sip_worker", postgresql_where=sa.text("state <> 'gone'"))
    op.drop_table("sip_worker")
    op.drop_index(op.f("ix_routing_row_row_no"), table_name="routing_row")
    op.drop_index("ix_routing_row_category", table_name="routing_row")
    op.drop_table("routing_row")
    op.drop_index(op.f("ix_routing_proposal_case_id"), table_name="routing_proposal")
    op.drop_table("routing_proposal")
    op.drop_index("ix_phone_code_phone", table_name="phone_code")
    op.drop_index("ix_phone_code_ip", table_name="phone_code")
    op.drop_table("phone_code")
    op.drop_table("line_switch")
    op.drop_table("limit_template")
    op.drop_index("ix_limit_rule_template", table_name="limit_rule")
    op.drop_table("limit_rule")
    op.drop_index("uq_house_limit", table_name="house_limit")
    op.drop_table("house_limit")
    op.drop_index("ix_event_log_xid", table_name="event_log")
    op.drop_index("ix_event_log_at", table_name="event_log")
    op.drop_table("event_log")
    op.drop_table("drill_anchor")
    op.drop_table("daily_counter")
    op.drop_index("ix_code_attempt_ip", table_name="code_attempt")
    op.drop_index("ix_code_attempt_case", table_name="code_attempt")
    op.drop_table("code_attempt")
    op.drop_index(op.f("ix_category_parent_code"), table_name="category")
    op.drop_table("category")
    op.drop_index("ix_caller_mark_number_hash", table_name="caller_mark")
    op.drop_table("caller_mark")
    op.drop_table("call_queue")
    op.drop_table("calendar_day")
    op.drop_table("audit_seal")
    op.drop_index("ix_audit_entry_actor_at", table_name="audit_entry")
    op.drop_index("ix_audit_entry_action_at", table_name="audit_entry")
    op.drop_table("audit_entry")
    op.execute("drop function refuse_change(), audit_heads(text[]), wake_listeners()")
