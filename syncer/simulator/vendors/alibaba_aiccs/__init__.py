"""The simulated Alibaba Cloud aiccs."""
