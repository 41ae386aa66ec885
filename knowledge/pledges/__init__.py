"""承诺书 as living contracts (R30–R36): their kinds and words, the text that is signed, and why one is refused."""
