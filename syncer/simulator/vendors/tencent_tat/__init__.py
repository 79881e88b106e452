"""The simulated Tencent TAT."""
