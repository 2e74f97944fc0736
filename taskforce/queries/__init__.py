"""The only room that writes SELECT: one function a question, each in the transaction of an actor."""
