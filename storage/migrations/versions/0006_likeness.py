"""What a picture looks like, so that one saved anew is noticed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("evidence", sa.Column("likeness", sa.String(length=36), nullable=True))


def downgrade() -> None:
    op.drop_column("evidence", "likeness")
