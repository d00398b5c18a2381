// Goal: the registry knows every operation, at run time and at compile time.
// Method: counts and facts of the model, looked up both ways.
#include "model/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "model/ecs/types.h"

namespace berth::model {
namespace {

TEST(Registry, FindsOperationsByName) {
  const OperationInfo* run = find_operation("ecs", "RunTask");
  ASSERT_NE(run, nullptr);
  EXPECT_EQ(run->input, "RunTaskRequest");
  EXPECT_FALSE(run->read_only);
  EXPECT_FALSE(run->pagination.has_value());
  EXPECT_THAT(run->errors, testing::Contains("ClusterNotFoundException"));
  EXPECT_EQ(find_operation("ecs", "runTask"), nullptr);
  EXPECT_EQ(find_operation("sts", "RunTask"), nullptr);
  EXPECT_EQ(find_operation("", ""), nullptr);
}

TEST(Registry, EveryOperationIsFoundWhereItStands) {
  for (const ServiceInfo* service : all_services()) {
    for (const OperationInfo& operation : service->operations) {
      EXPECT_EQ(operation.service, service->name);
      EXPECT_EQ(find_operation(operation.service, operation.name), &operation);
    }
  }
  EXPECT_EQ(find_service("ecs")->operations.size(), 77u);
}

TEST(Registry, FindsServicesByWhatRequestsCarry) {
  EXPECT_EQ(find_service_by_target("Berth_20260101")->name, "berth");
  EXPECT_EQ(find_service_by_target("AmazonEC2ContainerServiceV20141113")->signing_names[0], "ecs");
  EXPECT_EQ(find_service_by_target(""), nullptr);
  const ServiceInfo* sts = find_service_by_scope("sts", "2011-06-15");
  ASSERT_NE(sts, nullptr);
  EXPECT_TRUE(sts->speaks(Protocol::aws_query));
  EXPECT_FALSE(sts->speaks(Protocol::aws_json_1_1));
  EXPECT_TRUE(find_service("ecs")->speaks(Protocol::aws_json_1_1));
  EXPECT_EQ(sts->xml_namespace, "https://sts.amazonaws.com/doc/2011-06-15/");
  EXPECT_EQ(find_service_by_scope("sts", "2014-11-13"), sts) << "the version only decides among several";
  EXPECT_EQ(find_service_by_scope("ecs", "")->name, "ecs") << "not Berth's own, which shares the scope";
  EXPECT_EQ(find_service_by_scope("ecs", "2026-01-01")->name, "berth");
  EXPECT_EQ(find_service_by_scope("nothing", ""), nullptr);
  EXPECT_EQ(find_error(*sts, "RegionDisabledException")->http_status, 403);
  EXPECT_EQ(find_error(*find_service("ecs"), "ServerException")->http_status, 500);
  EXPECT_EQ(find_error(*sts, "Nothing"), nullptr);
}

TEST(Registry, PagesKnowTheirMembers) {
  const auto& pages = find_operation("ecs", "ListTasks")->pagination;
  ASSERT_TRUE(pages.has_value());
  EXPECT_EQ(pages->input_token, "nextToken");
  EXPECT_EQ(pages->page_size, "maxResults");
  EXPECT_EQ(pages->items, "taskArns");
}

TEST(Registry, TraitsGiveTypesAtCompileTime) {
  using Traits = OperationTraits<ecs::RunTaskOperation>;
  static_assert(std::is_same_v<Traits::Input, ecs::RunTaskRequest>);
  static_assert(std::is_same_v<Traits::Output, ecs::RunTaskResponse>);
  static_assert(Traits::name == "RunTask" && Traits::service == "ecs");
  EXPECT_EQ(&Traits::info(), find_operation("ecs", "RunTask"));
  EXPECT_EQ(&OperationTraits<sts::GetCallerIdentityOperation>::info(),
            find_operation("sts", "GetCallerIdentity"));
  static_assert(std::is_same_v<OperationTraits<acs::ErrorOperation>::Output, Unit>);
}

}  // namespace
}  // namespace berth::model
