"""Data formats in and out: plan files now, spreadsheets and registers of other systems later."""
