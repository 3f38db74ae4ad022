"""The colours of a page on paper and on a screen, light and dark, and its style sheet.

Rules: the same colours as the desktop's (``trayapp.desktop.look``; a test compares them), since a page can be made
where there is no Qt; text keeps a contrast of at least 4.5:1 on what it stands on, what is drawn 3:1 (a test computes
both); what is printed is light.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

INK: Final = "#000000"
PAPER: Final = "#ffffff"
"""One of the two has a contrast of 4.58:1 at least on any ground."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours of one look, as ``#rrggbb``."""

    window: str
    card: str
    border: str
    text: str
    dim: str
    warn: str
    """Words that warn."""
    bar: str
    more: str
    """Steps that add."""
    less: str
    """Steps that take away."""
    demo: str
    demo_text: str
    series: tuple[str, ...]

    def on(self, number: int) -> str:
        """The colour of text on a data colour: ink or paper, whichever stands out more."""
        ground = self.series[number % len(self.series)]
        return INK if contrast(INK, ground) >= contrast(PAPER, ground) else PAPER


LIGHT: Final = Palette(
    window="#fafafb",
    card="#eff0f3",
    border="#cfd2d9",
    text="#17191d",
    dim="#5a606b",
    warn="#855800",
    bar="#0072b2",
    more="#c24e00",
    less="#0072b2",
    demo="#f5c451",
    demo_text="#2b2000",
    series=("#0072b2", "#a86f00", "#007a58", "#b0527f", "#7a7200", "#c24e00", "#5a606b"),
)
DARK: Final = Palette(
    window="#1d1f24",
    card="#282b32",
    border="#3b3f49",
    text="#f2f3f5",
    dim="#a9afbb",
    warn="#e69f00",
    bar="#56b4e9",
    more="#f07c2b",
    less="#56b4e9",
    demo="#e69f00",
    demo_text="#1b1400",
    series=("#56b4e9", "#e69f00", "#12b886", "#cc79a7", "#f0e442", "#f07c2b", "#a9afbb"),
)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two ``#rrggbb`` colours, 1–21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _variables(palette: Palette) -> str:
    names = ("window", "card", "border", "text", "dim", "warn", "bar", "more", "less", "demo")
    lines = [f"--{name}:{getattr(palette, name)}" for name in names]
    lines.append(f"--demo-text:{palette.demo_text}")
    for number, colour in enumerate(palette.series):
        lines += [f"--s{number}:{colour}", f"--t{number}:{palette.on(number)}"]
    return ";".join(lines)


def sheet() -> str:
    """The style sheet."""
    series = "".join(
        f".s{number}{{fill:var(--s{number});background:var(--s{number})}}.t{number}{{fill:var(--t{number})}}"
        for number in range(len(LIGHT.series))
    )
    return (
        f":root{{color-scheme:light dark;{_variables(LIGHT)}}}"
        f"@media (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}{_RULES}{series}"
        f"@media print{{:root{{color-scheme:light;{_variables(LIGHT)}}}{_PRINTED}}}"
    )


_RULES: Final = """
*{box-sizing:border-box}
body{margin:0;background:var(--window);color:var(--text);font:16px/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans",
Cantarell,"DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:54rem;margin:0 auto;padding:2.5rem 1.5rem 3rem}
h1{font-size:1.15rem;font-weight:600;margin:0}
h1+p{margin:.1rem 0 0;color:var(--dim)}
.total{font-size:clamp(2.6rem,9vw,4.6rem);font-weight:750;line-height:1.1;letter-spacing:-.02em;margin:1.2rem 0 .2rem}
.versus{margin:0;font-size:1.1rem;color:var(--dim)}
.banner{background:var(--demo);color:var(--demo-text);padding:.6rem 1rem;border-radius:.6rem;margin:0 0 1.5rem;
font-weight:600}
dl.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.8rem;margin:1.8rem 0 0}
dl.figures div{background:var(--card);border-radius:.8rem;padding:.9rem 1.1rem}
dl.figures dt{color:var(--dim);font-size:.9rem}
dl.figures dd{margin:0;font-size:1.5rem;font-weight:650}
dl.figures dd+dd{font-size:.85rem;font-weight:400;color:var(--dim)}
section{margin-top:2.4rem}
h2{font-size:1.15rem;margin:0 0 .6rem;padding-bottom:.3rem;border-bottom:1px solid var(--border)}
p{margin:.4rem 0}
.dim{color:var(--dim)}
.warn{color:var(--warn)}
figure{margin:.8rem 0 1rem}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font:13px system-ui,"Segoe UI",Roboto,"Noto Sans",Cantarell,"DejaVu Sans",sans-serif;fill:var(--text)}
svg text.small{font-size:10.4px}
svg .dim{fill:var(--dim)}
@media (max-width:40rem){figure{overflow-x:auto}svg{min-width:36rem}}
svg .bar{fill:var(--bar)}svg .more{fill:var(--more)}svg .less{fill:var(--less)}svg .whole{fill:var(--dim)}
svg .line{stroke:var(--border);stroke-width:1}
ul.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:.6rem 0 0;padding:0;font-size:.9rem}
ul.legend i{display:inline-block;width:.8rem;height:.8rem;border-radius:.2rem;margin-right:.4rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.95rem}
caption,.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
th,td{text-align:left;padding:.32rem .6rem .32rem 0;border-bottom:1px solid var(--border);vertical-align:top}
thead th{color:var(--dim);font-weight:500;font-size:.85rem}
tbody th{font-weight:500;overflow-wrap:anywhere}
.right{text-align:right;white-space:nowrap;padding-right:0;padding-left:.8rem}
tr.sum>*{font-weight:650;border-bottom:0}
ol{margin:.4rem 0;padding-left:1.4rem}
ol li{margin:.5rem 0}
code{font:.9em ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;background:var(--card);padding:.15rem .4rem;
border-radius:.3rem;overflow-wrap:anywhere}
footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--border);color:var(--dim);font-size:.85rem}
"""
_PRINTED: Final = (
    "body{background:#fff;font-size:10.5pt}main{max-width:none;padding:0}section{margin-top:1.2rem}h2{break-after:avoid}"
    "figure,tr,li{break-inside:avoid}tr.sum{break-before:avoid}.total{font-size:3rem}"
    "dl.figures div,code{border:1px solid var(--border)}"
    "*{-webkit-print-color-adjust:exact;print-color-adjust:exact}"
)
