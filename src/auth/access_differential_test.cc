// Goal: the evaluation agrees with a second one, written naively from the documents, on random questions.
// Method: policies, requesters and requests from small alphabets, so that much of it matches; the second
// evaluation walks the JSON itself, knows nothing of auth/ and tries every way a wildcard can match.
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

#include "auth/access.h"
#include "base/json.h"
#include "base/random.h"

namespace berth::auth {
namespace {

// Two hundred thousand pairs of policies and a question: what a sanitizer's run has the time for.
constexpr int kSubjects = 10'000;
constexpr int kQuestionsOfEach = 20;

// The second evaluation
// ----------------------------------------------------------------------------------------

using Texts = std::vector<std::string>;

Texts texts_of(const JsonValue& value) {
  Texts out;
  if (value.is_string()) out.emplace_back(value.get_string().c_str());
  if (value.is_array())
    for (const JsonValue& one : value.get_array()) out.emplace_back(one.get_string().c_str());
  return out;
}

// Every split of the text is tried for a star.
bool glob(const std::string& pattern, const std::string& text, bool fold) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    for (std::size_t i = 0; i <= text.size(); ++i)
      if (glob(pattern.substr(1), text.substr(i), fold)) return true;
    return false;
  }
  if (text.empty()) return false;
  const auto low = [&](char c) {
    return fold ? static_cast<char>(std::tolower(static_cast<unsigned char>(c))) : c;
  };
  return (pattern[0] == '?' || low(pattern[0]) == low(text[0])) &&
         glob(pattern.substr(1), text.substr(1), fold);
}

Texts parts(const std::string& arn) {
  Texts out;
  std::size_t begin = 0;
  for (int i = 0; i < 5; ++i) {
    const auto colon = arn.find(':', begin);
    if (colon == std::string::npos) break;
    out.push_back(arn.substr(begin, colon - begin));
    begin = colon + 1;
  }
  out.push_back(arn.substr(begin));
  return out;
}

bool arn_glob(const std::string& pattern, const std::string& arn) {
  if (pattern == "*") return true;
  const Texts wanted = parts(pattern);
  const Texts actual = parts(arn);
  if (wanted.size() > actual.size()) return false;
  for (std::size_t i = 0; i + 1 < wanted.size(); ++i)
    if (!glob(wanted[i], actual[i], false)) return false;
  std::string rest = actual[wanted.size() - 1];
  for (std::size_t i = wanted.size(); i < actual.size(); ++i) rest += ':' + actual[i];
  if (wanted.size() < 6 && (wanted.back().empty() || wanted.back().back() != '*')) return false;
  return glob(wanted.back(), rest, false);
}

bool naive_condition(const std::string& op, const std::string& key, const Texts& wanted,
                     const PolicyContext& context) {
  const auto found = context.find(key);
  const Texts actual = found == context.end() ? Texts() : found->second;
  const auto some = [&](const Texts& values, const std::function<bool(const std::string&)>& test) {
    for (const auto& value : values)
      if (test(value)) return true;
    return false;
  };
  const auto equal = [&](const std::string& value) {
    return some(wanted, [&](const std::string& w) { return w == value; });
  };
  const auto like = [&](const std::string& value) {
    return some(wanted, [&](const std::string& w) { return glob(w, value, false); });
  };
  if (op == "StringEquals") return some(actual, equal);
  if (op == "StringNotEquals") return !some(actual, equal);
  if (op == "StringLike") return some(actual, like);
  if (op == "StringEqualsIfExists") return actual.empty() || some(actual, equal);
  if (op == "ForAllValues:StringLike") return !some(actual, [&](const std::string& v) { return !like(v); });
  if (op == "ForAnyValue:StringEquals") return some(actual, equal);
  if (op == "Null")
    return some(wanted, [&](const std::string& w) { return (w == "true") == actual.empty(); });
  if (op == "NumericLessThan")
    return some(actual, [&](const std::string& v) {
      return some(wanted, [&](const std::string& w) { return std::atof(v.c_str()) < std::atof(w.c_str()); });
    });
  ADD_FAILURE() << op;
  return false;
}

