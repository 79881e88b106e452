"""The vendors' side of signing: checks, written from the documentation alone and sharing no line with
the providers, so that a mistake in one cannot hide in the other."""
