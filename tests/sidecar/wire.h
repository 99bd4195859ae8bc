// KubeVirt's side of the wire, written by hand from its contract: messages as bytes, methods as
// paths, none of the generated code that the sidecar itself uses.
#pragma once

#include <grpcpp/create_channel_posix.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::sidecar {

// One length-delimited field (developers.google.com/protocol-buffers/docs/encoding).
inline std::string field(unsigned number, std::string_view bytes) {
  std::string text(1, static_cast<char>(number << 3 | 2));
  size_t length = bytes.size();
  for (; length >= 0x80; length >>= 7) text += static_cast<char>(length | 0x80);
  text += static_cast<char>(length);
  return text.append(bytes);
}

struct Answer {
  grpc::Status status;
  std::string bytes;
};

inline Answer call(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                   const std::string& request,
                   std::chrono::milliseconds deadline = std::chrono::seconds(60)) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + deadline);
  const grpc::Slice slice(request);
  const grpc::ByteBuffer sent(&slice, 1);
  grpc::CompletionQueue queue;
  const auto reader = stub.PrepareUnaryCall(&context, method, sent, &queue);
  reader->StartCall();
  Answer answer;
  grpc::ByteBuffer received;
  reader->Finish(&received, &answer.status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  std::vector<grpc::Slice> slices;
  if (answer.status.ok() && received.Dump(&slices).ok()) {
    for (const grpc::Slice& part : slices) {
      answer.bytes.append(reinterpret_cast<const char*>(part.begin()), part.size());
    }
  }
  return answer;
}

inline constexpr char kInfoMethod[] = "/kubevirt.hooks.info.Info/Info";

inline std::string callback(std::string_view version, std::string_view method) {
  return "/kubevirt.hooks." + std::string(version) + ".Callbacks/" + std::string(method);
}

// A connection of its own for each call and 2 seconds to get it, as virt-launcher does it: a dial
// between the sidecar's bind() and listen() is refused and tried again.
inline std::shared_ptr<grpc::Channel> dial(const std::string& socket) {
  grpc::ChannelArguments arguments;
  arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, "localhost");
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  auto channel =
      grpc::CreateCustomChannel("unix:" + socket, grpc::InsecureChannelCredentials(), arguments);
  channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(2));
  return channel;
}

}  // namespace patchbay::sidecar
