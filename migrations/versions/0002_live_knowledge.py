"""Live knowledge: what the files last said, and who changed what"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

# As it was when this revision was written; bot/partners/tables.py holds the same for databases made by tests.
APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER knowledge_change_no_update BEFORE UPDATE ON knowledge_change "
        "BEGIN SELECT RAISE(ABORT, 'knowledge_change is append only'); END",
        "CREATE TRIGGER knowledge_change_no_delete BEFORE DELETE ON knowledge_change "
        "BEGIN SELECT RAISE(ABORT, 'knowledge_change is append only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION knowledge_change_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'knowledge_change is append only'; END $$",
        "CREATE TRIGGER knowledge_change_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON knowledge_change "
        "FOR EACH STATEMENT EXECUTE FUNCTION knowledge_change_append_only()",
    ),
}


def upgrade() -> None:
    op.create_table('knowledge_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=120), nullable=False),
    sa.Column('origin', sa.Text(), nullable=False),
    sa.Column('action', sa.String(length=8), nullable=False),
    sa.Column('row_type', sa.String(length=16), nullable=False),
    sa.Column('row_id', sa.String(length=80), nullable=False),
    sa.Column('field', sa.String(length=40), nullable=False),
    sa.Column('old', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('new', sa.JSON(none_as_null=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_knowledge_change'))
    )
    with op.batch_alter_table('knowledge_change', schema=None) as batch_op:
        batch_op.create_index('ix_knowledge_change_row', ['row_type', 'row_id'], unique=False)
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)

    op.create_table('knowledge_file_row',
    sa.Column('type', sa.String(length=16), nullable=False),
    sa.Column('id', sa.String(length=80), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('file', sa.Text(), nullable=False),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('type', 'id', name=op.f('pk_knowledge_file_row'))
    )
    # The files are read again, so that their rows are known as theirs.
    op.execute("UPDATE knowledge_revision SET checksum = ''")


def downgrade() -> None:
    op.drop_table('knowledge_file_row')
    op.drop_table('knowledge_change')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION knowledge_change_append_only()")
