"""Every request must be signed, rightly and recently; the refusal carries AWS's code in the request's protocol.

Method: a small SigV4 client that can sign wrongly on purpose, and the AWS CLI with a wrong secret.
"""

import datetime
import json
import urllib.request
import unittest

from harness import ControlPlaneCase
from sigv4 import ECS_TARGET

TARGET = f"{ECS_TARGET}.ListClusters"


class Authentication(ControlPlaneCase):
    def answer(self, headers, body=b"{}"):
        answer = self.ecs.raw("POST", "/", headers, body)
        document = json.loads(answer.body) if answer.status != 200 else {}
        self.assertIn("x-amzn-requestid", answer.headers)
        return answer.status, document.get("__type", "").split("#")[-1], document.get("message", "")

    def code(self, headers, body=b"{}"):
        status, code, message = self.answer(headers, body)
        self.assertEqual(status, 400)
        self.assertTrue(message)
        return code

    def test_a_signed_request_is_served(self):
        self.assertEqual(self.answer(self.ecs.headers(b"{}", TARGET))[0], 200)

    def test_unsigned(self):
        headers = self.ecs.headers(b"{}", TARGET)
        del headers["authorization"]
        self.assertEqual(self.code(headers), "MissingAuthenticationTokenException")

    def test_unknown_key(self):
        headers = self.ecs.headers(b"{}", TARGET, key_id="AKIAUNKNOWNUNKNOWN00")
        self.assertEqual(self.code(headers), "UnrecognizedClientException")

    def test_wrong_secret(self):
        headers = self.ecs.headers(b"{}", TARGET, secret="wrong")
        self.assertEqual(self.code(headers), "InvalidSignatureException")

    def test_body_that_was_not_signed(self):
        headers = self.ecs.headers(b"{}", TARGET)
        self.assertEqual(self.code(headers, b'{"maxResults":1}'), "InvalidSignatureException")

    def test_header_that_was_changed_after_signing(self):
        headers = self.ecs.headers(b"{}", TARGET)
        headers["x-amz-target"] = f"{ECS_TARGET}.ListTasks"
        self.assertEqual(self.code(headers), "InvalidSignatureException")

    def test_stale_and_future_dates(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        for minutes in (-16, 16):
            headers = self.ecs.headers(b"{}", TARGET, when=now + datetime.timedelta(minutes=minutes))
            self.assertEqual(self.code(headers), "InvalidSignatureException")
        for minutes in (-14, 14):
            headers = self.ecs.headers(b"{}", TARGET, when=now + datetime.timedelta(minutes=minutes))
            self.assertEqual(self.answer(headers)[0], 200)

    def test_wrong_service_in_the_scope(self):
        headers = self.ecs.headers(b"{}", TARGET, service="sts")
        self.assertEqual(self.code(headers), "InvalidSignatureException")

    def test_malformed_authorization(self):
        for text in ("AWS4-HMAC-SHA256", "Basic dTpw", "AWS4-HMAC-SHA256 Credential=x", "AWS4-HMAC-SHA256 " + "a" * 900):
            headers = self.ecs.headers(b"{}", TARGET)
            headers["authorization"] = text
            status, code, _ = self.answer(headers)
            self.assertEqual(status, 400, text)
            self.assertIn(code, ("IncompleteSignatureException", "MissingAuthenticationTokenException"), text)

    def test_only_the_listed_headers_count(self):
        # Agents of 2015 sign three headers only.
        headers = self.ecs.headers(b"{}", TARGET, signed=["host", "x-amz-date", "x-amz-target"])
        self.assertEqual(self.answer(headers)[0], 200)

    def test_unknown_operation(self):
        self.assertEqual(self.code(self.ecs.headers(b"{}", f"{ECS_TARGET}.Nope")), "UnknownOperationException")

    def test_caller_identity_over_the_query_protocol(self):
        answer = self.ecs.query("sts", "2011-06-15", "GetCallerIdentity")
        self.assertEqual(answer.status, 200)
        self.assertIn(f"<Account>{self.plane.account}</Account>", answer.body.decode())
        identity = self.plane.aws("sts", "get-caller-identity")
        self.assertEqual(identity["Account"], self.plane.account)

    def test_query_errors_are_xml(self):
        answer = self.ecs.query("sts", "2011-06-15", "Nope")
        self.assertEqual(answer.status, 400)
        self.assertTrue(answer.body.startswith(b"<"), answer.body)
        self.assertIn(b"<Code>", answer.body)

    def test_the_cli_names_the_signature(self):
        run = self.plane.aws_run("ecs", "list-clusters", environment={"AWS_SECRET_ACCESS_KEY": "wrong"})
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("InvalidSignatureException", run.stderr)

    def test_health_needs_no_signature(self):
        for path in ("/healthz", "/metrics"):
            with urllib.request.urlopen(self.plane.url + path, timeout=10) as answer:
                self.assertEqual(answer.status, 200)


if __name__ == "__main__":
    unittest.main()
