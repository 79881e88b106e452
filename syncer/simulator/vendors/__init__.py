"""The vendors' formats on the wire: parameters in, envelopes, rows and error bodies out."""
