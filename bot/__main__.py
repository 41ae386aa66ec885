"""``python -m bot`` is ``rongcuo``."""

from bot.cli import main

if __name__ == "__main__":
    main()
