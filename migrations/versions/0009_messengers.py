"""Messengers: updates taken in, chats and how far they were served, kept values, one-time codes"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('messenger_update',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('update_id', sa.String(length=128), nullable=False),
    sa.Column('chat', sa.String(length=96), nullable=False),
    sa.Column('place', sa.BigInteger(), nullable=False),
    sa.Column('body', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reply', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_messenger_update'))
    )
    with op.batch_alter_table('messenger_update', schema=None) as batch_op:
        batch_op.create_index('ux_messenger_update', ['channel', 'update_id'], unique=True)
        batch_op.create_index('ix_messenger_update_open', ['channel', 'done_at', 'chat'], unique=False)
        batch_op.create_index(batch_op.f('ix_messenger_update_received_at'), ['received_at'], unique=False)

    op.create_table('messenger_chat',
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('chat', sa.String(length=96), nullable=False),
    sa.Column('address', sa.String(length=96), nullable=False),
    sa.Column('conversation', sa.String(length=128), nullable=True),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('delivered_position', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_visitor_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_message', sa.String(length=64), nullable=True),
    sa.Column('blocked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('wait_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('options', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('window_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('window_kind', sa.String(length=16), nullable=True),
    sa.Column('quota_left', sa.Integer(), nullable=True),
    sa.Column('rest', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('channel', 'chat', name=op.f('pk_messenger_chat'))
    )
    with op.batch_alter_table('messenger_chat', schema=None) as batch_op:
        batch_op.create_index('ux_messenger_chat_conversation', ['conversation'], unique=True)

    op.create_table('messenger_state',
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('channel', 'name', name=op.f('pk_messenger_state'))
    )
    op.create_table('messenger_code',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('conversation', sa.String(length=128), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_messenger_code'))
    )
    with op.batch_alter_table('messenger_code', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_messenger_code_conversation'), ['conversation'], unique=False)
        batch_op.create_index(batch_op.f('ix_messenger_code_expires_at'), ['expires_at'], unique=False)


def downgrade() -> None:
    op.drop_table('messenger_code')
    op.drop_table('messenger_state')
    op.drop_table('messenger_chat')
    op.drop_table('messenger_update')
