"""A small AWS client: SigV4 over http.client, standard library only.

For tests that make many calls or send what no well-behaved client would send. `Client.call` is the normal way;
`Client.raw` sends exactly the headers and body it is given.
"""

import datetime
import hashlib
import hmac
import http.client
import json
import urllib.parse

ECS_TARGET = "AmazonEC2ContainerServiceV20141113"
TIMEOUT_SECONDS = 30


class ApiError(Exception):
    """An answer of the API that is an error: HTTP status, AWS code, message."""

    def __init__(self, status, code, message, body):
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message, self.body = status, code, message, body


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def sign(method, path, headers, body, key_id, secret, region, service, when, signed=None, query=""):
    """The Authorization header for a request. `headers` (lower-case names) are signed, or only those in `signed`.

    `query` is the canonical query string: sorted, %20 for a blank.
    """
    date = when.strftime("%Y%m%dT%H%M%SZ")
    names = sorted(signed if signed is not None else headers)
    canonical = "\n".join([
        method, urllib.parse.quote(path, safe="/-_.~"), query,
        "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in names), ";".join(names),
        hashlib.sha256(body).hexdigest()])
    scope = f"{date[:8]}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for part in (date[:8], region, service, "aws4_request"):
        key = _hmac(key, part)
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return (f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={';'.join(names)}, "
            f"Signature={signature}")


class Client:
    """One keep-alive connection to one endpoint. Not for use by several threads at once.

    A request is sent at most once: when the connection breaks, the caller gets the exception and must treat the
    outcome as unknown. The next call connects anew.
    """

    def __init__(self, host, port, key_id, secret, region="us-east-1"):
        self.host, self.port, self.key_id, self.secret, self.region = host, port, key_id, secret, region
        self.connection = None

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def raw(self, method, path, headers, body=b""):
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.host, self.port, timeout=TIMEOUT_SECONDS)
        try:
            self.connection.request(method, path, body=body, headers=headers)
            response = self.connection.getresponse()
            answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        except Exception:
            self.close()
            raise
        if response.will_close:
            self.close()
        return answer

    def headers(self, body, target=None, service="ecs", when=None, content_type="application/x-amz-json-1.1",
                signed=None, key_id=None, secret=None, extra=None):
        """Complete, signed headers of a POST to `/`; `extra` are further ones that may be signed."""
        when = when or datetime.datetime.now(datetime.timezone.utc)
        headers = {"host": f"{self.host}:{self.port}", "content-type": content_type,
                   "x-amz-date": when.strftime("%Y%m%dT%H%M%SZ"), **(extra or {})}
        if target:
            headers["x-amz-target"] = target
        headers["authorization"] = sign("POST", "/", headers, body, key_id or self.key_id, secret or self.secret,
                                        self.region, service, when, signed)
        return headers

    def send(self, operation, parameters=None, body=None, **options):
        """Calls an ECS operation; the answer as it came, errors too. `body` (bytes) replaces the parameters."""
        if body is None:
            body = json.dumps(parameters or {}).encode()
        return self.raw("POST", "/", self.headers(body, f"{ECS_TARGET}.{operation}", **options), body)

    def call(self, operation, **parameters):
        """Calls an ECS operation and returns its decoded answer; an error answer raises ApiError."""
        answer = self.send(operation, parameters)
        if answer.status != 200:
            document = answer.json()
            code = document.get("__type", "").split("#")[-1]
            raise ApiError(answer.status, code, document.get("message", ""), document)
        return answer.json()

    def query(self, service, version, action, **parameters):
        """Calls an operation of a query-protocol service; the answer as it came."""
        body = urllib.parse.urlencode({"Action": action, "Version": version, **parameters}).encode()
        return self.raw("POST", "/", self.headers(
            body, service=service, content_type="application/x-www-form-urlencoded; charset=utf-8"), body)
