#pragma once

#include <contego/command.hpp>
#include <contego/sending.hpp>

namespace contego {

/// The command of one request in a shared call.
struct call_item {
    const command* what;
    sending how;
};

} // namespace contego
