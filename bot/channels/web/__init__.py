"""The website: the page with the chat, and the core's messages as the public chat API shows them."""
