// Goal: clients that trust the authority accept the server's certificate under every name it is reached by,
// and no other. Method: OpenSSL's own verification of chain and names, at chosen times.
#include "http/certificates.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

namespace berth::http {
namespace {

constexpr WallTime kNow{1'795'000'000'000};

struct FreeX509 {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, FreeX509>;

Certificate read(const std::string& pem) {
  auto* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  Certificate certificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr));
  BIO_free(bio);
  return certificate;
}

bool chain_holds(const TlsIdentity& server, const TlsIdentity& authority, WallTime at) {
  const auto leaf = read(server.certificate_pem);
  const auto root = read(authority.certificate_pem);
  auto* store = X509_STORE_new();
  X509_STORE_add_cert(store, root.get());
  auto* context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, leaf.get(), nullptr);
  X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context), at.ms / 1000);
  X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER);
  const bool holds = X509_verify_cert(context) == 1;
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
  return holds;
}

class Certificates : public testing::Test {
 protected:
  const TlsIdentity authority_ = *make_authority(kNow);
  const ServerNames names_{.listen_address = "10.1.2.3",
                           .port = 51670,
                           .host_name = "box",
                           .region = "eu-west-1",
                           .extra = {"ecs.example.org", "fd00::5"}};
  const TlsIdentity server_ = *issue_server_certificate(authority_, names_, kNow);
};

TEST_F(Certificates, ChainHoldsWhileItIsValid) {
  EXPECT_TRUE(chain_holds(server_, authority_, kNow));
  EXPECT_TRUE(chain_holds(server_, authority_, kNow + std::chrono::hours(24 * 799)));
  EXPECT_FALSE(chain_holds(server_, authority_, kNow + std::chrono::hours(24 * 801)));
  EXPECT_FALSE(chain_holds(server_, authority_, kNow - std::chrono::hours(2)));
  EXPECT_FALSE(chain_holds(server_, *make_authority(kNow), kNow));
}

TEST_F(Certificates, NamesMatchAsClientsMatchThem) {
  const auto leaf = read(server_.certificate_pem);
  for (const char* name :
       {"localhost", "box", "ecs.example.org", "ecs.amazonaws.com", "ecs.eu-west-1.amazonaws.com",
        "127.0.0.1:51670", "10.1.2.3:51670", "localhost:51670", "box:51670"}) {
    EXPECT_EQ(X509_check_host(leaf.get(), name, 0, 0, nullptr), 1) << name;
  }
  for (const char* name :
       {"example.org", "127.0.0.1:51671", "ecs.us-east-1.amazonaws.com", "Berth control plane"}) {
    EXPECT_NE(X509_check_host(leaf.get(), name, 0, 0, nullptr), 1) << name;
  }
  for (const char* address : {"127.0.0.1", "::1", "10.1.2.3", "fd00::5"}) {
    EXPECT_EQ(X509_check_ip_asc(leaf.get(), address, 0), 1) << address;
  }
  EXPECT_NE(X509_check_ip_asc(leaf.get(), "10.1.2.4", 0), 1);
}

TEST_F(Certificates, StillServesUntilNamesOrTimeChange) {
  const auto serves = [this](const ServerNames& names, WallTime now) {
    return still_serves(server_.certificate_pem, authority_.certificate_pem, names, now);
  };
  EXPECT_TRUE(serves(names_, kNow));
  EXPECT_FALSE(serves(names_, kNow + std::chrono::hours(24 * 771)));
  auto other_port = names_;
  other_port.port = 51671;
  EXPECT_FALSE(serves(other_port, kNow));
  auto more = names_;
  more.extra.push_back("10.9.9.9");
  EXPECT_FALSE(serves(more, kNow));
  EXPECT_FALSE(still_serves(server_.certificate_pem, make_authority(kNow)->certificate_pem, names_, kNow));
  EXPECT_FALSE(still_serves("garbage", authority_.certificate_pem, names_, kNow));
}

TEST_F(Certificates, WildcardAddressesAddNoName) {
  const auto names =
      alternative_names({.listen_address = "0.0.0.0", .port = 1, .host_name = "", .region = "", .extra = {}});
  EXPECT_EQ(names.addresses, (std::vector<std::string>{"127.0.0.1", "::1"}));
  EXPECT_EQ(names.dns, (std::vector<std::string>{"localhost", "127.0.0.1:1", "[::1]:1", "localhost:1"}));
}

TEST_F(Certificates, AMalformedAuthorityIsInvalid) {
  const auto result = issue_server_certificate({"no", "pem"}, names_, kNow);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace berth::http
