# SPDX-License-Identifier: MIT
"""
Judges a history. Every rule is a necessary condition: a reported violation is impossible in every order of effects that agrees
with the times of the operations. A history without violations may still be wrong.

Kinds of operations (args -> result)
  blob_put        repo digest
  blob_get        repo digest                       -> digest of the bytes that came
  manifest_put    repo digest [tag]
  manifest_get    repo digest | tag                 -> digest of the bytes, type
  manifest_delete repo digest
  tag_delete      repo tag
  tags_list       repo                              -> tags
  upload_start    upload repo
  upload_patch    upload offset size                -> end (bytes the server says it has)
  upload_status   upload                            -> end
  upload_finish   upload repo digest [offset size]
  worker_gap      seconds until a killed worker was replaced
"""
from collections import defaultdict
from types import SimpleNamespace

READS = ("blob_get", "manifest_get", "tags_list", "upload_status")
FAILURES_UNDER_KILLS = (502, 503, 504)


def judge(ops, kills=False):
    """The violations as lines of text; empty if the history is consistent."""
    found = []
    for rule in (server_errors, damaged_answers, refusals, blobs, manifests, tags, uploads, gaps):
        found += rule(ops, kills)
    return found


def _by(ops, key):
    groups = defaultdict(list)
    for op in ops:
        groups[key(op)].append(op)
    return groups


def server_errors(ops, kills):
    """An answer 500 is a violation. A failure of the gateway or a lost connection is one unless workers are killed."""
    for op in ops:
        if op.status is not None and op.status >= 500 and not (kills and op.status in FAILURES_UNDER_KILLS):
            yield f"server error: {op}"
        if op.status is None and not kills:
            yield f"no answer: {op}"


def damaged_answers(ops, kills):
    """Answers with wrong bytes: incomplete, truncated, or those of another object."""
    for op in ops:
        if op.kind in ("blob_get", "manifest_get") and op.ok:
            asked = op.args.get("digest")
            if op.result.get("digest") is None or (asked and op.result["digest"] != asked):
                yield f"wrong bytes: {op}"
            if op.kind == "manifest_get" and op.result.get("type") != op.result.get("pushed_type", op.result.get("type")):
                yield f"wrong media type: {op}"


def refusals(ops, kills):
    """Writes that were refused although their conditions were met."""
    for op in ops:
        if op.refused and op.kind in ("blob_put", "manifest_put", "upload_start"):
            yield f"refused: {op}"
        if op.refused and op.kind in ("manifest_delete", "tag_delete", "blob_get", "manifest_get") and op.status != 404:
            yield f"refused: {op}"


def _presence(what, puts, deletes, reads):
    """Objects that were absent after a write or present after a delete. reads: (op, present)."""
    for read, present in reads:
        if present:
            if not any(p.start < read.end for p in puts):
                yield f"{what} appeared before it was written: {read}"
            for d in deletes:
                if d.ok and d.end < read.start and not any(p.start < read.end and p.effect_end > d.start for p in puts):
                    yield f"{what} is back after an acknowledged delete: {read} after {d}"
        else:
            for p in puts:
                if p.ok and p.end < read.start and not any(d.start < read.end and d.effect_end > p.start
                                                           for d in deletes):
                    yield f"acknowledged {what} is lost: {read} after {p}"
                    break


def _writes(ops, *kinds):
    """The operations that had or may have had an effect."""
    return [op for op in ops if op.kind in kinds and not op.refused]


def blobs(ops, kills):
    of_blobs = [op for op in ops if op.kind in ("blob_put", "blob_get", "upload_finish")]
    for group in _by(of_blobs, lambda op: (op.args["repo"], op.args["digest"])).values():
        reads = [(op, op.ok) for op in group if op.kind == "blob_get" and (op.ok or op.status == 404)]
        yield from _presence("blob", _writes(group, "blob_put", "upload_finish"), [], reads)


def manifests(ops, kills):
    of_manifests = [op for op in ops if op.kind.startswith("manifest_") and "digest" in op.args]
    for group in _by(of_manifests, lambda op: (op.args["repo"], op.args["digest"])).values():
        reads = [(op, op.ok) for op in group if op.kind == "manifest_get" and (op.ok or op.status == 404)]
        reads += [(op, False) for op in group if op.kind == "manifest_delete" and op.status == 404]
        yield from _presence("manifest", _writes(group, "manifest_put"), _writes(group, "manifest_delete"), reads)


def _overwritten(write, puts, read):
    """Whether an acknowledged write of another digest was certainly between `write` and the read."""
    return any(p.ok and p.args["digest"] != write.args["digest"] and write.effect_end < p.start and p.end < read.start
               for p in puts)


