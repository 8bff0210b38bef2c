#include "cli/commands/watch.h"

#include <algorithm>
#include <thread>

#include "cli/output/print.h"

namespace lethe::cli {
namespace {

using State = v1::PrivacyRequest;

bool IsSettled(const v1::PrivacyRequest& request) {
  return request.state() != State::STATE_UNSPECIFIED && request.state() != State::STATE_QUEUED &&
         request.state() != State::STATE_IN_PROGRESS;
}

/// Remembers what is on the screen.
class Display {
 public:
  explicit Display(const Streams& streams) : streams_(streams) {}

  void Show(const std::vector<std::string>& lines) {
    if (streams_.terminal && !shown_.empty()) streams_.out << "\x1b[" << shown_.size() << 'A';
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (streams_.terminal) {
        streams_.out << "\r\x1b[2K" << lines[i] << '\n';
      } else if (i >= shown_.size() || shown_[i] != lines[i]) {
        streams_.out << lines[i] << '\n';
      }
    }
    streams_.out.flush();
    shown_ = lines;
  }

 private:
  const Streams& streams_;
  std::vector<std::string> shown_;
};

}  // namespace

int Watch(Client& client, const WatchParams& params, const Streams& streams) {
  std::vector<v1::PrivacyRequest> requests(params.names.size());
  Display display(streams);
  bool answered = false;
  for (int unanswered = 0;; std::this_thread::sleep_for(params.interval)) {
    grpc::Status status;
    for (std::size_t i = 0; i < requests.size() && status.ok(); ++i) {
      if (!IsSettled(requests[i])) status = client.Get(params.names[i], &requests[i]);
    }
    if (!status.ok()) {
      const bool may_return = answered && ExitCodeOf(status) == kUnavailable;
      if (may_return && ++unanswered <= params.patience) continue;
      streams.err << "lethe: " << Describe(status);
      return ExitCodeOf(status);
    }
    answered = true;
    unanswered = 0;
    std::vector<std::string> lines;
    lines.reserve(requests.size());
    for (const auto& request : requests) {
      lines.push_back(request.name() + ' ' + ProgressBar(request) + ' ' + Line(request));
    }
    display.Show(lines);
    if (std::ranges::all_of(requests, IsSettled)) break;
  }
  const bool completed = std::ranges::all_of(
      requests, [](const auto& request) { return request.state() == State::STATE_COMPLETED; });
  return completed ? kOk : kFailed;
}

}  // namespace lethe::cli
