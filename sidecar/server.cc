#include "sidecar/server.h"

#include <grpc/support/log.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/server_posix.h>

#include <chrono>
#include <cstdio>
#include <new>
#include <string>
#include <utility>

#include "hooks_info.grpc.pb.h"
#include "hooks_v1alpha1.grpc.pb.h"
#include "hooks_v1alpha2.grpc.pb.h"
#include "hooks_v1alpha3.grpc.pb.h"
#include "plan/error.h"
#include "plan/log.h"
#include "plan/vmi.h"
#include "plugin_v1alpha1.grpc.pb.h"

namespace patchbay::sidecar {
namespace {

namespace info_api = kubevirt::hooks::info;
namespace plugin_api = kubevirt::hooks::plugins::v1alpha1;
namespace v1alpha1 = kubevirt::hooks::v1alpha1;
namespace v1alpha2 = kubevirt::hooks::v1alpha2;
namespace v1alpha3 = kubevirt::hooks::v1alpha3;

// KubeVirt sets no bound on what it sends; domain and VMI together can pass gRPC's default of 4
// MiB.
constexpr int kMaxReceivedBytes = 16 << 20;

// KubeVirt's priority orders nothing (kubevirt/pkg/hooks/manager.go, v1.9.0).
constexpr int kPriority = 0;

// A status travels in a header; longer ones are dropped whole by some peers.
constexpr size_t kMaxStatusBytes = 4000;

constexpr std::string_view kOutOfMemory =
    "not enough memory for the answer: raise the memory limit of the sidecar's container, or see "
    "what has become so large, the domain or the VMI";

constexpr std::chrono::seconds kStopWait{1};

// KubeVirt calls once at a time. An answer that nobody reads keeps its thread; calls above the
// bound are refused.
constexpr int kMaxThreads = 200;

// gRPC's own log is the process's, so is ours: a line of it must be JSON like any other.
void write_grpc_log(gpr_log_func_args* entry) {
  const bool error = entry->severity == GPR_LOG_SEVERITY_ERROR;
  const std::string line = log_line(error ? "error" : "info", entry->message,
                                    {{"where", "gRPC"}, {"file", entry->file}});
  std::fwrite(line.data(), 1, line.size(), stderr);
}

std::string status_text(std::string text) {
  if (text.size() <= kMaxStatusBytes) return text;
  size_t end = kMaxStatusBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // inside UTF-8
  text.resize(end);
  return text + "… (the rest is in the sidecar's log)";
}

// What every adaptor needs, and how a call of the domain becomes an answer.
struct Shell {
  Hooks& hooks;
  LogSink log;
  std::function<void()> on_shutdown;

  // `vmi`: the VMI's JSON, for the log.
  template <typename Call>
  grpc::Status answer(std::string_view hook, std::string_view vmi, Call call) const {
    try {
      call();
      return grpc::Status::OK;
    } catch (const Error& error) {
      return refuse(hook, vmi, static_cast<grpc::StatusCode>(info(error.errc()).grpc_status),
                    error.what());
    } catch (const std::bad_alloc&) {
      return refuse(hook, vmi, grpc::StatusCode::RESOURCE_EXHAUSTED, std::string(kOutOfMemory));
    } catch (const std::exception& error) {
      return refuse(hook, vmi, grpc::StatusCode::INTERNAL,
                    std::string("a bug in patchbay-sidecar: ") + error.what());
    }
  }

  grpc::Status refuse(std::string_view hook, std::string_view vmi, grpc::StatusCode code,
                      const std::string& text) const {
    log(log_line("error", std::string(hook) + " refused: " + text,
                 {{"hook", hook}, {"vmi", name_of_vmi(vmi)}}));
    return {code, status_text(text)};
  }
};

class InfoService final : public info_api::Info::Service {
 public:
  explicit InfoService(const Profile& profile) : profile_(profile) {}

  grpc::Status Info(grpc::ServerContext*, const info_api::InfoParams*,
                    info_api::InfoResult* result) override {
    result->set_name(std::string(profile_.name));
    for (const std::string_view name : profile_.hook_points) {
      info_api::HookPoint* point = result->add_hookpoints();
      point->set_name(std::string(name));
      point->set_priority(kPriority);
    }
    for (const char* version : {"v1alpha1", "v1alpha2", "v1alpha3"}) result->add_versions(version);
    return grpc::Status::OK;
  }

 private:
  const Profile& profile_;
};

// Each version of Callbacks adds a method to the one before, with messages of its own.
template <typename Service, typename Params, typename Result>
class WithOnDefineDomain : public Service {
 public:
  explicit WithOnDefineDomain(const Shell& shell) : shell_(shell) {}

  grpc::Status OnDefineDomain(grpc::ServerContext*, const Params* params, Result* result) override {
    return shell_.answer(kOnDefineDomain, params->vmi(), [&] {
      result->set_domainxml(shell_.hooks.on_define_domain(params->domainxml(), params->vmi()));
    });
  }

