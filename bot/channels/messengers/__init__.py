"""What all messengers share: updates taken in once, conversations, delivery in order; the platforms are beside it."""
