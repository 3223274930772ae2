"""Which conversation of a help desk belongs to which case"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('handoff_link',
    sa.Column('number', sa.String(length=8), nullable=False),
    sa.Column('helpdesk', sa.String(length=16), nullable=False),
    sa.Column('remote', sa.String(length=64), nullable=True),
    sa.Column('reached', sa.BigInteger(), nullable=False),
    sa.Column('seen', sa.BigInteger(), nullable=False),
    sa.Column('person', sa.String(length=80), nullable=True),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_handoff_link'))
    )
    with op.batch_alter_table('handoff_link', schema=None) as batch_op:
        batch_op.create_index('ux_handoff_link_remote', ['helpdesk', 'remote'], unique=True)


def downgrade() -> None:
    op.drop_table('handoff_link')
