"""How results are shown: tables, charts, progress bars, lines of text, JSON, CSV."""
