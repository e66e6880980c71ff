# SPDX-License-Identifier: MIT
"""The floors of src/README.md: which floor may use which, where a file stands, and circles among modules."""
import os
import re
import sys

ROW = re.compile(r"^\|\s*((?:`[^`]+`\s*)+)\|[^|]*\|([^|]*)\|\s*$", re.M)


def floor_of(token):
    return token.strip("`/").removeprefix("src/")


def rule_words(text):
    """Rules such as `core, http` or `store: oci, base; meta: db` as {floor or None: [words]}."""
    rules = {}
    for part in text.split(";"):
        owner, colon, words = part.rpartition(":")
        rules[owner.strip() if colon else None] = [word.strip() for word in words.split(",")]
    return rules


def allowed_table(text):
    """{floor: set of floors it may include}, from the README's table, whose rows go from the top floor down."""
    rows = [([floor_of(t) for t in re.findall(r"`[^`]+`", names)], rule.strip()) for names, rule in ROW.findall(text)]
    rows = rows[[row[0][-1] for row in rows].index("cli"):]
    rows = rows[:[row[0][-1] for row in rows].index("base") + 1]
    known = [floor for floors, _ in rows for floor in floors]
    table = {}
    for index, (floors, rule) in enumerate(rows):
        below = {floor for row, _ in rows[index + 1:] for floor in row}
        for floor in floors:
            rules = rule_words(rule)
            words = rules.get(floor, rules.get(None, []))
            if words == ["anything"]:
                table[floor] = set(known)
            elif words == ["all below"]:
                table[floor] = below
            elif floor == "base":
                table[floor] = set()
            else:
                unknown = set(words) - set(known)
                if unknown:
                    sys.exit(f"include_floors: src/README.md: the row of {floor} names unknown floors: {sorted(unknown)}")
                table[floor] = set(words)
            table[floor] = table[floor] | {floor}
    return table


def place(name):
    """(floor, module) of a source or header; None for a file that belongs to no floor."""
    parts = name.split("/")
    if name.startswith("include/berth/") and len(parts) > 3:
        floor, noun = parts[2], parts[-1]
    elif name.startswith("src/") and len(parts) > 2:
        floor, noun = parts[1], parts[-1]
    elif name.startswith("fcgi/"):
        floor, noun = "fcgi", parts[-1]
    else:
        return None
    return floor, f"{floor}/{os.path.splitext(noun)[0].removesuffix('_priv')}"


def cycles(graph):
    """The strongly connected groups of more than one module (Tarjan's algorithm, without recursion)."""
    order, low, stack, on_stack, found = {}, {}, [], set(), []
    for start in sorted(graph):
        work = [(start, iter(()))] if start not in order else []
        while work:
            node, rest = work[-1]
            if node not in order:
                order[node] = low[node] = len(order)
                stack.append(node)
                on_stack.add(node)
                work[-1] = node, rest = node, iter(sorted(graph.get(node, ())))
            step = next(rest, None)
            if step is not None:
                if step not in order:
                    work.append((step, iter(())))
                elif step in on_stack:
                    low[node] = min(low[node], order[step])
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[node])
            if low[node] == order[node]:
                group = stack[stack.index(node):]
                del stack[-len(group):]
                on_stack -= set(group)
                if len(group) > 1:
                    found.append(sorted(group))
    return found