 protected:
  const Shell& shell_;
};

template <typename Base, typename Params, typename Result>
class WithPreCloudInitIso : public Base {
 public:
  using Base::Base;

  grpc::Status PreCloudInitIso(grpc::ServerContext*, const Params* params,
                               Result* result) override {
    return this->shell_.answer(kPreCloudInitIso, params->vmi(), [&] {
      CloudInitTexts texts = this->shell_.hooks.pre_cloud_init_iso(
          {.no_cloud_source = params->cloudinitnocloudsource(), .data = params->cloudinitdata()},
          params->vmi());
      result->set_cloudinitnocloudsource(std::move(texts.no_cloud_source));
      result->set_cloudinitdata(std::move(texts.data));
    });
  }
};

template <typename Base, typename Params, typename Result>
class WithShutdown : public Base {
 public:
  using Base::Base;

  grpc::Status Shutdown(grpc::ServerContext*, const Params*, Result*) override {
    return this->shell_.answer(kShutdown, "", [&] { this->shell_.on_shutdown(); });
  }
};

using CallbacksV1alpha1 =
    WithOnDefineDomain<v1alpha1::Callbacks::Service, v1alpha1::OnDefineDomainParams,
                       v1alpha1::OnDefineDomainResult>;
using CallbacksV1alpha2 = WithPreCloudInitIso<
    WithOnDefineDomain<v1alpha2::Callbacks::Service, v1alpha2::OnDefineDomainParams,
                       v1alpha2::OnDefineDomainResult>,
    v1alpha2::PreCloudInitIsoParams, v1alpha2::PreCloudInitIsoResult>;
using CallbacksV1alpha3 = WithShutdown<
    WithPreCloudInitIso<
        WithOnDefineDomain<v1alpha3::Callbacks::Service, v1alpha3::OnDefineDomainParams,
                           v1alpha3::OnDefineDomainResult>,
        v1alpha3::PreCloudInitIsoParams, v1alpha3::PreCloudInitIsoResult>,
    v1alpha3::ShutdownParams, v1alpha3::ShutdownResult>;

class DomainHookService final : public plugin_api::DomainHookService::Service {
 public:
  explicit DomainHookService(const Shell& shell) : shell_(shell) {}

  grpc::Status MutateDomain(grpc::ServerContext*, const plugin_api::MutateDomainRequest* request,
                            plugin_api::MutateDomainResponse* response) override {
    return shell_.answer(kMutateDomain, request->vmi(), [&] {
      response->set_domain(
          shell_.hooks.mutate_domain(request->domain_type(), request->domain(), request->vmi()));
    });
  }

 private:
  const Shell& shell_;
};

}  // namespace

struct Server::Parts {
  Shell shell;
  InfoService info;
  CallbacksV1alpha1 v1alpha1;
  CallbacksV1alpha2 v1alpha2;
  CallbacksV1alpha3 v1alpha3;
  DomainHookService plugin;
  std::unique_ptr<grpc::Server> server;

  Parts(const Profile& profile, Shell with)
      : shell(std::move(with)),
        info(profile),
        v1alpha1(shell),
        v1alpha2(shell),
        v1alpha3(shell),
        plugin(shell) {}
};

Server::Server(const Profile& profile, Hooks& hooks, LogSink log, std::function<void()> on_shutdown)
    : parts_(
          std::make_unique<Parts>(profile, Shell{hooks, std::move(log), std::move(on_shutdown)})) {
  gpr_set_log_function(write_grpc_log);
  grpc::ServerBuilder builder;
  builder.RegisterService(&parts_->info)
      .RegisterService(&parts_->v1alpha1)
      .RegisterService(&parts_->v1alpha2)
      .RegisterService(&parts_->v1alpha3)
      .RegisterService(&parts_->plugin);
  builder.SetMaxReceiveMessageSize(kMaxReceivedBytes);
  // Answered, as many as come: what gRPC keeps of each that it takes for abuse is 4 kB.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
  // One call at a time is what KubeVirt makes: one thread waits for it, idle for the VM's life.
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1)
      .SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1)
      .SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 1)
      .SetResourceQuota(grpc::ResourceQuota().SetMaxThreads(kMaxThreads));
  parts_->server = builder.BuildAndStart();
  if (!parts_->server) throw Error(Errc::kInternal, "starting the gRPC server failed");
}

Server::~Server() { stop(); }

void Server::adopt(int connection) {
  grpc::AddInsecureChannelFromFd(parts_->server.get(), connection);
}

// A span, not a moment: the clock on the wall may be set meanwhile.
void Server::stop() {
  parts_->server->Shutdown(gpr_time_from_seconds(kStopWait.count(), GPR_TIMESPAN));
}

}  // namespace patchbay::sidecar
