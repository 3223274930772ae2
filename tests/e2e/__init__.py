"""The assistant as its visitors and operators meet it: real processes, real files, real services."""
