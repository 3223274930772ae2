"""Counts of conversations that are deleted, by day and language"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('talk_count',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('talks', sa.Integer(), nullable=False),
    sa.Column('alone', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('day', 'language', name=op.f('pk_talk_count'))
    )


def downgrade() -> None:
    op.drop_table('talk_count')
