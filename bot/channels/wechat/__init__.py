"""The WeChat Official Account: messages and events in, passive replies and customer-service messages out."""
