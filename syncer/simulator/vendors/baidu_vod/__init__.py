"""The simulated Baidu VOD."""
