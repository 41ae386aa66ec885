"""Cases, their numbers, events, evidence, reminders and copies"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table("case_series",
    sa.Column("jurisdiction", sa.String(length=6), nullable=False),
    sa.Column("department", sa.String(length=60), nullable=False),
    sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
    sa.Column("last", sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint("jurisdiction", "department", "year", name=op.f("pk_case_series"))
    )
    op.create_table("case_file",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("number", sa.String(length=60), nullable=False),
    sa.Column("jurisdiction", sa.String(length=6), nullable=False),
    sa.Column("department", sa.String(length=60), nullable=False),
    sa.Column("enterprise", KEY, nullable=False),
    sa.Column("office", KEY, nullable=False),
    sa.Column("problem", sa.Text(), nullable=False),
    sa.Column("items", sa.Text(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("stage", sa.String(length=12), nullable=False),
    sa.Column("severity", sa.String(length=8), nullable=True),
    sa.Column("turn", sa.String(length=10), nullable=False),
    sa.Column("due", sa.Date(), nullable=True),
    sa.Column("opened", sa.Date(), nullable=False),
    sa.Column("closed", sa.Date(), nullable=True),
    sa.Column("undelivered", sa.Boolean(), nullable=False),
    sa.Column("holder", KEY, nullable=True),
    sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("head", sa.String(length=64), nullable=False),
    sa.Column("made", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["enterprise"], ["enterprise.id"], name=op.f("fk_case_file_enterprise")),
    sa.ForeignKeyConstraint(["holder"], ["appointment.id"], name=op.f("fk_case_file_holder")),
    sa.ForeignKeyConstraint(["office"], ["appointment.id"], name=op.f("fk_case_file_office")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
    sa.UniqueConstraint("number", name=op.f("uq_case_file_number"))
    )
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_file_enterprise_id"), ["enterprise", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_file_jurisdiction_department_stage_due"), ["jurisdiction", "department", "stage", "due"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_file_jurisdiction_opened"), ["jurisdiction", "opened"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_file_office_stage"), ["office", "stage"], unique=False)

    op.create_table("case_copy",
    sa.Column("case", KEY, nullable=False),
    sa.Column("office", KEY, nullable=False),
    sa.Column("why", sa.String(length=60), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("read", sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(["case"], ["case_file.id"], name=op.f("fk_case_copy_case")),
    sa.ForeignKeyConstraint(["office"], ["appointment.id"], name=op.f("fk_case_copy_office")),
    sa.PrimaryKeyConstraint("case", "office", name=op.f("pk_case_copy"))
    )
    with op.batch_alter_table("case_copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_copy_office_read"), ["office", "read"], unique=False)

    op.create_table("case_event",
    sa.Column("case", KEY, nullable=False),
    sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("person", KEY, nullable=True),
    sa.Column("act", sa.String(length=24), nullable=False),
    sa.Column("data", sa.Text(), nullable=False),
    sa.Column("previous", sa.String(length=64), nullable=False),
    sa.Column("digest", sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(["case"], ["case_file.id"], name=op.f("fk_case_event_case")),
    sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_case_event_person")),
    sa.PrimaryKeyConstraint("case", "ordinal", name=op.f("pk_case_event"))
    )
    op.create_table("evidence",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("case", KEY, nullable=False),
    sa.Column("kind", sa.String(length=10), nullable=False),
    sa.Column("text", sa.Text(), nullable=True),
    sa.Column("digest", sa.String(length=64), nullable=True),
    sa.Column("name", sa.String(length=120), nullable=True),
    sa.Column("mime", sa.String(length=80), nullable=True),
    sa.Column("size", sa.Integer(), nullable=True),
    sa.Column("taken", sa.DateTime(timezone=True), nullable=True),
    sa.Column("person", KEY, nullable=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["case"], ["case_file.id"], name=op.f("fk_evidence_case")),
    sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_evidence_person")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence"))
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_case_id"), ["case", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_digest"), ["digest"], unique=False)

    op.create_table("reminder",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("case", KEY, nullable=False),
    sa.Column("kind", sa.String(length=24), nullable=False),
    sa.Column("due", sa.Date(), nullable=False),
    sa.Column("person", KEY, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("state", sa.String(length=8), nullable=False),
    sa.Column("sent", sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(["case"], ["case_file.id"], name=op.f("fk_reminder_case")),
    sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_reminder_person")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
    sa.UniqueConstraint("case", "kind", "due", "person", name=op.f("uq_reminder_case_kind_due_person"))
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_state_at"), ["state", "at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_state_at"))

    op.drop_table("reminder")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_digest"))
        batch_op.drop_index(batch_op.f("ix_evidence_case_id"))

    op.drop_table("evidence")
    op.drop_table("case_event")
    with op.batch_alter_table("case_copy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_copy_office_read"))

    op.drop_table("case_copy")
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_file_office_stage"))
        batch_op.drop_index(batch_op.f("ix_case_file_jurisdiction_opened"))
        batch_op.drop_index(batch_op.f("ix_case_file_jurisdiction_department_stage_due"))
        batch_op.drop_index(batch_op.f("ix_case_file_enterprise_id"))

    op.drop_table("case_file")
    op.drop_table("case_series")
