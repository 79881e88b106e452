"""What the simulated Tencent services share: envelope, errors, TC3 signature."""
