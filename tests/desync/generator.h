#pragma once

#include <string>

#include "fuzz/fuzz.h"

namespace understudy::desync {

// What a client might send who wants two servers to see different requests: one to four requests in
// a row, most of their parts plain, some of them a trick that has worked somewhere.
std::string some_stream(fuzz::Dice& dice);

}  // namespace understudy::desync
