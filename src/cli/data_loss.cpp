#include "cli/commands.hpp"
#include "cli/subcommand.hpp"
#include "database/sqlstate.hpp"
#include "fleet/lineage.hpp"

#include <algorithm>
#include <thread>

namespace contego::daemon {
namespace {

constexpr auto longest_wait = std::chrono::milliseconds(1'000);

int confirm(queue::lineage& on, const data_loss_arguments& arguments) {
    const queue::data_loss_statement said{
        arguments.reason, arguments.nothing_lost, arguments.unnoticed, arguments.preview};
    std::int64_t marked = 0;
    for (;;) {
        const auto step = on.after_data_loss(said);
        marked += step.requests;
        if (step.name == "preview") {
            std::cout << "would mark as maybe sent: " << marked << '\n';
            return 0;
        }
        if (step.name == "done") break;
        if (step.name == "marked") std::cerr << "after-data-loss: " << marked << " marked\n";
        std::this_thread::sleep_for(std::min(step.wait, longest_wait));
    }
    std::cout << "marked as maybe sent: " << marked << "; claiming goes on\n";
    return 0;
}

} // namespace

int data_loss_command(const data_loss_arguments& arguments) {
    if (!arguments.preview && arguments.reason.empty()) {
        std::cerr << "after-data-loss: give --reason with a text that names the failover, restore or copy\n";
        return exit_status::bad_input;
    }
    const auto c = configured(arguments.configuration_file);
    if (!c) return exit_status::bad_input;
    return with_schema(*c, [&](const queue::database_options& database) {
        queue::lineage on(database);
        if (const auto why = on.claiming_stopped(); !why.empty())
            std::cout << "claiming is stopped: " << why << '\n';
        try {
            return confirm(on, arguments);
        } catch (const queue::server_error& e) {
            if (e.sqlstate() != "55000") throw; // the statement does not fit the state
            std::cerr << "after-data-loss: " << e.what() << '\n';
            return exit_status::failed;
        }
    });
}

} // namespace contego::daemon
