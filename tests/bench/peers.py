# SPDX-License-Identifier: MIT
"""
The peers of Berth: Debian's docker-registry (direct, behind NGINX); and as limits a trivial FastCGI responder, a static file,
and NGINX that only spools uploads.

Berth is in berth_peer.py, registries that the command line names are in further_peers.py. Every peer has a name and a base
URL. One NGINX, with as many workers as processors, is in front of all peers that need a web server.
"""
import os
import shutil
import signal

from memory import rss_kib
from processes import ACCOUNT, Child, free_port, listening, program, run, wait_until

DOCKER_REGISTRY = "/usr/bin/docker-registry"
WORKERS = 8

# The configuration of Debian's package with its logging, without auth, and with our address and root directory.
REGISTRY_YML = """version: 0.1
log:
  fields:
    service: registry
storage:
  cache:
    blobdescriptor: inmemory
  filesystem:
    rootdirectory: {root}
  delete:
    enabled: true
http:
  addr: 127.0.0.1:{port}
  headers:
    X-Content-Type-Options: [nosniff]
health:
  storagedriver:
    enabled: true
    interval: 10s
    threshold: 3
"""

NGINX_CONF = """daemon off; pid {dir}/nginx.pid; error_log {dir}/nginx-error.log warn; worker_processes auto;
{user}events {{ worker_connections 1024; }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; client_max_body_size 0;
    client_body_temp_path {dir}/body; proxy_temp_path {dir}/proxy; fastcgi_temp_path {dir}/fastcgi;
    uwsgi_temp_path {dir}/uwsgi; scgi_temp_path {dir}/scgi;
    upstream registry {{ server 127.0.0.1:{registry}; keepalive 32; }}
    server {{ listen 127.0.0.1:{static}; root {dir}/static; }}
    server {{
        listen 127.0.0.1:{trivial};
        location / {{
            fastcgi_pass unix:{dir}/trivial.sock; fastcgi_buffers 32 8k;
            fastcgi_param REQUEST_METHOD $request_method; fastcgi_param REQUEST_URI $request_uri;
        }}
    }}
    server {{
        listen 127.0.0.1:{spool}; client_body_temp_path {spooled};
        client_body_in_file_only clean; client_body_buffer_size 512k;
        location / {{
            fastcgi_pass unix:{dir}/trivial.sock; fastcgi_pass_request_body off;
            fastcgi_param REQUEST_METHOD $request_method; fastcgi_param REQUEST_URI $request_uri;
        }}
    }}
    server {{
        listen 127.0.0.1:{proxy};
        location / {{
            proxy_pass http://registry; proxy_http_version 1.1; proxy_set_header Connection "";
            proxy_set_header Host $http_host; proxy_request_buffering off; proxy_buffering on;
        }}
    }}
}}
"""


class Peer:
    """
    The address of a peer. `memory` returns KiB, or is None if memory is not compared. `credentials` is a header for its token
    service. `headers` are sent with every request.
    """

    def __init__(self, name, base, memory=None, storage=None, credentials=None, headers=()):
        self.name, self.base, self.memory, self.storage = name, base, memory, storage
        self.credentials = credentials
        self.headers = tuple(f"{key}: {value}" for key, value in dict(headers).items())


def write_file(path, text):
    """Returns the path."""
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


class Neighbours:
    """docker-registry and the limits, below one folder. The root directory of docker-registry and the spool are below `where`."""

    def __init__(self, folder, where):
        self.folder, self.storage = ACCOUNT.folder(folder), ACCOUNT.folder(os.path.join(where, "registry"))
        self.spooled = ACCOUNT.folder(os.path.join(where, "spooled"))
        self.static = ACCOUNT.folder(os.path.join(folder, "static"))
        self.children, self.trivial_pids = [], []

    def start(self, trivial_body):
        """Starts all peers; the trivial responder answers `trivial_body`. Returns the peers by key."""
        ports = {name: free_port() for name in ("registry", "static", "trivial", "proxy", "spool")}
        config = write_file(os.path.join(self.folder, "registry.yml"),
                            REGISTRY_YML.format(root=self.storage, port=ports["registry"]))
        registry = self._child("docker-registry", [DOCKER_REGISTRY, "serve", config], [ports["registry"]])
        self._start_trivial(trivial_body)
        user = f"user {ACCOUNT.name};\n" if os.geteuid() == 0 else ""
        config = write_file(os.path.join(self.folder, "nginx.conf"),
                            NGINX_CONF.format(dir=self.folder, user=user, spooled=self.spooled, **ports))
        self._child("nginx", [program("nginx"), "-p", self.folder, "-c", config],
                    [ports[name] for name in ("static", "trivial", "proxy", "spool")], user=None, group=None, extra_groups=None)
        base = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        return {"registry": Peer("docker-registry", base["registry"], lambda: rss_kib(registry.pid), self.storage),
                "proxied": Peer("docker-registry behind NGINX", base["proxy"]),
                "trivial": Peer("trivial FastCGI", base["trivial"]),
                "spool": Peer("NGINX that only spools", base["spool"]),
                "static": Peer("NGINX static", base["static"])}

    def _child(self, name, command, ports, **options):
        child = Child(name, command, os.path.join(self.folder, name + ".log"), **options)
        self.children.append(child)
        wait_until(lambda: child.check_alive() and all(listening(("127.0.0.1", port)) for port in ports), name)
        return child

    def _start_trivial(self, body):
        source = os.path.join(os.path.dirname(os.path.realpath(__file__)), "plain_fcgi.c")
        binary, path, pids = (os.path.join(self.folder, name) for name in ("plain_fcgi", "body", "trivial.pids"))
        run([os.environ.get("CC", "cc"), "-O2", "-o", binary, source, "-lfcgi"])
        with open(path, "wb") as f:
            f.write(body)
        run(["spawn-fcgi", "-s", os.path.join(self.folder, "trivial.sock"), "-M", "0666", "-F", WORKERS, "-b", 1024,
             "-P", pids, "--", binary, path])
        with open(pids, encoding="ascii") as f:
            self.trivial_pids = [int(pid) for pid in f.read().split()]

    def publish(self, name, source):
        """Puts a file into the folder that the static limit serves; returns its path in the URL."""
        shutil.copyfile(source, os.path.join(self.static, name))
        return "/" + name

    def seed_tags(self, repository, tags, digest):
        """Writes the links of many tags directly into the tree of docker-registry: by the API, this takes minutes."""
        base = os.path.join(self.storage, "docker/registry/v2/repositories", repository, "_manifests/tags")
        for tag in tags:
            folder = os.path.join(base, tag, "current")
            os.makedirs(folder, exist_ok=True)
            write_file(os.path.join(folder, "link"), digest)

    def stop(self):
        for child in reversed(self.children):
            child.stop(signal.SIGTERM)
        for pid in self.trivial_pids:
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                pass
