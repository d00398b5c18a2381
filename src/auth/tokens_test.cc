// Goal: tokens carry what was put in, and nothing else is taken for one.
// Method: one bit of a token changed at a time, other keys, other access keys, cut and foreign texts.
#include <gtest/gtest.h>

#include "auth/join_token.h"
#include "auth/sealing.h"
#include "auth/session_token.h"
#include "base/encoding.h"

namespace berth::auth {
namespace {

SealingKey key_of(std::uint32_t id) {
  SealingKey key{.id = id};
  for (std::size_t i = 0; i < key.secret.size(); ++i) key.secret[i] = static_cast<unsigned char>(id + i);
  return key;
}

const Nonce kNonce{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

SessionClaims claims() {
  return {.access_key_id = "ASIA0000000000000001",
          .secret = "secret",
          .account = "123456789012",
          .arn = "arn:aws:sts::123456789012:assumed-role/deploy/ci",
          .user_id = "AROADEPLOY:ci",
          .issuer_arn = "arn:aws:iam::123456789012:role/deploy",
          .issuer_id = "AROADEPLOY",
          .source_key_id = "AKIA",
          .issued_at = {.ms = 1'000},
          .expires_at = {.ms = 3'601'000},
          .session_policies = {R"({"Statement":[]})"},
          .tags = {{"team", "red"}, {"", "empty key"}},
          .transitive_tag_keys = {"team"},
          .source_identity = "ann",
          .machine_id = "mi-1",
          .chained = true};
}

TEST(Sealing, GivesBackWhatWasSealed) {
  const SealingKey keys[] = {key_of(1), key_of(2)};
  for (const std::string& text : {std::string(), std::string("x"), std::string(5000, 'y')}) {
    const std::string sealed = seal(text, keys[1], kNonce, "bound");
    EXPECT_EQ(unseal(sealed, keys, "bound").value(), text);
    EXPECT_EQ(sealed.find(text.empty() ? "?" : text), std::string::npos);
  }
}

TEST(Sealing, RefusesEveryAlteredBit) {
  const SealingKey keys[] = {key_of(1)};
  const std::string sealed = seal("attack at dawn", keys[0], kNonce, "bound");
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string altered = sealed;
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(unseal(altered, keys, "bound").ok()) << "bit " << bit;
  }
  for (std::size_t size = 0; size < sealed.size(); ++size)
    EXPECT_FALSE(unseal(sealed.substr(0, size), keys, "bound").ok());
}

TEST(Sealing, RefusesAnotherKeyAndAnotherUse) {
  const SealingKey ours[] = {key_of(1)};
  SealingKey other = key_of(7);
  other.id = 1;
  const SealingKey others[] = {other};
  const std::string sealed = seal("x", ours[0], kNonce, "bound");
  EXPECT_FALSE(unseal(sealed, others, "bound").ok());
  EXPECT_FALSE(unseal(sealed, ours, "bound elsewhere").ok());
  EXPECT_FALSE(unseal(sealed, {}, "bound").ok());
}

TEST(SessionToken, CarriesItsClaims) {
  const SealingKey keys[] = {key_of(1), key_of(2)};
  const std::string token = make_session_token(claims(), keys[0], kNonce);
  EXPECT_EQ(token.find("deploy"), std::string::npos);
  const auto read = read_session_token(token, claims().access_key_id, keys);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(*read, claims());
}

TEST(SessionToken, BelongsToItsAccessKeyAndControlPlane) {
  const SealingKey keys[] = {key_of(1)};
  const SealingKey rotated[] = {key_of(2)};
  const std::string token = make_session_token(claims(), keys[0], kNonce);
  EXPECT_FALSE(read_session_token(token, "ASIA0000000000000002", keys).ok());
  EXPECT_FALSE(read_session_token(token, claims().access_key_id, rotated).ok());
  for (const std::string& other : {std::string(), std::string("AQ=="), std::string("no base64!"),
                                   token + "AAAA", std::string(kSessionTokenBytesMax + 4, 'A')})
    EXPECT_FALSE(read_session_token(other, claims().access_key_id, keys).ok()) << other.substr(0, 20);
}

TEST(JoinToken, IsReadAsItIsPrinted) {
  const JoinToken token{"0123456789abcdef", std::string(kJoinSecretBytes, '\x7f'), std::string(64, 'a')};
  const std::string text = render_join_token(token);
  EXPECT_EQ(text.rfind("berth-join-v1.0123456789abcdef.", 0), 0u);
  EXPECT_EQ(parse_join_token(text).value(), token);
  EXPECT_EQ(parse_join_token("  " + text + "\r\n").value(), token);
}

TEST(JoinToken, OthersAreRefusedAndNeverRepeated) {
  const JoinToken token{"0123456789abcdef", std::string(kJoinSecretBytes, 's'), std::string(64, 'a')};
  const std::string good = render_join_token(token);
  for (const std::string& text :
       {std::string(), good.substr(1), good + "a", good + ".x", good.substr(0, good.size() - 1),
        "berth-join-v2" + good.substr(13), std::string("...."), good + "\n" + good}) {
    const auto parsed = parse_join_token(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().message.find(encode_base64url(token.secret)), std::string::npos);
  }
}

TEST(JoinToken, TheHashOfASecretIsStable) {
  EXPECT_EQ(hash_join_secret("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace berth::auth
