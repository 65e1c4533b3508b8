"""Draws the codes of receipts."""

from io import BytesIO

import segno


def draw_code(text: str) -> str:
    """A QR code as SVG, dark on light in any theme; level L, since it is dense as it is."""
    out = BytesIO()
    code = segno.make_qr(text, error="l", boost_error=False)
    code.save(
        out, kind="svg", border=4, dark="#0b2b2c", light="#ffffff", xmldecl=False, svgclass=None,
        lineclass=None, omitsize=True,
    )  # fmt: skip
    return out.getvalue().decode()
