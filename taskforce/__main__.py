"""`python -m taskforce`: the command line."""

from taskforce.cli import main

if __name__ == "__main__":
    main(prog_name="taskforce")
