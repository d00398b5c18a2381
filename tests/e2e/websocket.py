"""A small websocket client: what the agents' sessions need, standard library only.

Text messages, masked as a client must; pings are answered; no extensions. One thread at a time.
"""

import base64
import json
import os
import socket
import ssl
import struct

TIMEOUT_SECONDS = 20


class Refused(Exception):
    """The upgrade was answered with something else than 101."""

    def __init__(self, status, body):
        super().__init__(f"{status}: {body}")
        self.status, self.body = status, body


class Closed(Exception):
    """The peer closed the socket; `code` is that of its close frame, or None when it sent none."""

    def __init__(self, code):
        super().__init__(f"closed with {code}")
        self.code = code


class WebSocket:
    """An open websocket. `headers` are sent as they are, beside those that the protocol asks for."""

    def __init__(self, host, port, target, headers, tls=None, server_name=None):
        self.socket = socket.create_connection((host, port), TIMEOUT_SECONDS)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname=server_name or host)
        self.buffer = b""
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {target} HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key}",
                 "Sec-WebSocket-Version: 13", *(f"{name}: {value}" for name, value in headers.items())]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self._read_upgrade()

    def _read_upgrade(self):
        while b"\r\n\r\n" not in self.buffer:
            self._receive()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        status = int(head.split(b" ", 2)[1])
        if status == 101:
            return
        lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        length = int(lengths[0]) if lengths else 0
        while len(self.buffer) < length:
            self._receive()
        body = self.buffer[:length].decode()
        self.socket.close()
        raise Refused(status, body)

    def _receive(self):
        data = self.socket.recv(65536)
        if not data:
            raise Closed(None)
        self.buffer += data

    def _take(self, count):
        while len(self.buffer) < count:
            self._receive()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def _send_frame(self, opcode, payload):
        mask = os.urandom(4)
        size = len(payload)
        length = (bytes([0x80 | size]) if size < 126 else
                  b"\xfe" + struct.pack(">H", size) if size < 1 << 16 else b"\xff" + struct.pack(">Q", size))
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.socket.sendall(bytes([0x80 | opcode]) + length + mask + masked)

    def _read_frame(self):
        first, second = self._take(2)
        size = second & 0x7F
        if size == 126:
            size = struct.unpack(">H", self._take(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self._take(8))[0]
        return first & 0x80, first & 0x0F, self._take(size)

    def send_text(self, text):
        self._send_frame(0x1, text.encode())

    def send(self, kind, message):
        self.send_text(json.dumps({"type": kind, "message": message}))

    def receive(self, seconds=TIMEOUT_SECONDS):
        """The next message as (type, message). Raises Closed, or TimeoutError after `seconds`."""
        self.socket.settimeout(seconds)
        text = b""
        while True:
            final, opcode, payload = self._read_frame()
            if opcode == 0x8:
                raise Closed(struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else None)
            if opcode == 0x9:
                self._send_frame(0xA, payload)
            elif opcode in (0x0, 0x1):
                text += payload
                if final:
                    envelope = json.loads(text)
                    return envelope["type"], envelope["message"]

    def receive_of(self, kind, seconds=TIMEOUT_SECONDS):
        """The next message of that type; heartbeats and others before it are passed over."""
        while True:
            found, message = self.receive(seconds)
            if found == kind:
                return message

    def close(self):
        self.socket.close()


def trusting(ca_file):
    """TLS that trusts one authority and checks names, as the agents do with SSL_CERT_FILE."""
    return ssl.create_default_context(cafile=ca_file)
