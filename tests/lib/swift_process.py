# SPDX-License-Identifier: MIT
"""
OpenStack Swift in one process: the proxy (Swift API, and the S3 API by s3api) and its account, container and object
servers, each on its own loopback port. swiftserver.py starts it as `swift_process.py FOLDER PORT`. PORT is the port of the
proxy; 0 means any free port. The process writes the port to FOLDER/port when it answers requests. The optional file
FOLDER/variant.json changes the setup: filters to leave out, filters to add, settings of filters, of the proxy and of swift.conf.
"""
import json
import os
import sys
from time import time as now

os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
import eventlet  # noqa: E402

eventlet.patcher.monkey_patch(all=False, socket=True, select=True, thread=True)

from eventlet import wsgi  # noqa: E402
from swift.common import storage_policy, utils  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.wsgi import SwiftHttpProtocol, loadapp  # noqa: E402

STORAGE = ("account", "container", "object")
AT_ONCE = 256
PIPELINE = ("catch_errors gatekeeper healthcheck cache listing_formats bulk tempurl s3api tempauth copy slo dlo "
            "versioned_writes proxy-server")
# Settings of filters in the pipeline.
FILTERS = {
    "tempauth": {"user_test_tester": "testing .admin", "user_test_reader": "testing3",
                 "user_test_owner": "never-in-a-log .admin", "storage_url_scheme": "http"},
    "s3api": {"location": "us-east-1"},
}


class MemoryCache:
    """The calls of memcached that the proxy uses, backed by a dict."""

    def __init__(self):
        self.kept = {}

    def get(self, key, **_):
        value, until = self.kept.get(key, (None, 0))
        if until and until < now():
            del self.kept[key]
            return None
        return value

    def set(self, key, value, time=0, **_):
        self.kept[key] = (value, now() + time if time else 0)

    def incr(self, key, delta=1, time=0):
        self.set(key, max(0, int(self.get(key) or 0) + int(delta)), time=time)
        return self.get(key)

    def decr(self, key, delta=1, time=0):
        return self.incr(key, -int(delta), time)

    def delete(self, key, **_):
        self.kept.pop(key, None)

    def get_multi(self, keys, **_):
        return [self.get(key) for key in keys]

    def set_multi(self, mapping, time=0, **_):
        for key, value in mapping.items():
            self.set(key, value, time=time)


def memory_cache(_config, **_):
    """The paste.filter_factory of the cache."""
    cache = MemoryCache()

    def over(app):
        def answer(environ, start_response):
            environ.setdefault("swift.cache", cache)
            return app(environ, start_response)
        return answer
    return over


def section(title, settings):
    return f"[{title}]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items())


def write(folder, name, *sections):
    with open(os.path.join(folder, "etc", name), "w", encoding="utf-8") as f:
        f.write("\n".join(sections))


def configure_storage(folder, name):
    common = {"swift_dir": f"{folder}/etc", "devices": f"{folder}/srv", "mount_check": "false", "workers": 0,
              "disable_fallocate": "true", "recon_cache_path": f"{folder}/cache", "log_address": "/nonexistent"}
    write(folder, f"{name}.conf", section("DEFAULT", common), section("pipeline:main", {"pipeline": f"{name}-server"}),
          section(f"app:{name}-server", {"use": f"egg:swift#{name}"}))


def variant_of(folder):
    try:
        with open(os.path.join(folder, "variant.json"), encoding="utf-8") as f:
            return json.load(f)
    except FileNotFoundError:
        return {}


def configure_proxy(folder, variant):
    pipeline = PIPELINE.replace("copy", " ".join([*variant.get("extra", []), "copy"])).split()
    filters, names = [], [name for name in pipeline if name not in variant.get("without", [])]
    for name in names[:-1]:
        use = {"paste.filter_factory": "swift_process:memory_cache"} if name == "cache" else {"use": f"egg:swift#{name}"}
        told = variant.get("filters", {}).get(name, {})
        filters.append(section(f"filter:{name}", {**use, **FILTERS.get(name, {}), **told}))
    write(folder, "proxy.conf", section("DEFAULT", {"swift_dir": f"{folder}/etc", "log_address": "/nonexistent"}),
          section("pipeline:main", {"pipeline": " ".join(names)}),
          section("app:proxy-server", {"use": "egg:swift#proxy", "account_autocreate": "true",
                                       **variant.get("proxy", {})}), *filters)


def write_ring(folder, name, port):
    """One device, one replica."""
    builder = RingBuilder(2, 1, 0)
    builder.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "replication_ip": "127.0.0.1",
                     "replication_port": port, "device": "d1", "weight": 1.0, "meta": ""})
    builder.rebalance()
    builder.get_ring().save(f"{folder}/etc/{name}.ring.gz")


def configure(folder, ports):
    variant = variant_of(folder)
    for part in ("etc", "srv/d1", "cache"):
        os.makedirs(os.path.join(folder, part), exist_ok=True)
    write(folder, "swift.conf", section("swift-hash", {"swift_hash_path_prefix": "b", "swift_hash_path_suffix": "t"}),
          section("storage-policy:0", {"name": "one", "default": "yes"}),
          section("swift-constraints", variant.get("constraints", {})))
    for name in STORAGE:
        configure_storage(folder, name)
        write_ring(folder, name, ports[name])
    configure_proxy(folder, variant)


def main():
    folder, port = os.path.realpath(sys.argv[1]), int(sys.argv[2])
    sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
    sockets = {name: eventlet.listen(("127.0.0.1", port if name == "proxy" else 0), backlog=AT_ONCE)
               for name in (*STORAGE, "proxy")}
    configure(folder, {name: sockets[name].getsockname()[1] for name in STORAGE})
    utils.set_swift_dir(f"{folder}/etc")
    utils.validate_hash_conf()
    storage_policy.reload_storage_policies()
    threads = []
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        for name, socket in sockets.items():
            path = f"{folder}/etc/{name}.conf"
            app = loadapp(path, global_conf={"log_name": name, "__file__": path})
            threads.append(eventlet.spawn(wsgi.server, socket, app, nowhere, protocol=SwiftHttpProtocol,
                                          max_size=AT_ONCE))
        with open(os.path.join(folder, "port.new"), "w", encoding="ascii") as f:
            f.write(str(sockets["proxy"].getsockname()[1]))
        os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
        for thread in threads:
            thread.wait()


if __name__ == "__main__":
    main()
