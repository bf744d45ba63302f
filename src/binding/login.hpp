#pragma once

#include "binding/compiled.hpp"
#include "binding/site_secrets.hpp"
#include <contego/exchange.hpp>
#include <contego/login_answer.hpp>
#include <contego/sending.hpp>

namespace contego::wire {

/// Interprets an exchange as the answer to a login; see contego::binding::interpret_login.
[[nodiscard]] login_answer
read_login(const compiled_session& s, const site_secrets& of_site, const sending& sent, const exchange& e);

} // namespace contego::wire
