"""First tables: chats, messages, presses, asked questions, versions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table("asked",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("question", sa.Text(), nullable=False),
    sa.Column("outcome", sa.String(length=8), nullable=False),
    sa.Column("entries", sa.Text(), nullable=False),
    sa.Column("confidence", sa.Float(), nullable=True),
    sa.Column("jurisdiction", sa.String(length=6), nullable=True),
    sa.Column("channel", sa.String(length=16), nullable=False),
    sa.Column("chat", sa.String(length=80), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("useful", sa.Boolean(), nullable=True),
    sa.Column("wants_person", sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_asked"))
    )
    with op.batch_alter_table("asked", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_asked_channel_chat_id"), ["channel", "chat", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_asked_outcome_at"), ["outcome", "at"], unique=False)

    op.create_table("chat",
    sa.Column("channel", sa.String(length=16), nullable=False),
    sa.Column("chat", sa.String(length=80), nullable=False),
    sa.Column("jurisdiction", sa.String(length=6), nullable=True),
    sa.Column("state", sa.Text(), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("channel", "chat", name=op.f("pk_chat"))
    )
    op.create_table("message",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("direction", sa.String(length=3), nullable=False),
    sa.Column("channel", sa.String(length=16), nullable=False),
    sa.Column("chat", sa.String(length=80), nullable=False),
    sa.Column("key", sa.String(length=120), nullable=False),
    sa.Column("payload", sa.Text(), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("state", sa.String(length=8), nullable=False),
    sa.Column("tries", sa.Integer(), nullable=False),
    sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
    sa.Column("remote", sa.String(length=80), nullable=True),
    sa.Column("error", sa.String(length=200), nullable=True),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    sa.UniqueConstraint("channel", "direction", "key", name=op.f("uq_message_channel_direction_key"))
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_channel_chat_id"), ["channel", "chat", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_state_direction_id"), ["state", "direction", "id"], unique=False)

    op.create_table("press",
    sa.Column("token", sa.String(length=24), nullable=False),
    sa.Column("channel", sa.String(length=16), nullable=False),
    sa.Column("chat", sa.String(length=80), nullable=False),
    sa.Column("label", sa.String(length=40), nullable=False),
    sa.Column("act", sa.Text(), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("token", name=op.f("pk_press"))
    )
    with op.batch_alter_table("press", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_press_channel_chat_at"), ["channel", "chat", "at"], unique=False)

    op.create_table("version",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("source", sa.String(length=80), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("kind", sa.String(length=8), nullable=False),
    sa.Column("state", sa.String(length=10), nullable=False),
    sa.Column("origin", sa.String(length=8), nullable=False),
    sa.Column("payload", sa.Text(), nullable=False),
    sa.Column("digest", sa.String(length=64), nullable=False),
    sa.Column("findings", sa.Text(), nullable=False),
    sa.Column("made", sa.DateTime(timezone=True), nullable=False),
    sa.Column("published", sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
    sa.UniqueConstraint("source", "number", name=op.f("uq_version_source_number"))
    )
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_version_state_source"), ["state", "source"], unique=False)

    op.create_table("publication",
    sa.Column("id", KEY, autoincrement=True, nullable=False),
    sa.Column("version", KEY, nullable=False),
    sa.Column("act", sa.String(length=10), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["version"], ["version.id"], name=op.f("fk_publication_version")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_publication"))
    )


def downgrade() -> None:
    op.drop_table("publication")
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_version_state_source"))

    op.drop_table("version")
    with op.batch_alter_table("press", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_press_channel_chat_at"))

    op.drop_table("press")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_state_direction_id"))
        batch_op.drop_index(batch_op.f("ix_message_channel_chat_id"))

    op.drop_table("message")
    op.drop_table("chat")
    with op.batch_alter_table("asked", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_asked_outcome_at"))
        batch_op.drop_index(batch_op.f("ix_asked_channel_chat_id"))

    op.drop_table("asked")
