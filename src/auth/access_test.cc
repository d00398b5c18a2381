// Goal: who may do what, when policies of identities, boundaries, sessions and resources all have a say.
// Method: one policy of each kind by turns; the rows are those of AWS's own evaluation chapter.
#include "auth/access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::auth {
namespace {

constexpr const char* kAccount = "123456789012";
constexpr const char* kUserArn = "arn:aws:iam::123456789012:user/ann";
constexpr const char* kRoleArn = "arn:aws:iam::123456789012:role/deploy";
constexpr const char* kSessionArn = "arn:aws:sts::123456789012:assumed-role/deploy/ci";
constexpr const char* kAllowAll = R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})";
constexpr const char* kAllowOther = R"({"Statement":{"Effect":"Allow","Action":"s3:List*","Resource":"*"}})";
constexpr const char* kDenyAll = R"({"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})";

Policy policy_of(const std::string& document, PolicyKind kind = PolicyKind::identity) {
  auto policy = parse_policy(document, kind);
  EXPECT_TRUE(policy.ok()) << document << ": " << policy.error().message;
  return policy ? *std::move(policy) : Policy{};
}

Policy naming(const std::string& principal, const std::string& effect = "Allow") {
  return policy_of(R"({"Statement":{"Effect":")" + effect + R"(","Action":"*","Resource":"*","Principal":)" +
                       principal + "}}",
                   PolicyKind::resource);
}

Requester user() {
  return {.kind = Requester::Kind::user, .account = kAccount, .arn = kUserArn, .unique_id = "AIDAANN"};
}
Requester session() {
  return {.kind = Requester::Kind::role_session,
          .account = kAccount,
          .arn = kSessionArn,
          .role_arn = kRoleArn,
          .role_id = "AROADEPLOY"};
}

/// One question, with the policies that are there.
struct World {
  std::optional<Policy> identity, boundary, session_policy, resource;
  bool resource_must_allow = false;

  AccessDecision ask(const Requester& requester) const {
    const std::vector<std::string> resources{"arn:aws:s3:::b/k"};
    const Policy* identities[] = {identity ? &*identity : nullptr};
    const Policy* sessions[] = {session_policy ? &*session_policy : nullptr};
    PolicySet set;
    if (identity) set.identity = identities;
    set.boundary = boundary ? &*boundary : nullptr;
    if (session_policy) set.session = sessions;
    set.has_session_policies = session_policy.has_value();
    set.resource = resource ? &*resource : nullptr;
    set.resource_must_allow = resource_must_allow;
    return decide_access(requester, set, {"s3:GetObject", resources, {}});
  }
};

TEST(Access, AnIdentityNeedsAnAllow) {
  EXPECT_EQ(World{}.ask(user()).verdict, Verdict::implicitly_denied);
  EXPECT_TRUE(World{.identity = policy_of(kAllowAll)}.ask(user()).allowed());
  EXPECT_EQ(World{.identity = policy_of(kDenyAll)}.ask(user()).verdict, Verdict::explicitly_denied);
}

TEST(Access, BoundaryAndSessionLimitWhatTheIdentityMay) {
  for (const bool by_boundary : {true, false}) {
    World world{.identity = policy_of(kAllowAll)};
    auto& limit = by_boundary ? world.boundary : world.session_policy;
    limit = policy_of(kAllowAll);
    EXPECT_TRUE(world.ask(session()).allowed());
    limit = policy_of(kAllowOther);
    const AccessDecision decision = world.ask(session());
    EXPECT_EQ(decision.verdict, Verdict::implicitly_denied);
    EXPECT_EQ(decision.source, by_boundary ? PolicySource::boundary : PolicySource::session);
    limit = policy_of(kDenyAll);
    EXPECT_EQ(world.ask(session()).verdict, Verdict::explicitly_denied);
  }
  World alone{.boundary = policy_of(kAllowAll), .session_policy = policy_of(kAllowAll)};
  EXPECT_EQ(alone.ask(session()).source, PolicySource::identity) << "limits allow nothing by themselves";
}

TEST(Access, APolicyOfTheResourceAllowsByItselfWithinTheAccount) {
  EXPECT_TRUE(
      World{.resource = naming(R"({"AWS":"arn:aws:iam::123456789012:user/ann"})")}.ask(user()).allowed());
  EXPECT_TRUE(World{.resource = naming(R"("*")")}.ask(user()).allowed());
  EXPECT_FALSE(
      World{.resource = naming(R"({"AWS":"arn:aws:iam::123456789012:user/bob"})")}.ask(user()).allowed());
  EXPECT_FALSE(World{.resource = naming(R"({"Service":"ecs.amazonaws.com"})")}.ask(user()).allowed());
}

TEST(Access, TheAccountAsPrincipalLeavesItToIdentities) {
  for (const char* account : {R"({"AWS":"123456789012"})", R"({"AWS":"arn:aws:iam::123456789012:root"})"}) {
    World world{.resource = naming(account)};
    EXPECT_FALSE(world.ask(user()).allowed());
    world.identity = policy_of(kAllowAll);
    EXPECT_TRUE(world.ask(user()).allowed());
  }
}

TEST(Access, OnlyWhoIsNamedItselfEscapesImplicitLimits) {
  const std::string as_role = R"({"AWS":")" + std::string(kRoleArn) + "\"}";
  const std::string as_session = R"({"AWS":")" + std::string(kSessionArn) + "\"}";
  World world{.boundary = policy_of(kAllowOther), .resource = naming(as_role)};
  EXPECT_EQ(world.ask(session()).source, PolicySource::boundary);
  world.resource = naming(as_session);
  EXPECT_TRUE(world.ask(session()).allowed());
  world.boundary = policy_of(kDenyAll);
  EXPECT_EQ(world.ask(session()).verdict, Verdict::explicitly_denied);
}

