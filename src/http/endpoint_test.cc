// Goal: endpoint URLs and proxy variables mean what people expect of them. Method: tables.
#include "http/endpoint.h"

#include <gtest/gtest.h>

namespace berth::http {
namespace {

TEST(Endpoint, ParsesEveryForm) {
  struct Case {
    const char* url;
    Endpoint::Kind kind;
    const char* host;
    int port;
    const char* authority;
  };
  for (const Case& c :
       {Case{"http://a.b", Endpoint::Kind::tcp, "a.b", 80, "a.b"},
        Case{"HTTPS://a.b/", Endpoint::Kind::tls, "a.b", 443, "a.b"},
        Case{"wss://127.0.0.1:51670/x?y", Endpoint::Kind::tls, "127.0.0.1", 51670, "127.0.0.1:51670"},
        Case{"ws://[::1]:80", Endpoint::Kind::tcp, "::1", 80, "[::1]"},
        Case{"tcp://dock", Endpoint::Kind::tcp, "dock", 2375, "dock:2375"},
        Case{"http://u%40:p@h:1", Endpoint::Kind::tcp, "h", 1, "h:1"},
        Case{"unix:///var/run/docker.sock", Endpoint::Kind::unix_socket, "localhost", 0, "localhost"}}) {
    const auto endpoint = parse_endpoint(c.url);
    ASSERT_TRUE(endpoint.ok()) << c.url;
    EXPECT_EQ(endpoint->kind, c.kind) << c.url;
    EXPECT_EQ(endpoint->host, c.host) << c.url;
    EXPECT_EQ(endpoint->port, c.port) << c.url;
    EXPECT_EQ(endpoint->authority(), c.authority) << c.url;
  }
  EXPECT_EQ(parse_endpoint("unix:///var/run/docker.sock")->path, "/var/run/docker.sock");
  EXPECT_EQ(parse_endpoint("http://u%40:p@h:1")->user_info, "u@:p");
}

TEST(Endpoint, RefusesWhatIsNone) {
  for (const char* url : {"", "localhost", "ftp://x", "http://", "http://h:0", "http://h:65536", "http://h:x",
                          "http://[::1", "http://[::1]x", "unix://", "http://a b/"}) {
    EXPECT_FALSE(parse_endpoint(url).ok()) << url;
  }
}

TEST(Endpoint, ChoosesAProxy) {
  const ProxySettings settings{"proxy:3128", "http://secure:8080",
                               "169.254.169.254, .internal,example.com,h:81"};
  auto proxy_for = [&settings](const char* url) {
    const auto proxy = find_proxy(settings, *parse_endpoint(url));
    return proxy->has_value() ? (*proxy)->authority() : std::string("none");
  };
  EXPECT_EQ(proxy_for("http://aws.amazon.com"), "proxy:3128");
  EXPECT_EQ(proxy_for("wss://aws.amazon.com"), "secure:8080");
  EXPECT_EQ(proxy_for("http://127.0.0.1:51670"), "none");
  EXPECT_EQ(proxy_for("http://localhost"), "none");
  EXPECT_EQ(proxy_for("http://169.254.169.254"), "none");
  EXPECT_EQ(proxy_for("http://a.internal"), "none");
  EXPECT_EQ(proxy_for("http://sub.example.com"), "none");
  EXPECT_EQ(proxy_for("http://badexample.com"), "proxy:3128");
  EXPECT_EQ(proxy_for("http://h:81"), "none");
  EXPECT_EQ(proxy_for("http://h:82"), "proxy:3128");
  EXPECT_EQ(proxy_for("unix:///x"), "none");
  EXPECT_FALSE(find_proxy({"https://p", "", ""}, *parse_endpoint("http://h")).ok());
}

}  // namespace
}  // namespace berth::http
