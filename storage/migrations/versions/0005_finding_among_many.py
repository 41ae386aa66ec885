"""What cases are found by, and indexes for lists among a million of them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OPEN = {"sqlite_where": sa.text("stage <> 'closed'"), "postgresql_where": sa.text("stage <> 'closed'")}
BLANK = {"sqlite_where": sa.text("found_by IS NULL"), "postgresql_where": sa.text("found_by IS NULL")}


def upgrade() -> None:
    op.add_column("case_file", sa.Column("found_by", sa.Text(), nullable=True))
    searched = ["jurisdiction", "id", "department", "number", "enterprise", "found_by"]
    op.create_index("ix_case_file_found_by", "case_file", searched)
    op.create_index("ix_case_file_not_found_by", "case_file", ["jurisdiction"], **BLANK)
    op.create_index("ix_case_file_open_place", "case_file", ["jurisdiction", "department", "due"], **OPEN)
    op.create_index("ix_case_file_open_office", "case_file", ["office"], **OPEN)
    op.create_index("ix_case_file_open_due", "case_file", ["due", "id"], **OPEN)
    op.create_index("ix_case_copy_office_at", "case_copy", ["office", "at"])
    op.create_index("ix_enterprise_division_changed", "enterprise", ["division", "changed"])


def downgrade() -> None:
    op.drop_index("ix_enterprise_division_changed", "enterprise")
    op.drop_index("ix_case_copy_office_at", "case_copy")
    for name in ("open_due", "open_office", "open_place", "not_found_by", "found_by"):
        op.drop_index(f"ix_case_file_{name}", "case_file")
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.drop_column("found_by")
