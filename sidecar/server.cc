#include "sidecar/server.h"

#include <absl/synchronization/mutex.h>
#include <grpc/support/log.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/server_posix.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdio>
#include <new>
#include <set>
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
#include "sidecar/calls.h"

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

constexpr std::chrono::seconds kFinishWithin{1};

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

// How a call becomes an answer.
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
      // Without the VMI's name: to read that takes memory again.
      return refuse(hook, {}, grpc::StatusCode::RESOURCE_EXHAUSTED, std::string(kOutOfMemory));
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

info_api::InfoResult info_of(const Profile& profile) {
  info_api::InfoResult info;
  info.set_name(std::string(profile.name));
  for (const std::string_view name : profile.hook_points) {
    info_api::HookPoint* point = info.add_hookpoints();
    point->set_name(std::string(name));
    point->set_priority(kPriority);
  }
  for (const char* version : {"v1alpha1", "v1alpha2", "v1alpha3"}) info.add_versions(version);
  return info;
}

}  // namespace

struct Server::Parts {
  Shell shell;
  info_api::Info::AsyncService info;
  v1alpha1::Callbacks::AsyncService v1alpha1;
  v1alpha2::Callbacks::AsyncService v1alpha2;
  v1alpha3::Callbacks::AsyncService v1alpha3;
  plugin_api::DomainHookService::AsyncService plugin;
  grpc::ServerBuilder builder;
  CallQueue hook_calls{builder};
  CallQueue quick_calls{builder};  // wait for no hook: Info a second late makes virt-launcher panic
  std::unique_ptr<grpc::Server> server;
  std::set<int> connections;  // all that there have been; numbers come again
  bool is_running = true;

  explicit Parts(Shell with) : shell(std::move(with)) {}

  // Each version of Callbacks adds a method to the one before, with messages of its own.
  void offer_all(const Profile& profile) {
    const auto answer_info = [&profile](const auto&, info_api::InfoResult& result) {
      result = info_of(profile);
      return grpc::Status::OK;
    };
    const auto on_define_domain = [this](const auto& params, auto& result) {
      return shell.answer(kOnDefineDomain, params.vmi(), [&] {
        result.set_domainxml(shell.hooks.on_define_domain(params.domainxml(), params.vmi()));
      });
    };
    const auto pre_cloud_init_iso = [this](const auto& params, auto& result) {
      return shell.answer(kPreCloudInitIso, params.vmi(), [&] {
        CloudInitTexts texts = shell.hooks.pre_cloud_init_iso(
            {.no_cloud_source = params.cloudinitnocloudsource(), .data = params.cloudinitdata()},
            params.vmi());
        result.set_cloudinitnocloudsource(std::move(texts.no_cloud_source));
        result.set_cloudinitdata(std::move(texts.data));
      });
    };
    const auto shut_down = [this](const auto&, auto&) {
      return shell.answer(kShutdown, "", [&] { shell.on_shutdown(); });
    };
    const auto mutate_domain = [this](const plugin_api::MutateDomainRequest& request,
                                      plugin_api::MutateDomainResponse& response) {
      return shell.answer(kMutateDomain, request.vmi(), [&] {
        response.set_domain(
            shell.hooks.mutate_domain(request.domain_type(), request.domain(), request.vmi()));
      });
    };
    offer(quick_calls, info, &decltype(info)::RequestInfo, answer_info);
    offer(quick_calls, v1alpha3, &decltype(v1alpha3)::RequestShutdown, shut_down);
    offer(hook_calls, v1alpha1, &decltype(v1alpha1)::RequestOnDefineDomain, on_define_domain);
    offer(hook_calls, v1alpha2, &decltype(v1alpha2)::RequestOnDefineDomain, on_define_domain);
    offer(hook_calls, v1alpha3, &decltype(v1alpha3)::RequestOnDefineDomain, on_define_domain);
    offer(hook_calls, v1alpha2, &decltype(v1alpha2)::RequestPreCloudInitIso, pre_cloud_init_iso);
    offer(hook_calls, v1alpha3, &decltype(v1alpha3)::RequestPreCloudInitIso, pre_cloud_init_iso);
    offer(hook_calls, plugin, &decltype(plugin)::RequestMutateDomain, mutate_domain);
  }
};

Server::Server(const Profile& profile, Hooks& hooks, LogSink log,
               std::function<void()> on_shutdown) {
  gpr_set_log_function(write_grpc_log);
  // On in Debian's build of absl, for gRPC's own locks: it keeps a graph of them that grows.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  parts_ = std::make_unique<Parts>(Shell{hooks, std::move(log), std::move(on_shutdown)});
  grpc::ServerBuilder& builder = parts_->builder;
  builder.RegisterService(&parts_->info)
      .RegisterService(&parts_->v1alpha1)
      .RegisterService(&parts_->v1alpha2)
      .RegisterService(&parts_->v1alpha3)
      .RegisterService(&parts_->plugin)
      .SetMaxReceiveMessageSize(kMaxReceivedBytes);
  // Answered, as many as come: what gRPC keeps of each that it takes for abuse is 4 kB.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
  parts_->server = builder.BuildAndStart();
  if (!parts_->server) throw Error(Errc::kInternal, "starting the gRPC server failed");
  parts_->offer_all(profile);
  parts_->hook_calls.start();
  parts_->quick_calls.start();
}

Server::~Server() { stop(); }

void Server::adopt(int connection) {
  parts_->connections.insert(connection);
  grpc::AddInsecureChannelFromFd(parts_->server.get(), connection);
}

void Server::stop() {
  if (!std::exchange(parts_->is_running, false)) return;
  const auto end = std::chrono::steady_clock::now() + kFinishWithin;
  parts_->quick_calls.finish_until(end);
  parts_->hook_calls.finish_until(end);
  // gRPC would wait for whoever has not read what is already on its way.
  for (const int connection : parts_->connections) shutdown(connection, SHUT_RDWR);
  parts_->server->Shutdown(gpr_time_0(GPR_TIMESPAN));
  parts_->quick_calls.stop();
  parts_->hook_calls.stop();
}

}  // namespace patchbay::sidecar
