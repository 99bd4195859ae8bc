#include "binding/steps_for.h"

#include "binding/redirect.h"
#include "plan/error.h"
#include "plan/names.h"
#include "plan/record.h"
#include "plan/text.h"

namespace patchbay {
namespace {

std::vector<Step> wiring_of(const Attachment& attachment) {
  switch (attachment.backend) {
    case Backend::kRedirect:
      return redirect_steps(attachment);
    case Backend::kBridge:
    case Backend::kTap:
    case Backend::kMacvtap:
    case Backend::kCore:
      break;
  }
  throw Error(Errc::kUnsupported,
              "network " + in_quotes(attachment.network) + ": this version wires " +
                  "the backend redirect only, asked for " + std::string(name(attachment.backend)));
}

}  // namespace

std::vector<Step> steps_for(const Attachment& attachment) {
  std::vector<Step> steps{MakeRecord{link_names(attachment.network).record,
                                     split_aliases(to_json(record_of(attachment)))}};
  for (Step& step : wiring_of(attachment)) steps.push_back(std::move(step));
  return steps;
}

}  // namespace patchbay
