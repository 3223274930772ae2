"""Hand-off to people: cases, notes, audit trail"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

# As it was when this revision was written; bot/handoff/tables.py holds the same for databases made by tests.
APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER handoff_audit_no_update BEFORE UPDATE ON handoff_audit "
        "BEGIN SELECT RAISE(ABORT, 'handoff_audit is append only'); END",
        "CREATE TRIGGER handoff_audit_no_delete BEFORE DELETE ON handoff_audit "
        "WHEN OLD.at > datetime('now', '-90 days') "
        "BEGIN SELECT RAISE(ABORT, 'handoff_audit is append only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION handoff_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN "
        "IF TG_OP = 'DELETE' THEN IF OLD.at <= now() - interval '90 days' THEN RETURN OLD; END IF; END IF; "
        "RAISE EXCEPTION 'handoff_audit is append only'; END $$",
        "CREATE TRIGGER handoff_audit_append_only BEFORE UPDATE OR DELETE ON handoff_audit "
        "FOR EACH ROW EXECUTE FUNCTION handoff_audit_append_only()",
        "CREATE TRIGGER handoff_audit_no_truncate BEFORE TRUNCATE ON handoff_audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION handoff_audit_append_only()",
    ),
}
IS_OPEN = sa.text("state IN ('waiting', 'human')")


def upgrade() -> None:
    op.create_table('handoff_case',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=8), nullable=False),
    sa.Column('conversation', sa.String(length=128), nullable=False),
    sa.Column('idem_key', sa.String(length=160), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('trigger', sa.String(length=16), nullable=False),
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('topic', sa.String(length=80), nullable=True),
    sa.Column('shown', sa.JSON(), nullable=False),
    sa.Column('reach', sa.String(length=8), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('company', sa.Text(), nullable=True),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('question', sa.Text(), nullable=True),
    sa.Column('consent_text', sa.String(length=40), nullable=True),
    sa.Column('consent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('transcript_until', sa.String(length=128), nullable=True),
    sa.Column('desk', sa.String(length=80), nullable=False),
    sa.Column('deputy', sa.String(length=80), nullable=True),
    sa.Column('desk_since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('claimed_by', sa.String(length=80), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('first_answer_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('unanswered_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('escalated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('close_reason', sa.String(length=16), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handoff_case')),
    sa.UniqueConstraint('conversation', 'idem_key', name=op.f('uq_handoff_case_conversation')),
    sa.UniqueConstraint('number', name=op.f('uq_handoff_case_number'))
    )
    with op.batch_alter_table('handoff_case', schema=None) as batch_op:
        batch_op.create_index('ix_handoff_case_opened_at', ['opened_at'], unique=False)
        batch_op.create_index('ix_handoff_case_state', ['state', 'desk'], unique=False)
    op.create_index('ux_handoff_case_open', 'handoff_case', ['conversation'], unique=True,
        sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)

    op.create_table('handoff_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=80), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['handoff_case.id'], name=op.f('fk_handoff_note_case_id_handoff_case'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handoff_note'))
    )
    with op.batch_alter_table('handoff_note', schema=None) as batch_op:
        batch_op.create_index('ix_handoff_note_case_id', ['case_id'], unique=False)

    op.create_table('handoff_audit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('number', sa.String(length=8), nullable=False),
    sa.Column('by', sa.String(length=80), nullable=False),
    sa.Column('action', sa.String(length=16), nullable=False),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handoff_audit'))
    )
    with op.batch_alter_table('handoff_audit', schema=None) as batch_op:
        batch_op.create_index('ix_handoff_audit_at', ['at'], unique=False)
        batch_op.create_index('ix_handoff_audit_number', ['number'], unique=False)
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table('handoff_audit')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION handoff_audit_append_only()")
    op.drop_table('handoff_note')
    op.drop_table('handoff_case')
