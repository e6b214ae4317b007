#pragma once

#include "understudy/config/config.h"
#include "understudy/handoff/message.h"
#include "understudy/http/head.h"

namespace understudy::mirror {

// Makes of a request's fields what one shadow sees: `host`, then `set_headers` (in the place of the
// first field of that name, else at the end), then `remove_headers`. What `route` (may be null)
// names stands in for the shadow's own value. Everything else keeps order, case and number; the
// framing fields are not the configuration's to change.
void change_for_shadow(http::Fields& fields, const config::Shadow& shadow,
                       const config::Route* route);

// The head of a copy, as its shadow sees it.
http::RequestHead shadow_head(const config::Config& config, const handoff::Begin& request);

}  // namespace understudy::mirror
