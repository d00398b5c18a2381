// Goal: `berth` finds its control plane by the data directory, and what was said on the command line wins.
#include "bin/berth/installation.h"

#include <gtest/gtest.h>

#include "bin/command_line/served_at.h"
#include "runtime/sim/sim_world.h"

namespace berth::cli {
namespace {

class ServedInstallation : public ::testing::Test {
 protected:
  ServedInstallation() {
    installation_.data_dir = "/data";
    write("endpoint", command_line::render_served_at({"https://127.0.0.1:6000", "eu-west-1"}));
    write("ca.pem", "an authority");
  }
  void write(const std::string& name, const std::string& text) {
    check(files().make_directories("/data").ok(), "no folder");
    check(files().write_atomically("/data/" + name, text).ok(), "no file");
  }
  runtime::Files& files() { return node_.files(); }

  runtime::SimWorld world_{1};
  runtime::SimNode& node_ = world_.add_node("host");
  Installation installation_;
};

TEST_F(ServedInstallation, TakesAddressRegionAndAuthority) {
  find_served_at(files(), installation_);
  EXPECT_EQ(installation_.endpoint(), "https://127.0.0.1:6000");
  EXPECT_EQ(installation_.port, 6000);
  EXPECT_EQ(installation_.region, "eu-west-1");
  EXPECT_EQ(installation_.ca_pem, "an authority");
}

TEST_F(ServedInstallation, AChosenPortIsAnotherControlPlane) {
  installation_.port = 7000;
  installation_.port_chosen = true;
  find_served_at(files(), installation_);
  EXPECT_EQ(installation_.endpoint(), "http://127.0.0.1:7000");
  installation_.port = 6000;
  find_served_at(files(), installation_);
  EXPECT_EQ(installation_.endpoint(), "https://127.0.0.1:6000");
}

TEST_F(ServedInstallation, AChosenRegionStays) {
  installation_.region = "mars";
  installation_.region_chosen = true;
  find_served_at(files(), installation_);
  EXPECT_EQ(installation_.region, "mars");
  EXPECT_EQ(installation_.served_region, "eu-west-1");
}

TEST_F(ServedInstallation, WithoutThatFileItIsTheDefault) {
  for (const char* text : {"", "rubbish", "endpoint = https://[::\nregion = x\n"}) {
    write("endpoint", text);
    find_served_at(files(), installation_);
    EXPECT_EQ(installation_.endpoint(), "http://127.0.0.1:5167") << text;
  }
}

}  // namespace
}  // namespace berth::cli
