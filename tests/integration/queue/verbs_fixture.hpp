#pragma once

#include "queue/verbs.hpp"
#include "queue_fixture.hpp"

#include <array>
#include <map>
#include <string>
#include <vector>

namespace contego::testing {

class verbs : public queue_fixture {
protected:
    queue::verb_effect act(const std::string& verb, std::int64_t id, bool preview = false) {
        return on_.act(verb, std::vector{id}, "test", preview).at(0);
    }

    /// Inserts a request and brings it to this progress as daemons and operators would.
    std::int64_t insert_in(const std::string& wanted) {
        const auto card = std::to_string(++cards_);
        if (wanted == "SCHEDULED")
            return insert_for_card(card, ", scheduled_date", ", now() + interval '1 hour'");
        if (wanted == "QUEUED") return insert_for_card(card);
        if (wanted == "BLOCKED") {
            insert_for_card(card);
            const auto behind = insert_for_card(card);
            daemon_.claim();
            return behind;
        }
        const auto id = insert_for_card(card);
        daemon_.claim();
        if (wanted == "IN_FLIGHT") return id;
        if (wanted == "HELD") try_command(id, 1, "hold");
        daemon_.end(id, ways_.at(wanted));
        if (wanted == "CANCELLED") act("cancel", id);
        if (wanted == "CLOSED") act("close", id);
        EXPECT_EQ(progress(id), wanted);
        return id;
    }

    /// Inserts the row of a command as a daemon records it.
    void try_command(std::int64_t id,
                     int sequence,
                     const std::string& outcome,
                     const std::string& type = "ADD_SUBSCRIPTIONS") {
        sql("INSERT INTO contego.command (request_id, sequence, type, parameters, request, response, "
            "exchange, outcome,"
            " attempts, fence) VALUES (" +
            std::to_string(id) + ", " + std::to_string(sequence) + ", '" + type +
            "', '{}', '<sent/>', '<answered/>', 'answered', '" + outcome + "', 1, 1)");
    }

    const std::map<std::string, disposition> ways_{{"RETRYING", disposition::retry},
                                                   {"HELD", disposition::hold},
                                                   {"REJECTED", disposition::reject},
                                                   {"DONE", disposition::complete},
                                                   {"CANCELLED", disposition::hold},
                                                   {"CLOSED", disposition::hold}};
    queue::verbs on_{database_};
    daemon_hands daemon_{database_};
    int cards_ = 0;
};

constexpr std::array<const char*, 6> all_verbs{"retry", "cancel", "hold", "release", "close", "skip"};
constexpr std::array<const char*, 10> all_progress{"QUEUED",
                                                   "SCHEDULED",
                                                   "BLOCKED",
                                                   "IN_FLIGHT",
                                                   "RETRYING",
                                                   "HELD",
                                                   "DONE",
                                                   "CLOSED",
                                                   "REJECTED",
                                                   "CANCELLED"};

} // namespace contego::testing
