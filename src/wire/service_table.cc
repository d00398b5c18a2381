#include "wire/service_table.h"

namespace berth::wire {
namespace {

// Known from the service models' metadata.
constexpr ServiceInfo kServices[] = {
    {"ecs", "AmazonEC2ContainerServiceV20141113", "2014-11-13", "", {"ecs"}},
    {"berth", "Berth_20260101", "2026-01-01", "", {"ecs", "berth"}},
    {"sts", "", "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/", {"sts"}},
    {"iam", "", "2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/", {"iam"}},
    {"elb",
     "",
     "2012-06-01",
     "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/",
     {"elasticloadbalancing"}},
    {"elbv2",
     "",
     "2015-12-01",
     "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
     {"elasticloadbalancing"}},
    {"ec2", "", "2016-11-15", "http://ec2.amazonaws.com/doc/2016-11-15", {"ec2"}},
    {"autoscaling", "", "2011-01-01", "http://autoscaling.amazonaws.com/doc/2011-01-01/", {"autoscaling"}},
    {"cloudformation",
     "",
     "2010-05-15",
     "http://cloudformation.amazonaws.com/doc/2010-05-15/",
     {"cloudformation"}},
    {"sns", "", "2010-03-31", "http://sns.amazonaws.com/doc/2010-03-31/", {"sns"}},
    {"cloudwatch",
     "GraniteServiceVersion20100801",
     "2010-08-01",
     "http://monitoring.amazonaws.com/doc/2010-08-01/",
     {"monitoring"},
     true},
    {"application-autoscaling", "AnyScaleFrontendService", "2016-02-06", "", {"application-autoscaling"}},
    {"cloudtrail",
     "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
     "2013-11-01",
     "",
     {"cloudtrail"}},
    {"events", "AWSEvents", "2015-10-07", "", {"events"}},
    {"logs", "Logs_20140328", "2014-03-28", "", {"logs"}},
};

}  // namespace

const ServiceInfo* find_service(std::string_view name) {
  for (const ServiceInfo& service : kServices)
    if (service.name == name) return &service;
  return nullptr;
}

const ServiceInfo* find_service_by_target(std::string_view target_prefix) {
  if (target_prefix.empty()) return nullptr;
  for (const ServiceInfo& service : kServices)
    if (service.target_prefix == target_prefix) return &service;
  return nullptr;
}

const ServiceInfo* find_service_by_scope(std::string_view signing_name, std::string_view version) {
  const ServiceInfo* oldest = nullptr;
  for (const ServiceInfo& service : kServices) {
    if (!signing_name.empty() && service.signing_names[0] != signing_name) continue;
    if (service.version == version) return &service;
    if (oldest == nullptr) oldest = &service;
  }
  return signing_name.empty() ? nullptr : oldest;
}

}  // namespace berth::wire