bool naive_about(const JsonObject& statement, const std::string& action, const std::string& resource,
                 const PolicyContext& context) {
  const auto any = [](const Texts& texts, const std::function<bool(const std::string&)>& test) {
    for (const auto& text : texts)
      if (test(text)) return true;
    return false;
  };
  const auto by_action = [&](const std::string& p) { return glob(p, action, true); };
  const auto by_resource = [&](const std::string& p) { return arn_glob(p, resource); };
  if (const auto* v = statement.if_contains("Action"); v && !any(texts_of(*v), by_action)) return false;
  if (const auto* v = statement.if_contains("NotAction"); v && any(texts_of(*v), by_action)) return false;
  if (const auto* v = statement.if_contains("Resource"); v && !any(texts_of(*v), by_resource)) return false;
  if (const auto* v = statement.if_contains("NotResource"); v && any(texts_of(*v), by_resource)) return false;
  const auto* conditions = statement.if_contains("Condition");
  if (!conditions) return true;
  for (const auto& op : conditions->get_object())
    for (const auto& key : op.value().get_object())
      if (!naive_condition(std::string(op.key()), std::string(key.key()), texts_of(key.value()), context))
        return false;
  return true;
}

// 0 says nothing, 1 allows, 2 denies.
int naive_policy(const JsonValue& policy, const std::string& action, const std::string& resource,
                 const PolicyContext& context, const std::function<bool(const JsonObject&)>& names) {
  int says = 0;
  for (const auto& value : policy.get_object().at("Statement").get_array()) {
    const auto& statement = value.get_object();
    if (!names(statement) || !naive_about(statement, action, resource, context)) continue;
    says = std::max(says, statement.at("Effect").get_string() == "Allow" ? 1 : 2);
  }
  return says;
}

// Random policies
// ----------------------------------------------------------------------------------------------

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : prng_(seed) {}
  bool one_in(std::uint64_t n) { return prng_.below(n) == 0; }
  template <std::size_t N>
  std::string pick(const char* const (&from)[N]) {
    return from[prng_.below(N)];
  }
  template <std::size_t N>
  std::string list(const char* const (&from)[N]) {
    std::string out = "[\"" + pick(from) + '"';
    while (one_in(3)) out += ",\"" + pick(from) + '"';
    return out + ']';
  }

 private:
  Prng prng_;
};

constexpr const char* kActions[] = {"*",           "ecs:*", "ecs:Run*", "ECS:runtask",
                                    "ecs:?unTask", "s3:*",  "s3:Get*",  "ecs:List*"};
constexpr const char* kResources[] = {"*",
                                      "arn:aws:ecs:*",
                                      "arn:aws:ecs:r:1:task/*",
                                      "arn:aws:ecs:*:1:task/a/b",
                                      "arn:*:ecs:r:1:*",
                                      "arn:aws:s3:::b/*",
                                      "arn:aws:s3:::b/a:*",
                                      "arn:aws:*:task/a/b:x:y"};
constexpr const char* kOperators[] = {
    "StringEquals",         "StringNotEquals",         "StringLike",
    "StringEqualsIfExists", "ForAllValues:StringLike", "ForAnyValue:StringEquals"};
constexpr const char* kKeys[] = {"k", "l"};
constexpr const char* kValues[] = {"a", "b", "a*", "?", ""};
constexpr const char* kNumbers[] = {"1", "5", "10"};
constexpr const char* kBooleans[] = {"true", "false"};

std::string random_condition(Dice& dice) {
  if (dice.one_in(5)) return R"({"NumericLessThan":{"n":)" + dice.list(kNumbers) + "}}";
  if (dice.one_in(6)) return R"({"Null":{")" + dice.pick(kKeys) + "\":" + dice.list(kBooleans) + "}}";
  return "{\"" + dice.pick(kOperators) + "\":{\"" + dice.pick(kKeys) + "\":" + dice.list(kValues) + "}}";
}

std::string random_statement(Dice& dice, bool with_principal) {
  std::string out = std::string(R"({"Effect":")") + (dice.one_in(4) ? "Deny" : "Allow") + '"';
  out += std::string(",\"") + (dice.one_in(6) ? "NotAction" : "Action") + "\":" + dice.list(kActions);
  out += std::string(",\"") + (dice.one_in(6) ? "NotResource" : "Resource") + "\":" + dice.list(kResources);
  constexpr const char* kPrincipals[] = {R"("*")", R"({"AWS":"111111111111"})",
                                         R"({"AWS":"arn:aws:iam::111111111111:user/ann"})",
                                         R"({"AWS":"arn:aws:iam::111111111111:user/bob"})"};
  if (with_principal) out += ",\"Principal\":" + dice.pick(kPrincipals);
  if (dice.one_in(2)) out += ",\"Condition\":" + random_condition(dice);
  return out + '}';
}

std::string random_policy(Dice& dice, bool with_principal = false) {
  std::string out = R"({"Version":"2012-10-17","Statement":[)" + random_statement(dice, with_principal);
  while (dice.one_in(2)) out += ',' + random_statement(dice, with_principal);
  return out + "]}";
}

