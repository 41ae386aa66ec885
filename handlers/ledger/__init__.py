"""台账、销号清单: asked for in the conversation, made beside it, sent into the chat as a workbook."""
