#pragma once

#include "sweep/shim.h"

namespace understudy::sweep {

// True while this thread makes something for a peer.
bool is_in_peer_scope();
// Counts one call of the house; the error with which it must fail, or 0.
int strike(Call call);

}  // namespace understudy::sweep
