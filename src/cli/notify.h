#pragma once

#include <string_view>

// What the service manager is told: the protocol of sd_notify(3), a datagram to $NOTIFY_SOCKET.
namespace understudy::cli {

// `state` is lines such as "READY=1". Nothing happens where no manager listens.
void notify(std::string_view state);

// "RELOADING=1" with the moment, as Type=notify-reload wants it.
void notify_reloading();

}  // namespace understudy::cli
