"""Live chat: who of the staff wrote, when the visitor was last seen, how satisfied they were"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('chat_session', sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('chat_message', sa.Column('name', sa.String(length=80), nullable=True))
    op.create_table('handoff_rating',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('rating', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('comment', sa.Text(), nullable=True),
    sa.Column('comment_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['handoff_case.id'], name=op.f('fk_handoff_rating_case_id_handoff_case'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handoff_rating')),
    sa.UniqueConstraint('case_id', name=op.f('uq_handoff_rating_case_id'))
    )


def downgrade() -> None:
    op.drop_table('handoff_rating')
    op.drop_column('chat_message', 'name')
    op.drop_column('chat_session', 'seen_at')
