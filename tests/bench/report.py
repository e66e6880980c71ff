# SPDX-License-Identifier: MIT
"""Results: medians, ratios against the thresholds, a table for the terminal, JSON for later comparisons."""
import json
import os
import platform
import re
from statistics import median

COLUMNS = (("berth", "Berth"), ("registry", "docker-registry"), ("proxied", "dr + NGINX"), ("trivial", "trivial"),
           ("static", "static"), ("spool", "NGINX spools"), ("dd", "dd"), ("openssl", "openssl"))
RESERVED = tuple(key for key, _ in COLUMNS) + ("open", "valid", "invalid", "password")
SHORT = {"registry": "docker-registry", "proxied": "docker-registry + NGINX", "trivial": "trivial FastCGI",
         "static": "NGINX static", "spool": "NGINX that only spools", "dd": "dd conv=fsync",
         "openssl": "openssl speed", "open": "without auth", "valid": "a valid token"}


def medians(scenario):
    return {peer: median(values) for peer, values in scenario.results.items() if values}


def verdicts(scenario):
    """[{against, bound, measured, met}] for each threshold. `measured` is None if one of the two has no figure."""
    found, out = medians(scenario), []
    for against, bound in scenario.thresholds:
        ratio = found["berth"] / found[against] if found.get("berth") and found.get(against) else None
        met = ratio is not None and (ratio <= bound if scenario.ceiling else ratio >= bound)
        out.append({"against": against, "bound": bound, "measured": ratio, "met": met})
    return out


def machine():
    """A description of the machine, without names of hosts or paths."""
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        model = re.search(r"model name\s*:\s*(.*)", f.read())
    return {"processors": os.cpu_count(), "model": model.group(1) if model else platform.machine(),
            "kernel": platform.release()}


def as_json(scenarios, settings):
    return {"machine": machine(), "settings": settings,
            "scenarios": [{"key": s.key, "title": s.title, "unit": s.unit, "bound": s.bound, "ceiling": s.ceiling,
                           "rounds": s.results, "medians": medians(s), "thresholds": verdicts(s)} for s in scenarios]}


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


def _further_words(scenario, further):
    """The ratio of Berth's figure to that of each registry of the command line."""
    found = medians(scenario)
    return [f"{found['berth'] / found[name]:.2f} x {name}" for name in further if found.get("berth") and found.get(name)]


def table(scenarios, further=()):
    """
    The table as text. The thresholds, the ratios to the registries `further`, and the bottleneck are below the line with the
    figures of a scenario.
    """
    width = max(len(s.title) for s in scenarios) + 2
    columns = (*COLUMNS, *((name, name) for name in further))
    lines = ["scenario".ljust(width) + "unit".ljust(8) + "".join(f"{title:>16}" for _, title in columns)]
    lines.append("-" * len(lines[0]))
    for s in scenarios:
        found = medians(s)
        lines.append(s.title.ljust(width) + s.unit.ljust(8)
                     + "".join(f"{_figure(found.get(peer)):>16}" for peer, _ in columns))
        words = _verdict_words(s) + _further_words(s, further) + ([f"bounded by {s.bound}"] if s.bound else [])
        lines += [" " * (width + 8) + line for line in words]
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
