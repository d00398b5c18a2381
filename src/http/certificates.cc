#include "http/certificates.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

namespace berth::http {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freer<GENERAL_NAMES_free>>;
using AddressBytes = std::array<unsigned char, 16>;

constexpr int kSerialBytes = 16;
// Clocks of clients may be behind ours.
constexpr Duration kBackdate = std::chrono::hours(1);

Error failed(const char* doing) {
  return internal_error(std::string("certificates: ") + doing + " failed");
}

/// The address in network order, or nothing when `text` is not an IP address.
std::optional<std::string> address_bytes(const std::string& text) {
  AddressBytes bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1)
    return std::string(bytes.begin(), bytes.begin() + 4);
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return std::string(bytes.begin(), bytes.end());
  return std::nullopt;
}

bool is_wildcard(const std::string& address) {
  return address == "0.0.0.0" || address == "::";
}

Bio read_only(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Certificate read_certificate(std::string_view pem) {
  auto bio = read_only(pem);
  return Certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

Key read_key(std::string_view pem) {
  auto bio = read_only(pem);
  return Key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
}

Result<TlsIdentity> to_pem(X509* certificate, EVP_PKEY* key) {
  auto text_of = [](BIO* bio) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio, &data);
    return std::string(data, static_cast<std::size_t>(size));
  };
  Bio first(BIO_new(BIO_s_mem()));
  Bio second(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(first.get(), certificate) != 1) return failed("writing a certificate");
  if (PEM_write_bio_PKCS8PrivateKey(second.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return failed("writing a key");
  }
  return TlsIdentity{text_of(first.get()), text_of(second.get())};
}

/// A certificate with everything but issuer and extensions.
Certificate begin_certificate(EVP_PKEY* key, const char* common_name, WallTime now, Duration validity) {
  Certificate certificate(X509_new());
  std::array<unsigned char, kSerialBytes> serial{};
  if (!certificate || RAND_bytes(serial.data(), kSerialBytes) != 1) return nullptr;
  serial[0] &= 0x7f;  // Serial numbers are positive.
  auto* number = BN_bin2bn(serial.data(), kSerialBytes, nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.get()));
  BN_free(number);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()),
                static_cast<std::time_t>((now - kBackdate).ms / 1000));
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), static_cast<std::time_t>((now + validity).ms / 1000));
  auto* subject = X509_get_subject_name(certificate.get());
  auto add = [subject](const char* field, const char* value) {
    X509_NAME_add_entry_by_txt(subject, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value),
                               -1, -1, 0);
  };
  add("O", "Berth");
  add("CN", common_name);
  return X509_set_pubkey(certificate.get(), key) == 1 ? std::move(certificate) : nullptr;
}

bool add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// Built by hand: OpenSSL's text form would split a name at its ':'.
bool add_names(X509* certificate, const AlternativeNames& names) {
  Names list(GENERAL_NAMES_new());
  auto add = [&list](int kind, ASN1_STRING* text, const std::string& bytes) {
    ASN1_STRING_set(text, bytes.data(), static_cast<int>(bytes.size()));
    auto* name = GENERAL_NAME_new();
    GENERAL_NAME_set0_value(name, kind, text);
    sk_GENERAL_NAME_push(list.get(), name);
  };
  for (const auto& name : names.dns) add(GEN_DNS, ASN1_IA5STRING_new(), name);
  for (const auto& address : names.addresses) {
    add(GEN_IPADD, ASN1_OCTET_STRING_new(), address_bytes(address).value_or(""));
  }
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, list.get(), 0, 0) == 1;
}

}  // namespace

