#include "cli/argument_text.hpp"
#include "cli/commands.hpp"
#include "cli/planned.hpp"
#include "cli/print_reply.hpp"
#include "cli/subcommand.hpp"
#include "http/endpoint_options.hpp"
#include "http/saved_answer.hpp"

#include <iostream>

namespace contego::daemon {

int read_command(const read_arguments& arguments) {
    const auto type = command_type_of(arguments.command);
    if (!is_command(arguments.command) || !type) return exit_status::bad_input;
    command what;
    what.type = *type;
    const auto chosen = choose_binding(arguments.wire);
    if (!chosen) return exit_status::bad_input;
    if (!chosen->wire.limits().supports(what.type)) {
        std::cerr << "command: " << chosen->name << " has no command " << arguments.command << '\n';
        return exit_status::bad_input;
    }
    const auto text = text_of_file("--answer", arguments.answer);
    if (!text) return exit_status::bad_input;
    const auto saved = http::read_saved_answer(
        *text, {.status = arguments.http_status, .body_limit = http::endpoint_options{}.body_limit});
    if (const auto* why = std::get_if<std::string>(&saved)) {
        std::cerr << "--answer: the head of the answer is wrong: " << *why
                  << "\nHINT: give the body alone, and its status with --http-status\n";
        return exit_status::bad_input;
    }
    const auto& answer = std::get<exchange>(saved);
    const auto items = chosen->wire.items_in(what, answer);
    for (const auto& [card, reply] : items) {
        std::cout << "smartcard: " << card << '\n';
        print_reply(reply, chosen->name);
    }
    if (items.empty()) print_reply(chosen->wire.interpret_alone(what, answer).answer, chosen->name);
    return 0;
}

} // namespace contego::daemon
