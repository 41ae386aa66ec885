"""Which messages on their way out answer somebody, so that they go ahead of pushes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WAITING = {
    "sqlite_where": sa.text("answers = 1 AND state = 'waiting'"),
    "postgresql_where": sa.text("answers = 1 AND state = 'waiting'"),
}


def upgrade() -> None:
    op.add_column("message", sa.Column("answers", sa.Integer(), nullable=True))
    op.create_index("ix_message_waiting_answers", "message", ["channel", "chat"], **WAITING)


def downgrade() -> None:
    op.drop_index("ix_message_waiting_answers", "message")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_column("answers")
