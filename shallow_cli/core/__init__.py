"""Arrays in, arrays out: the network, its gradient, its training and its checks."""
