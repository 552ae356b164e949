"""`python -m stemkey`."""

from stemkey.cli.main import main

main()
