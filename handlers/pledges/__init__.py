"""承诺书 in the chat (R30–R36): drafted from the case, read back, signed, kept or broken, checked."""
