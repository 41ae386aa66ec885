"""Requests 诉求台账 (R50) and published answers (R51): asking a person, the desk, answering, releasing, the clock."""