def _tag_value(read, digest, puts, removals):
    """The reason why the tag cannot have had this value, or None."""
    sources = [p for p in puts if p.args["digest"] == digest and p.start < read.end]
    if not sources:
        return "nobody gave the tag this digest"
    if all(_overwritten(p, puts, read) for p in sources):
        return "an acknowledged tag move is lost"
    if all(any(r.ok and _removes(r, digest) and p.effect_end < r.start and r.end < read.start for r in removals)
           for p in sources):
        return "an acknowledged delete is undone"
    return None


def _removes(removal, digest):
    """Whether this removal removes a tag that has this digest."""
    return removal.kind == "tag_delete" or removal.args["digest"] == digest


def _explains_absence(removal, read, puts):
    """Whether the tag may have been absent at the time of the read because of this removal."""
    if removal.start >= read.end:
        return False
    acked = [p for p in puts if p.ok and p.end < read.start]
    if any(removal.effect_end < p.start for p in acked):
        return False
    if removal.kind == "tag_delete":
        return True
    digest = removal.args["digest"]
    # The tag had this digest when the manifest was deleted, and every acknowledged move to another digest was earlier.
    return any(p.args["digest"] == digest and p.start < removal.effect_end
               and not any(other.args["digest"] != digest and p.effect_end < other.start for other in acked)
               for p in puts)


def _tag_absence(read, puts, removals):
    acked = [p for p in puts if p.ok and p.end < read.start]
    if acked and not any(_explains_absence(r, read, puts) for r in removals):
        return "the acknowledged tag is lost"
    return None


def _tag_reads(ops, repo, tag):
    """(op, digest or None, known) of each read of the tag. A listing with the tag shows its presence only."""
    for op in ops:
        if op.args.get("repo") != repo:
            continue
        if op.kind == "manifest_get" and op.args.get("tag") == tag and (op.ok or op.status == 404):
            yield op, op.result.get("digest") if op.ok else None
        elif op.kind == "tag_delete" and op.args["tag"] == tag and op.status == 404:
            yield op, None
        elif op.kind == "tags_list" and op.ok and op.result.get("complete", True) and tag not in op.result["tags"]:
            yield op, None


def tags(ops, kills):
    for op in ops:
        if op.kind == "tags_list" and op.ok and op.result["tags"] != sorted(set(op.result["tags"]), key=str.encode):
            yield f"tags out of order: {op}"
    by_repo = _by([op for op in ops if "repo" in op.args], lambda op: op.args["repo"])
    for repo, group in by_repo.items():
        deletes = _writes(group, "manifest_delete")
        for tag in sorted({op.args["tag"] for op in group if op.args.get("tag")}):
            puts = [op for op in _writes(group, "manifest_put") if op.args.get("tag") == tag]
            held = {p.args["digest"] for p in puts}
            removals = [op for op in _writes(group, "tag_delete") if op.args["tag"] == tag]
            removals += [d for d in deletes if d.args["digest"] in held]
            for read, digest in _tag_reads(group, repo, tag):
                why = _tag_value(read, digest, puts, removals) if digest else _tag_absence(read, puts, removals)
                if why:
                    yield f"{why}: {repo}:{tag}: {read}"


def _session(group):
    ok = [op for op in group if op.ok]
    return SimpleNamespace(sent=[op for op in group if op.kind in ("upload_patch", "upload_finish") and not op.refused],
                           acked=[op for op in ok if op.kind == "upload_patch"],
                           finishes=[op for op in group if op.kind == "upload_finish" and not op.refused])


def _offset(op, session):
    """Violations in the offsets of the answers to PATCH and to status requests."""
    told = op.result["end"]
    if op.kind == "upload_patch" and told != op.args["offset"] + op.args["size"]:
        yield f"wrong offset acknowledged: {op}"
    least = max([p.result["end"] for p in session.acked if p.end < op.start], default=0)
    most = max([p.args.get("offset", 0) + p.args.get("size", 0) for p in session.sent if p.start < op.end], default=0)
    if told < least:
        yield f"acknowledged offset {least} is lost: {op}"
    if told > most:
        yield f"offset beyond what was sent ({most}): {op}"


def uploads(ops, kills):
    of_uploads = [op for op in ops if op.kind.startswith("upload_") and op.kind != "upload_start"]
    for group in _by(of_uploads, lambda op: op.args["upload"]).values():
        session = _session(group)
        for op in group:
            if op.ok and op.kind in ("upload_patch", "upload_status"):
                yield from _offset(op, session)
            if not op.refused:
                continue
            finish_tried = any(f.start < op.end for f in session.finishes)
            if op.status == 404 and not finish_tried:
                yield f"acknowledged session is lost: {op}"
            elif op.status != 404 and not (op.status == 416 and op.args.get("retry")):
                yield f"refused: {op}"


def gaps(ops, kills):
    for op in ops:
        if op.kind == "worker_gap":
            yield f"a killed worker was not replaced within {op.args['seconds']:.2f} s"
        if op.kind == "gave_up":
            yield f"retries never came to an end: {op}"
