"""What all pages share: colours and ground rules (`look.css`) and the mark."""

from pathlib import Path

LOOK = Path(__file__).resolve().parent
