#include "daemon/membership.hpp"

#include "daemon/service.hpp"
#include "database/sqlstate.hpp"
#include "fleet/process.hpp"
#include "schema/migrations.hpp"
#include "telemetry/version.hpp"

#include <unistd.h>

#include <array>

namespace contego::daemon {
namespace {

std::string host_name() {
    std::array<char, 257> name{}; // the last byte stays zero, even if the name is cut
    if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
    return name.data();
}

} // namespace

queue::identity identity_of(const std::string& name) {
    const auto self = queue::this_process();
    return {name, host_name(), self.pid, version, self.machine, self.started_ticks};
}

void join(queue::fleet& membership, const queue::database_options& database) {
    try {
        if (const auto mismatch = queue::migrations(database).mismatch()) throw start_failure(*mismatch);
        membership.keep();
    } catch (const start_failure&) {
        throw;
    } catch (const std::exception& e) {
        throw start_failure(std::string("the database cannot be used: ") + e.what() +
                            std::string(queue::hint_of(e)));
    }
}

} // namespace contego::daemon
