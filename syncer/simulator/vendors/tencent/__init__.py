"""Common parts of the simulated Tencent services: envelope, errors, TC3 signature."""
