"""The gradient check: backprop against derivatives that know nothing of it."""
