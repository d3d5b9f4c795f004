"""What the bridge costs, measured: `make bench`. A tool for developers; nothing imports it."""
