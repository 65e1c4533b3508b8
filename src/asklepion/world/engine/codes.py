"""Codes that are printed and laid into a real room: a camera reads them, a hand touches them."""

from io import BytesIO

import segno


def draw_code(text: str) -> str:
    """A QR code as SVG without a margin, so that its corners are the corners of the picture."""
    out = BytesIO()
    segno.make_qr(text, error="m", boost_error=False).save(
        out, kind="svg", border=0, dark="#0b2b2c", light="#ffffff", xmldecl=False, svgclass=None,
        lineclass=None, omitsize=True,
    )  # fmt: skip
    return out.getvalue().decode()
