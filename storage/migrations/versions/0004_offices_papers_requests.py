"""Instructions, phrases, ledgers, pledges, papers, guidance, ratings and requests"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table("lease",
    sa.Column("name", sa.String(length=40), nullable=False),
    sa.Column("holder", sa.String(length=40), nullable=False),
    sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("name", name=op.f("pk_lease"))
    )
    op.create_table("enterprise_event",
    sa.Column("enterprise", KEY, nullable=False),
    sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("person", KEY, nullable=True),
    sa.Column("act", sa.String(length=24), nullable=False),
    sa.Column("data", sa.Text(), nullable=False),
    sa.Column("previous", sa.String(length=64), nullable=False),
    sa.Column("digest", sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(["enterprise"], ["enterprise.id"], name=op.f("fk_enterprise_event_enterprise")),
    sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_enterprise_event_person")),
    sa.PrimaryKeyConstraint("enterprise", "ordinal", name=op.f("pk_enterprise_event"))
    )
    op.create_table("phrase",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("jurisdiction", sa.String(length=6), nullable=False),
    sa.Column("department", sa.String(length=60), nullable=False),
    sa.Column("label", sa.String(length=20), nullable=False),
    sa.Column("text", sa.Text(), nullable=False),
    sa.Column("person", KEY, nullable=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("until", sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_phrase_person")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_phrase"))
    )
    with op.batch_alter_table("phrase", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phrase_jurisdiction_department_until"), ["jurisdiction", "department", "until"], unique=False)

    op.create_table("export",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("kind", sa.String(length=20), nullable=False),
    sa.Column("channel", sa.String(length=16), nullable=False),
    sa.Column("chat", sa.String(length=80), nullable=False),
    sa.Column("office", KEY, nullable=False),
    sa.Column("filters", sa.Text(), nullable=False),
    sa.Column("state", sa.String(length=8), nullable=False),
    sa.Column("rows", sa.Integer(), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("lease", sa.DateTime(timezone=True), nullable=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["office"], ["appointment.id"], name=op.f("fk_export_office")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_export"))
    )
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_channel_chat"), ["channel", "chat"], unique=False)
        batch_op.create_index(batch_op.f("ix_export_state_id"), ["state", "id"], unique=False)

    op.create_table("rating",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("about", sa.String(length=8), nullable=False),
    sa.Column("subject", KEY, nullable=False),
    sa.Column("ordinal", sa.Integer(), nullable=False),
    sa.Column("person", KEY, nullable=True),
    sa.Column("channel", sa.String(length=16), nullable=False),
    sa.Column("chat", sa.String(length=80), nullable=False),
    sa.Column("office", KEY, nullable=True),
    sa.Column("jurisdiction", sa.String(length=6), nullable=False),
    sa.Column("department", sa.String(length=60), nullable=False),
    sa.Column("way", sa.String(length=24), nullable=True),
    sa.Column("score", sa.Integer(), nullable=True),
    sa.Column("sentence", sa.Text(), nullable=True),
    sa.Column("asked", sa.DateTime(timezone=True), nullable=False),
    sa.Column("told", sa.DateTime(timezone=True), nullable=True),
    sa.Column("given", sa.DateTime(timezone=True), nullable=True),
    sa.Column("handled", sa.DateTime(timezone=True), nullable=True),
    sa.Column("handled_by", KEY, nullable=True),
    sa.Column("handling", sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(["handled_by"], ["appointment.id"], name=op.f("fk_rating_handled_by")),
    sa.ForeignKeyConstraint(["office"], ["appointment.id"], name=op.f("fk_rating_office")),
    sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_rating_person")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
    sa.UniqueConstraint("about", "subject", "ordinal", "channel", "chat", name=op.f("uq_rating_about_subject_ordinal_channel_chat"))
    )
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rating_jurisdiction_department_given"), ["jurisdiction", "department", "given"], unique=False)
        batch_op.create_index(batch_op.f("ix_rating_told_id"), ["told", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rating_person"), ["person"], unique=False)

    op.create_table("request",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("number", sa.String(length=60), nullable=False),
    sa.Column("jurisdiction", sa.String(length=6), nullable=False),
    sa.Column("department", sa.String(length=60), nullable=True),
    sa.Column("channel", sa.String(length=16), nullable=False),
    sa.Column("chat", sa.String(length=80), nullable=False),
    sa.Column("person", KEY, nullable=True),
    sa.Column("question", sa.Text(), nullable=False),
    sa.Column("state", sa.String(length=10), nullable=False),
    sa.Column("due", sa.Date(), nullable=False),
    sa.Column("holder", KEY, nullable=True),
    sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
    sa.Column("first_answered", sa.DateTime(timezone=True), nullable=True),
    sa.Column("closed", sa.DateTime(timezone=True), nullable=True),
    sa.Column("reopened", sa.Integer(), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("made", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["holder"], ["appointment.id"], name=op.f("fk_request_holder")),
    sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_request_person")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
    sa.UniqueConstraint("number", name=op.f("uq_request_number"))
    )
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_channel_chat_state"), ["channel", "chat", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_jurisdiction_department_state_due"), ["jurisdiction", "department", "state", "due"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_jurisdiction_made"), ["jurisdiction", "made"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_state_held_until"), ["state", "held_until"], unique=False)

    op.create_table("answer",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("request", KEY, nullable=True),
    sa.Column("jurisdiction", sa.String(length=6), nullable=False),
    sa.Column("department", sa.String(length=60), nullable=False),
    sa.Column("question", sa.Text(), nullable=False),
    sa.Column("text", sa.Text(), nullable=False),
    sa.Column("cites", sa.Text(), nullable=False),
    sa.Column("state", sa.String(length=10), nullable=False),
    sa.Column("person", KEY, nullable=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("reviewer", KEY, nullable=True),
    sa.Column("reviewed", sa.DateTime(timezone=True), nullable=True),
    sa.Column("reason", sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_answer_person")),
    sa.ForeignKeyConstraint(["request"], ["request.id"], name=op.f("fk_answer_request")),
    sa.ForeignKeyConstraint(["reviewer"], ["person.id"], name=op.f("fk_answer_reviewer")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_answer"))
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_jurisdiction_department_state"), ["jurisdiction", "department", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_state_id"), ["state", "id"], unique=False)

    op.create_table("guidance",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("case", KEY, nullable=True),
    sa.Column("enterprise", KEY, nullable=False),
    sa.Column("office", KEY, nullable=False),
    sa.Column("jurisdiction", sa.String(length=6), nullable=False),
    sa.Column("department", sa.String(length=60), nullable=False),
    sa.Column("way", sa.String(length=24), nullable=False),
    sa.Column("form", sa.String(length=12), nullable=False),
    sa.Column("content", sa.Text(), nullable=False),
    sa.Column("meeting", sa.DateTime(timezone=True), nullable=True),
    sa.Column("place", sa.String(length=120), nullable=True),
    sa.Column("minutes", sa.Text(), nullable=True),
    sa.Column("accepted", sa.Boolean(), nullable=True),
    sa.Column("answered", sa.DateTime(timezone=True), nullable=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["case"], ["case_file.id"], name=op.f("fk_guidance_case")),
    sa.ForeignKeyConstraint(["enterprise"], ["enterprise.id"], name=op.f("fk_guidance_enterprise")),
    sa.ForeignKeyConstraint(["office"], ["appointment.id"], name=op.f("fk_guidance_office")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_guidance"))
    )
    with op.batch_alter_table("guidance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guidance_case"), ["case"], unique=False)
        batch_op.create_index(batch_op.f("ix_guidance_enterprise_id"), ["enterprise", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_guidance_jurisdiction_department_at"), ["jurisdiction", "department", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_guidance_meeting"), ["meeting"], unique=False)

    op.create_table("guidance_event",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("guidance", KEY, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("person", KEY, nullable=True),
    sa.Column("act", sa.String(length=12), nullable=False),
    sa.Column("text", sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(["guidance"], ["guidance.id"], name=op.f("fk_guidance_event_guidance")),
    sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_guidance_event_person")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_guidance_event"))
    )
    with op.batch_alter_table("guidance_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guidance_event_guidance_id"), ["guidance", "id"], unique=False)

    op.create_table("instruction",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("case", KEY, nullable=False),
    sa.Column("office", KEY, nullable=False),
    sa.Column("text", sa.Text(), nullable=False),
    sa.Column("due", sa.Date(), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("answer", sa.Text(), nullable=True),
    sa.Column("answered", sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(["case"], ["case_file.id"], name=op.f("fk_instruction_case")),
    sa.ForeignKeyConstraint(["office"], ["appointment.id"], name=op.f("fk_instruction_office")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_instruction"))
    )
    with op.batch_alter_table("instruction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_instruction_answered_due"), ["answered", "due"], unique=False)
        batch_op.create_index(batch_op.f("ix_instruction_case"), ["case"], unique=False)
        batch_op.create_index(batch_op.f("ix_instruction_office_answered"), ["office", "answered"], unique=False)

    op.create_table("paper",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("case", KEY, nullable=False),
    sa.Column("kind", sa.String(length=24), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("state", sa.String(length=8), nullable=False),
    sa.Column("fields", sa.Text(), nullable=False),
    sa.Column("missing", sa.Text(), nullable=False),
    sa.Column("file", sa.String(length=64), nullable=False),
    sa.Column("made_by", KEY, nullable=True),
    sa.Column("made", sa.DateTime(timezone=True), nullable=False),
    sa.Column("reviewer", KEY, nullable=True),
    sa.Column("reviewed", sa.DateTime(timezone=True), nullable=True),
    sa.Column("reason", sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(["case"], ["case_file.id"], name=op.f("fk_paper_case")),
    sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_paper_made_by")),
    sa.ForeignKeyConstraint(["reviewer"], ["person.id"], name=op.f("fk_paper_reviewer")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
    sa.UniqueConstraint("case", "kind", "version", name=op.f("uq_paper_case_kind_version"))
    )
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_state_id"), ["state", "id"], unique=False)

    op.create_table("pledge",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("case", KEY, nullable=False),
    sa.Column("kind", sa.String(length=16), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("state", sa.String(length=8), nullable=False),
    sa.Column("promises", sa.Text(), nullable=False),
    sa.Column("text", sa.Text(), nullable=False),
    sa.Column("digest", sa.String(length=64), nullable=True),
    sa.Column("code", sa.String(length=16), nullable=True),
    sa.Column("signer", KEY, nullable=True),
    sa.Column("signed_name", sa.String(length=40), nullable=True),
    sa.Column("signed_way", sa.String(length=8), nullable=True),
    sa.Column("signature", sa.String(length=64), nullable=True),
    sa.Column("channel", sa.String(length=16), nullable=True),
    sa.Column("signed", sa.DateTime(timezone=True), nullable=True),
    sa.Column("injured", sa.Text(), nullable=True),
    sa.Column("made", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["case"], ["case_file.id"], name=op.f("fk_pledge_case")),
    sa.ForeignKeyConstraint(["signer"], ["person.id"], name=op.f("fk_pledge_signer")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge")),
    sa.UniqueConstraint("case", "kind", "version", name=op.f("uq_pledge_case_kind_version")),
    sa.UniqueConstraint("code", name=op.f("uq_pledge_code"))
    )
    with op.batch_alter_table("pledge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pledge_digest"), ["digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_pledge_signed"), ["signed"], unique=False)

    op.create_table("request_event",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("request", KEY, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("person", KEY, nullable=True),
    sa.Column("act", sa.String(length=12), nullable=False),
    sa.Column("text", sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_request_event_person")),
    sa.ForeignKeyConstraint(["request"], ["request.id"], name=op.f("fk_request_event_request")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_request_event"))
    )
    with op.batch_alter_table("request_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_event_request_id"), ["request", "id"], unique=False)

    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.add_column(sa.Column("head", sa.String(length=64), nullable=True))

    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("promise_due", sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f("ix_case_file_promise_due"), ["promise_due"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_file_jurisdiction_closed"), ["jurisdiction", "closed"], unique=False)

    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("promise", sa.String(length=24), nullable=True))


def downgrade() -> None:
    op.drop_table("lease")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_column("promise")

    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_file_jurisdiction_closed"))
        batch_op.drop_index(batch_op.f("ix_case_file_promise_due"))
        batch_op.drop_column("promise_due")

    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.drop_column("head")

    with op.batch_alter_table("request_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_event_request_id"))

    op.drop_table("request_event")
    with op.batch_alter_table("pledge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pledge_signed"))
        batch_op.drop_index(batch_op.f("ix_pledge_digest"))

    op.drop_table("pledge")
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paper_state_id"))

    op.drop_table("paper")
    with op.batch_alter_table("instruction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_instruction_office_answered"))
        batch_op.drop_index(batch_op.f("ix_instruction_case"))
        batch_op.drop_index(batch_op.f("ix_instruction_answered_due"))

    op.drop_table("instruction")
    with op.batch_alter_table("guidance_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guidance_event_guidance_id"))

    op.drop_table("guidance_event")
    with op.batch_alter_table("guidance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guidance_meeting"))
        batch_op.drop_index(batch_op.f("ix_guidance_jurisdiction_department_at"))
        batch_op.drop_index(batch_op.f("ix_guidance_enterprise_id"))
        batch_op.drop_index(batch_op.f("ix_guidance_case"))

    op.drop_table("guidance")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_state_id"))
        batch_op.drop_index(batch_op.f("ix_answer_jurisdiction_department_state"))

    op.drop_table("answer")
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_state_held_until"))
        batch_op.drop_index(batch_op.f("ix_request_jurisdiction_made"))
        batch_op.drop_index(batch_op.f("ix_request_jurisdiction_department_state_due"))
        batch_op.drop_index(batch_op.f("ix_request_channel_chat_state"))

    op.drop_table("request")
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rating_person"))
        batch_op.drop_index(batch_op.f("ix_rating_told_id"))
        batch_op.drop_index(batch_op.f("ix_rating_jurisdiction_department_given"))

    op.drop_table("rating")
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_export_state_id"))
        batch_op.drop_index(batch_op.f("ix_export_channel_chat"))

    op.drop_table("export")
    with op.batch_alter_table("phrase", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_phrase_jurisdiction_department_until"))

    op.drop_table("phrase")
    op.drop_table("enterprise_event")
