"""The only room that changes data: one function a use case, its command beside it."""
