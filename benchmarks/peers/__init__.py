"""Who is measured: one file each, with the functions of the kinds of workloads."""