TEST(Access, ADenyOfTheResourceWins) {
  World world{.identity = policy_of(kAllowAll), .resource = naming(R"("*")", "Deny")};
  const AccessDecision decision = world.ask(user());
  EXPECT_EQ(decision.verdict, Verdict::explicitly_denied);
  EXPECT_EQ(decision.statement, (StatementPlace{PolicySource::resource, 0, 0}));
}

TEST(Access, ATrustPolicyMustItselfAllow) {
  World world{.identity = policy_of(kAllowAll), .resource_must_allow = true};
  EXPECT_EQ(world.ask(user()).source, PolicySource::resource);
  world.resource = naming(R"({"AWS":"123456789012"})");
  EXPECT_TRUE(world.ask(user()).allowed());
  world.identity.reset();
  EXPECT_EQ(world.ask(user()).source, PolicySource::identity);
}

TEST(Access, PrincipalsAreKnownByTheirUniqueIdToo) {
  EXPECT_TRUE(World{.resource = naming(R"({"AWS":"AIDAANN"})")}.ask(user()).allowed());
  EXPECT_FALSE(World{.resource = naming(R"({"AWS":"AIDABOB"})")}.ask(user()).allowed());
  EXPECT_TRUE(World{.resource = naming(R"({"AWS":"AROADEPLOY"})")}.ask(session()).allowed());
}

TEST(Access, ServicesAreNamedByTheirName) {
  const Requester service{
      .kind = Requester::Kind::service, .account = kAccount, .arn = "ecs-tasks.amazonaws.com"};
  EXPECT_TRUE(World{.resource = naming(R"({"Service":"ecs-tasks.amazonaws.com"})")}.ask(service).allowed());
  EXPECT_FALSE(World{.resource = naming(R"({"Service":"ecs.amazonaws.com"})")}.ask(service).allowed());
  EXPECT_FALSE(World{.resource = naming(R"({"AWS":"123456789012"})")}.ask(service).allowed());
}

TEST(Access, NotPrincipalIsEverybodyElse) {
  World world{.identity = policy_of(kAllowAll)};
  world.resource = policy_of(R"({"Statement":{"Effect":"Deny","Action":"*","Resource":"*",)"
                             R"("NotPrincipal":{"AWS":"arn:aws:iam::123456789012:user/ann"}}})",
                             PolicyKind::resource);
  EXPECT_TRUE(world.ask(user()).allowed());
  EXPECT_FALSE(world.ask(session()).allowed());
}

TEST(Access, RootNeedsNoPolicyButATrustPolicyBindsIt) {
  const Requester root{
      .kind = Requester::Kind::root, .account = kAccount, .arn = "arn:aws:iam::123456789012:root"};
  EXPECT_TRUE(World{}.ask(root).allowed());
  EXPECT_FALSE(World{.resource_must_allow = true}.ask(root).allowed());
}

TEST(Access, RefusalsAreWordedAsAtAws) {
  const AccessDecision none = World{}.ask(user());
  EXPECT_EQ(
      render_denial(none, kUserArn, "s3:GetObject", "arn:aws:s3:::b/k"),
      "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: s3:GetObject on resource: "
      "arn:aws:s3:::b/k because no identity-based policy allows the s3:GetObject action");
  EXPECT_EQ(render_reason(World{.identity = policy_of(kDenyAll)}.ask(user()), "s3:GetObject"),
            "with an explicit deny in an identity-based policy");
  World bounded{.identity = policy_of(kAllowAll), .boundary = policy_of(kDenyAll)};
  EXPECT_EQ(render_reason(bounded.ask(user()), "s3:GetObject"),
            "with an explicit deny in a permissions boundary");
}

TEST(TrustPolicy, TakesPrincipalsAndNoResource) {
  EXPECT_TRUE(
      parse_policy(
          R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":)"
          R"({"Service":["ec2.amazonaws.com","ecs-tasks.amazonaws.com"]},"Action":"sts:AssumeRole"}]})",
          PolicyKind::trust)
          .ok());
  const std::pair<const char*, const char*> refused[] = {
      {R"({"Statement":{"Effect":"Allow","Action":"*"}})", "either Principal or NotPrincipal"},
      {R"({"Statement":{"Effect":"Allow","Action":"*","Principal":"*","Resource":"*"}})",
       "cannot have a Resource"},
      {R"({"Statement":{"Effect":"Allow","Action":"*","NotPrincipal":"*"}})", "cannot have NotPrincipal"},
      {R"({"Statement":{"Effect":"Allow","Action":"*","Principal":{"AWS":"bob"}}})",
       "Invalid principal in policy"},
      {R"({"Statement":{"Effect":"Allow","Action":"*","Principal":{"AWS":"arn:aws:iam::*:root"}}})",
       "Invalid principal in policy"},
      {R"({"Statement":{"Effect":"Allow","Action":"*","Principal":{"Who":"x"}}})", "'Who' is not AWS"},
      {R"({"Statement":{"Effect":"Allow","Action":"*","Principal":{}}})", "Principal must be"}};
  for (const auto& [document, message] : refused) {
    const auto policy = parse_policy(document, PolicyKind::trust);
    ASSERT_FALSE(policy.ok()) << document;
    EXPECT_THAT(policy.error().message, testing::HasSubstr(message)) << document;
  }
}

}  // namespace
}  // namespace berth::auth
