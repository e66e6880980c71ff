# SPDX-License-Identifier: MIT
"""The chart for the README: one block of bars for each scenario, each block with its own scale, figures at the end of bars."""
from xml.sax.saxutils import escape

import report

WIDTH, LEFT, BAR, GAP, BLOCK_GAP, TOP = 860, 190, 15, 4, 26, 66
SPAN = WIDTH - LEFT - 150
COLOURS = {"berth": "#0b6e99", "registry": "#d98c3f", "proxied": "#e8bf93", "trivial": "#9aa5ad", "static": "#c3cad0",
           "spool": "#c3cad0", "dd": "#9aa5ad", "openssl": "#9aa5ad", "open": "#c3cad0", "valid": "#c3cad0"}
NAMES = {"berth": "Berth", "registry": "docker-registry", "proxied": "docker-registry + NGINX",
         "trivial": "trivial FastCGI (limit)", "static": "NGINX static file (limit)",
         "spool": "NGINX only spools (limit)", "dd": "dd conv=fsync (limit)",
         "openssl": "openssl speed (limit)", "open": "Berth without auth", "valid": "Berth, a valid token"}
STYLE = ("text{font:12px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#22303a}"
         ".h{font-size:17px;font-weight:600}.t{font-weight:600;font-size:13px}.s{fill:#5b6b76}.b{font-weight:600}")


def _text(x, y, words, kind="", anchor="start"):
    return f'<text x="{x}" y="{y}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def _figure(value, unit):
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"


def _bar(y, peer, value, largest, unit):
    length = max(2, round(SPAN * value / largest))
    strong = "b" if peer == "berth" else ""
    return [_text(LEFT - 8, y + BAR - 3, NAMES[peer], strong or "s", "end"),
            f'<rect x="{LEFT}" y="{y}" width="{length}" height="{BAR}" rx="2" fill="{COLOURS[peer]}"/>',
            _text(LEFT + length + 6, y + BAR - 3, _figure(value, unit), strong)]


def _block(y, scenario):
    """The SVG lines of one scenario, and the y below them."""
    found = report.medians(scenario)
    if not found:
        return [], y
    largest = max(found.values())
    note = " (less is better)" if scenario.ceiling else ""
    lines = [_text(LEFT, y, scenario.title + note, "t")]
    y += 8
    for peer, _ in report.COLUMNS:
        if peer in found:
            lines += _bar(y, peer, found[peer], largest, scenario.unit)
            y += BAR + GAP
    return lines, y + BLOCK_GAP


def svg(scenarios):
    """The whole document as text."""
    where = report.machine()
    lines, y = [], TOP
    for scenario in scenarios:
        more, y = _block(y, scenario)
        lines += more
    head = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" viewBox="0 0 {WIDTH} {y}" role="img" '
            'aria-label="Berth measured beside docker-registry">', f"<style>{STYLE}</style>",
            f'<rect width="{WIDTH}" height="{y}" fill="#ffffff"/>',
            _text(24, 28, "Berth beside Debian's docker-registry, same machine, same run", "h"),
            _text(24, 46, f"medians of three rounds, {where['processors']} processors, load generators included; "
                  "each block has its own scale", "s")]
    return "\n".join(head + lines + ["</svg>"]) + "\n"
