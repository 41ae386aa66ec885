"""Official papers as .docx: which there are, what they are filled with, their templates, and how one is filled in."""