/// The policies of one question, in both readings.
struct Both {
  Policy policy;
  JsonValue json;
};
Both both(const std::string& document, PolicyKind kind = PolicyKind::identity) {
  auto policy = parse_policy(document, kind);
  EXPECT_TRUE(policy.ok()) << document;
  return {*std::move(policy), *parse_json(document)};
}

constexpr const char* kAnn = "arn:aws:iam::111111111111:user/ann";

struct Asked {
  std::string action, resource;
  PolicyContext context;
};

// Allowed, by the documents, for the user ann.
bool naive_access(const std::vector<Both>& identity, const std::optional<Both>& boundary,
                  const std::optional<Both>& resource, const Asked& asked) {
  const auto say = [&](const Both& one, const std::function<bool(const JsonObject&)>& names) {
    return naive_policy(one.json, asked.action, asked.resource, asked.context, names);
  };
  const auto anyone = [](const JsonObject&) { return true; };
  const auto named = [](const std::string& text) {
    return [text](const JsonObject& statement) {
      return render_json(statement.at("Principal")).find(text) != std::string::npos;
    };
  };
  int by_identity = 0;
  for (const Both& one : identity) by_identity = std::max(by_identity, say(one, anyone));
  const int by_boundary = boundary ? say(*boundary, anyone) : 1;
  int direct = 0;
  int everyone = 0;
  int account = 0;
  if (resource) {
    direct = say(*resource, named(kAnn));
    everyone = say(*resource, named("\"*\""));
    account = say(*resource, named("\"111111111111\""));
  }
  if (by_identity == 2 || by_boundary == 2 || direct == 2 || everyone == 2 || account == 2) return false;
  if (direct == 1) return true;
  return (by_identity == 1 || everyone == 1) && by_boundary == 1;
}

Asked random_question(Dice& dice) {
  constexpr const char* kAsked[] = {"ecs:RunTask", "ecs:ListTasks", "s3:GetObject"};
  constexpr const char* kOf[] = {"*", "arn:aws:ecs:r:1:task/a/b", "arn:aws:ecs:q:2:task/a",
                                 "arn:aws:s3:::b/a:b", "arn:aws:s3:::c"};
  Asked asked{dice.pick(kAsked), dice.pick(kOf), {}};
  if (dice.one_in(2)) asked.context["k"] = {dice.pick(kValues)};
  if (dice.one_in(2)) asked.context["l"] = {dice.pick(kValues), dice.pick(kValues)};
  if (dice.one_in(2)) asked.context["n"] = {dice.pick(kNumbers)};
  return asked;
}

/// Policies that one user is subject to, in both readings.
struct Subject {
  std::vector<Both> identity;
  std::optional<Both> boundary;
  std::optional<Both> resource;
};

Subject random_subject(Dice& dice) {
  Subject subject;
  do subject.identity.push_back(both(random_policy(dice)));
  while (dice.one_in(2));
  if (dice.one_in(4)) subject.boundary = both(random_policy(dice));
  if (dice.one_in(4)) subject.resource = both(random_policy(dice, true), PolicyKind::resource);
  return subject;
}

bool our_access(const Subject& subject, const Asked& asked) {
  std::vector<const Policy*> policies;
  for (const Both& one : subject.identity) policies.push_back(&one.policy);
  PolicySet set;
  set.identity = policies;
  set.boundary = subject.boundary ? &subject.boundary->policy : nullptr;
  set.resource = subject.resource ? &subject.resource->policy : nullptr;
  const Requester ann{.account = "111111111111", .arn = kAnn, .unique_id = "AIDAANN"};
  const Texts resources{asked.resource};
  return decide_access(ann, set, {asked.action, resources, asked.context}).allowed();
}

TEST(AccessDifferential, AgreesWithTheDocumentsReadNaively) {
  Dice dice(7);
  int allowed = 0;
  for (int number = 0; number < kSubjects; ++number) {
    const Subject subject = random_subject(dice);
    for (int question = 0; question < kQuestionsOfEach; ++question) {
      const Asked asked = random_question(dice);
      const bool ours = our_access(subject, asked);
      const bool theirs = naive_access(subject.identity, subject.boundary, subject.resource, asked);
      ASSERT_EQ(ours, theirs) << "subject " << number << ": " << asked.action << " on " << asked.resource
                              << '\n'
                              << render_json(subject.identity.front().json);
      allowed += ours;
    }
  }
  // Neither answer is rare, or the questions would say little.
  EXPECT_GT(allowed, kSubjects * kQuestionsOfEach / 5);
  EXPECT_LT(allowed, kSubjects * kQuestionsOfEach * 4 / 5);
}

}  // namespace
}  // namespace berth::auth
