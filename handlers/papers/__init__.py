"""文书 in the chat: made from the record, reviewed by legal, sent to the enterprise (R26, R42, R45, R46, R49)."""
