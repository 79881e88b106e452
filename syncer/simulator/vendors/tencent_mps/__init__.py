"""The simulated Tencent MPS."""