AlternativeNames alternative_names(const ServerNames& names) {
  AlternativeNames result;
  auto add = [](std::vector<std::string>& list, std::string name) {
    if (!name.empty() && std::find(list.begin(), list.end(), name) == list.end())
      list.push_back(std::move(name));
  };
  auto add_any = [&](const std::string& name) {
    add(address_bytes(name) ? result.addresses : result.dns, name);
  };
  add_any("localhost");
  add_any(names.host_name);
  add_any("127.0.0.1");
  add_any("::1");
  if (!is_wildcard(names.listen_address)) add_any(names.listen_address);
  for (const auto& name : names.extra) add_any(name);
  if (names.port != 0) {
    const auto suffix = ":" + std::to_string(names.port);
    const auto plain = result.dns;
    for (const auto& address : result.addresses) {
      add(result.dns, (address.find(':') == std::string::npos ? address : "[" + address + "]") + suffix);
    }
    for (const auto& name : plain) add(result.dns, name + suffix);
  }
  if (!names.region.empty()) {
    add(result.dns, "*.amazonaws.com");
    add(result.dns, "*." + names.region + ".amazonaws.com");
  }
  return result;
}

Result<TlsIdentity> make_authority(WallTime now) {
  Key key(EVP_EC_gen("P-256"));
  if (!key) return failed("making a key");
  auto certificate = begin_certificate(key.get(), "Berth certificate authority", now, kAuthorityValidity);
  if (!certificate) return failed("making a certificate");
  auto* it = certificate.get();
  X509_set_issuer_name(it, X509_get_subject_name(it));
  const bool made = add_extension(it, it, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                    add_extension(it, it, NID_key_usage, "critical,keyCertSign,cRLSign") &&
                    add_extension(it, it, NID_subject_key_identifier, "hash") &&
                    X509_sign(it, key.get(), EVP_sha256()) > 0;
  if (!made) return failed("signing the authority's certificate");
  return to_pem(it, key.get());
}

Result<TlsIdentity> issue_server_certificate(const TlsIdentity& authority, const ServerNames& names,
                                             WallTime now) {
  const auto issuer = read_certificate(authority.certificate_pem);
  const auto issuer_key = read_key(authority.key_pem);
  if (!issuer || !issuer_key) return invalid("the certificate authority's PEM text is malformed");
  Key key(EVP_EC_gen("P-256"));
  if (!key) return failed("making a key");
  auto certificate = begin_certificate(key.get(), "Berth control plane", now, kServerValidity);
  if (!certificate) return failed("making a certificate");
  auto* it = certificate.get();
  X509_set_issuer_name(it, X509_get_subject_name(issuer.get()));
  const bool made = add_extension(it, issuer.get(), NID_basic_constraints, "critical,CA:FALSE") &&
                    add_extension(it, issuer.get(), NID_key_usage, "critical,digitalSignature") &&
                    add_extension(it, issuer.get(), NID_ext_key_usage, "serverAuth") &&
                    add_extension(it, issuer.get(), NID_subject_key_identifier, "hash") &&
                    add_extension(it, issuer.get(), NID_authority_key_identifier, "keyid:always") &&
                    add_names(it, alternative_names(names)) &&
                    X509_sign(it, issuer_key.get(), EVP_sha256()) > 0;
  if (!made) return failed("signing the server's certificate");
  return to_pem(it, key.get());
}

bool still_serves(std::string_view certificate_pem, std::string_view authority_pem, const ServerNames& names,
                  WallTime now) {
  const auto certificate = read_certificate(certificate_pem);
  const auto authority = read_certificate(authority_pem);
  if (!certificate || !authority) return false;
  if (X509_verify(certificate.get(), X509_get0_pubkey(authority.get())) != 1) return false;
  auto horizon = static_cast<std::time_t>((now + kRenewBefore).ms / 1000);
  if (X509_cmp_time(X509_get0_notAfter(certificate.get()), &horizon) <= 0) return false;
  Names list(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> present;
  for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()); ++i) {
    int kind = 0;
    const auto* text =
        static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(list.get(), i), &kind));
    present.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                         static_cast<std::size_t>(ASN1_STRING_length(text)));
  }
  auto has = [&present](const std::string& name) {
    return std::find(present.begin(), present.end(), name) != present.end();
  };
  const auto wanted = alternative_names(names);
  return std::all_of(wanted.dns.begin(), wanted.dns.end(), has) &&
         std::all_of(wanted.addresses.begin(), wanted.addresses.end(),
                     [&has](const std::string& address) { return has(address_bytes(address).value_or("")); });
}

}  // namespace berth::http
