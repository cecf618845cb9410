"""What this package costs, each figure beside a bare contestant. ``python -m benchmarks`` prints it all."""
