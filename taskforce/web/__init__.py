"""The only room that speaks HTTP: one controller a noun, and what they share."""
