"""Words of the page with the chat, three languages side by side."""
WEB_PAGE = {"en": {}, "de": {}, "zh": {}}
