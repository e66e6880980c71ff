# SPDX-License-Identifier: MIT
"""Results: medians, ratios against the thresholds, a table for the terminal, JSON for whoever compares later."""
import json
import os
import platform
import re
from statistics import median

COLUMNS = (("berth", "Berth"), ("registry", "docker-registry"), ("proxied", "dr + NGINX"), ("trivial", "trivial"),
           ("static", "static"), ("dd", "dd"), ("openssl", "openssl"))
SHORT = {"registry": "docker-registry", "proxied": "docker-registry + NGINX", "trivial": "trivial FastCGI",
         "static": "NGINX static", "dd": "dd conv=fsync", "openssl": "openssl speed", "open": "without auth",
         "valid": "a valid token"}


def medians(scenario):
    return {peer: median(values) for peer, values in scenario.results.items() if values}


def verdicts(scenario):
    """[{against, bound, measured, met}] for each threshold; measured is None when a side has no figure."""
    found, out = medians(scenario), []
    for against, bound in scenario.thresholds:
        ratio = found["berth"] / found[against] if found.get("berth") and found.get(against) else None
        met = ratio is not None and (ratio <= bound if scenario.ceiling else ratio >= bound)
        out.append({"against": against, "bound": bound, "measured": ratio, "met": met})
    return out


def machine():
    """What the figures were taken on, without names of hosts or paths."""
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        model = re.search(r"model name\s*:\s*(.*)", f.read())
    return {"processors": os.cpu_count(), "model": model.group(1) if model else platform.machine(),
            "kernel": platform.release()}


def as_json(scenarios, settings):
    return {"machine": machine(), "settings": settings,
            "scenarios": [{"key": s.key, "title": s.title, "unit": s.unit, "ceiling": s.ceiling, "rounds": s.results,
                           "medians": medians(s), "thresholds": verdicts(s)} for s in scenarios]}


def _figure(value):
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _verdict_words(scenario):
    words = []
    for v in verdicts(scenario):
        sign = "<=" if scenario.ceiling else ">="
        measured = "-" if v["measured"] is None else f"{v['measured']:.2f}"
        words.append(f"{measured} x {SHORT[v['against']]} ({sign} {v['bound']:g}) {'ok' if v['met'] else 'MISSED'}")
    return words


def table(scenarios):
    """The table as text; thresholds stand below the line of their scenario's figures."""
    width = max(len(s.title) for s in scenarios) + 2
    lines = ["scenario".ljust(width) + "unit".ljust(8) + "".join(f"{title:>16}" for _, title in COLUMNS)]
    lines.append("-" * len(lines[0]))
    for s in scenarios:
        found = medians(s)
        lines.append(s.title.ljust(width) + s.unit.ljust(8)
                     + "".join(f"{_figure(found.get(peer)):>16}" for peer, _ in COLUMNS))
        lines += [" " * (width + 8) + words for words in _verdict_words(s)]
    return "\n".join(lines)


def summary(scenarios):
    """(met, missed, unmeasured) counts over all thresholds."""
    every = [v for s in scenarios for v in verdicts(s)]
    met = sum(v["met"] for v in every)
    unmeasured = sum(v["measured"] is None for v in every)
    return met, len(every) - met - unmeasured, unmeasured


def write_json(path, scenarios, settings):
    with open(path, "w", encoding="utf-8") as f:
        json.dump(as_json(scenarios, settings), f, indent=1, sort_keys=True)
        f.write("\n")
