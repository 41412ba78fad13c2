"""A way to Postgres that can be cut at the worst moment: COMMIT has gone through, its answer never comes back."""
import os
import re
import socket
import threading


class Cutter:
    """Listens on a unix socket like Postgres'; forwards to the real one."""

    def __init__(self, address, directory):
        self.directory = directory
        host = re.search(r"host='?([^' ]+)", address).group(1)
        port = re.search(r"port=(\d+)", address)
        self.target = os.path.join(host, f".s.PGSQL.{port.group(1) if port else 5432}")
        self.address = re.sub(r"host='?[^' ]+'?", f"host={directory}", address)
        self.lock = threading.Lock()
        self.armed, self.cuts = 0, 0
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(os.path.join(directory, os.path.basename(self.target)))
        self.listener.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def arm(self, times):
        with self.lock:
            self.armed = times

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self.target)
            except OSError:
                client.close()
                continue
            mute = threading.Event()
            threading.Thread(target=self.forward, args=(client, server, mute), daemon=True).start()
            threading.Thread(target=self.answer, args=(server, client, mute), daemon=True).start()

    def forward(self, client, server, mute):
        while data := receive(client):
            if b"COMMIT\0" in data:
                with self.lock:
                    if self.armed:
                        self.armed -= 1
                        self.cuts += 1
                        mute.set()
            send(server, data)
        close(server)

    def answer(self, server, client, mute):
        while data := receive(server):
            if mute.is_set():
                break  # it is committed now, and nobody is told
            send(client, data)
        close(client)
        close(server)


def receive(end):
    try:
        return end.recv(1 << 16)
    except OSError:
        return b""


def send(end, data):
    try:
        end.sendall(data)
    except OSError:
        pass


def close(end):
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
