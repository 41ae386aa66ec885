"""People, enterprises, one-time codes, self-checks, attachments, notices"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table("attachment",
    sa.Column("token", sa.String(length=24), nullable=False),
    sa.Column("channel", sa.String(length=16), nullable=False),
    sa.Column("chat", sa.String(length=80), nullable=False),
    sa.Column("name", sa.String(length=120), nullable=False),
    sa.Column("mime", sa.String(length=80), nullable=False),
    sa.Column("content", sa.LargeBinary(), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("token", name=op.f("pk_attachment"))
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_channel_chat"), ["channel", "chat"], unique=False)

    op.create_table("enterprise",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("name", sa.String(length=120), nullable=False),
    sa.Column("code", sa.String(length=18), nullable=False),
    sa.Column("division", sa.String(length=6), nullable=False),
    sa.Column("industry_code", sa.String(length=4), nullable=True),
    sa.Column("industry", sa.String(length=80), nullable=True),
    sa.Column("address", sa.String(length=200), nullable=True),
    sa.Column("founded", sa.Date(), nullable=True),
    sa.Column("origin", sa.String(length=8), nullable=False),
    sa.Column("made", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise")),
    sa.UniqueConstraint("code", name=op.f("uq_enterprise_code"))
    )
    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enterprise_division_name"), ["division", "name"], unique=False)

    op.create_table("person",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("name", sa.String(length=40), nullable=False),
    sa.Column("is_demo", sa.Boolean(), nullable=False),
    sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_person"))
    )
    op.create_table("appointment",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("person", KEY, nullable=False),
    sa.Column("role", sa.String(length=12), nullable=False),
    sa.Column("jurisdiction", sa.String(length=6), nullable=False),
    sa.Column("department", sa.String(length=60), nullable=False),
    sa.Column("licence", sa.String(length=40), nullable=True),
    sa.Column("licence_until", sa.Date(), nullable=True),
    sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    sa.Column("until", sa.DateTime(timezone=True), nullable=True),
    sa.Column("leave_from", sa.Date(), nullable=True),
    sa.Column("leave_until", sa.Date(), nullable=True),
    sa.Column("delegate", KEY, nullable=True),
    sa.ForeignKeyConstraint(["delegate"], ["appointment.id"], name=op.f("fk_appointment_delegate")),
    sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_appointment_person")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment"))
    )
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appointment_jurisdiction_department_until"), ["jurisdiction", "department", "until"], unique=False)
        batch_op.create_index(batch_op.f("ix_appointment_person_until"), ["person", "until"], unique=False)

    op.create_table("contact",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("person", KEY, nullable=False),
    sa.Column("enterprise", KEY, nullable=False),
    sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    sa.Column("until", sa.DateTime(timezone=True), nullable=True),
    sa.Column("ended", sa.String(length=12), nullable=True),
    sa.ForeignKeyConstraint(["enterprise"], ["enterprise.id"], name=op.f("fk_contact_enterprise")),
    sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_contact_person")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_contact"))
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_enterprise_until"), ["enterprise", "until"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_person_until"), ["person", "until"], unique=False)

    op.create_table("fact",
    sa.Column("enterprise", KEY, nullable=False),
    sa.Column("name", sa.String(length=40), nullable=False),
    sa.Column("status", sa.String(length=8), nullable=False),
    sa.Column("value", sa.Text(), nullable=False),
    sa.Column("person", KEY, nullable=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["enterprise"], ["enterprise.id"], name=op.f("fk_fact_enterprise")),
    sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_fact_person")),
    sa.PrimaryKeyConstraint("enterprise", "name", "status", name=op.f("pk_fact"))
    )
    op.create_table("notice",
    sa.Column("kind", sa.String(length=20), nullable=False),
    sa.Column("subject", KEY, autoincrement=False, nullable=False),
    sa.Column("due", sa.Date(), nullable=False),
    sa.Column("person", KEY, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_notice_person")),
    sa.PrimaryKeyConstraint("kind", "subject", "due", "person", name=op.f("pk_notice"))
    )
    op.create_table("self_check",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("kind", sa.String(length=20), nullable=False),
    sa.Column("enterprise", KEY, nullable=False),
    sa.Column("person", KEY, nullable=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("facts", sa.Text(), nullable=False),
    sa.Column("result", sa.Text(), nullable=False),
    sa.Column("department", sa.String(length=60), nullable=True),
    sa.Column("sent", sa.DateTime(timezone=True), nullable=True),
    sa.Column("share", sa.String(length=64), nullable=True),
    sa.Column("share_until", sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(["enterprise"], ["enterprise.id"], name=op.f("fk_self_check_enterprise")),
    sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_self_check_person")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_self_check")),
    sa.UniqueConstraint("share", name=op.f("uq_self_check_share"))
    )
    with op.batch_alter_table("self_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_self_check_department_sent"), ["department", "sent"], unique=False)
        batch_op.create_index(batch_op.f("ix_self_check_enterprise_id"), ["enterprise", "id"], unique=False)

    op.create_table("invitation",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("digest", sa.String(length=64), nullable=False),
    sa.Column("role", sa.String(length=12), nullable=False),
    sa.Column("jurisdiction", sa.String(length=6), nullable=False),
    sa.Column("name", sa.String(length=40), nullable=True),
    sa.Column("enterprise", KEY, nullable=True),
    sa.Column("replaces", KEY, nullable=True),
    sa.Column("department", sa.String(length=60), nullable=True),
    sa.Column("licence", sa.String(length=40), nullable=True),
    sa.Column("licence_until", sa.Date(), nullable=True),
    sa.Column("issuer", KEY, nullable=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
    sa.Column("used", sa.DateTime(timezone=True), nullable=True),
    sa.Column("used_by", KEY, nullable=True),
    sa.Column("revoked", sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(["enterprise"], ["enterprise.id"], name=op.f("fk_invitation_enterprise")),
    sa.ForeignKeyConstraint(["issuer"], ["person.id"], name=op.f("fk_invitation_issuer")),
    sa.ForeignKeyConstraint(["replaces"], ["contact.id"], name=op.f("fk_invitation_replaces")),
    sa.ForeignKeyConstraint(["used_by"], ["person.id"], name=op.f("fk_invitation_used_by")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
    sa.UniqueConstraint("digest", name=op.f("uq_invitation_digest"))
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_enterprise"), ["enterprise"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_expires"), ["expires"], unique=False)

    with op.batch_alter_table("chat", schema=None) as batch_op:
        batch_op.add_column(sa.Column("person", KEY, nullable=True))
        batch_op.add_column(sa.Column("wrong_codes", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_chat_person"), ["person"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_chat_person"), "person", ["person"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("chat", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_chat_person"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_chat_person"))
        batch_op.drop_column("locked_until")
        batch_op.drop_column("wrong_codes")
        batch_op.drop_column("person")

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_expires"))
        batch_op.drop_index(batch_op.f("ix_invitation_enterprise"))

    op.drop_table("invitation")
    with op.batch_alter_table("self_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_self_check_enterprise_id"))
        batch_op.drop_index(batch_op.f("ix_self_check_department_sent"))

    op.drop_table("self_check")
    op.drop_table("notice")
    op.drop_table("fact")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_person_until"))
        batch_op.drop_index(batch_op.f("ix_contact_enterprise_until"))

    op.drop_table("contact")
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appointment_person_until"))
        batch_op.drop_index(batch_op.f("ix_appointment_jurisdiction_department_until"))

    op.drop_table("appointment")
    op.drop_table("person")
    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enterprise_division_name"))

    op.drop_table("enterprise")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_channel_chat"))
        batch_op.drop_index(batch_op.f("ix_attachment_at"))

    op.drop_table("attachment")
