"""What the fuzzer of tables is made of."""
