#include "queue/record.hpp"

#include "json/json.hpp"
#include "queue/sqlstate.hpp"

#include <array>
#include <map>

namespace contego::queue {
namespace {

using std::chrono::steady_clock;
using milliseconds = std::chrono::duration<double, std::milli>;

constexpr statement record_outcomes{
    "record_outcomes", "SELECT array_to_json(stale), woken FROM contego.record($1::jsonb, $2::jsonb)"};

constexpr std::array<std::string_view, 5> disposition_names{"complete", "reject", "retry", "hold", "release"};

value text_or_null(const std::string& text) {
    return text.empty() ? value() : value(text);
}

value age_of(steady_clock::time_point then, steady_clock::time_point now) {
    return milliseconds(now - then).count();
}

value document_of(const command_record& c, steady_clock::time_point now) {
    value::object row{
        {"request_id", c.request_id},
        {"fence", c.fence},
        {"sequence", c.sequence},
        {"type", name_of(c.type)},
        {"parameters", c.parameters},
        {"outcome", c.outcome ? name_of(*c.outcome) : "skipped"},
        {"request", text_or_null(c.request)},
        {"response", text_or_null(c.response)},
        {"reference_number", text_or_null(c.reference_number)},
        {"status_code", text_or_null(c.status_code)},
        {"error_code", text_or_null(c.error_code)},
        {"error_description", text_or_null(c.error_description)},
        {"result", c.result},
    };
    if (c.outcome) {
        row.emplace("exchange", c.read_back ? "read_back" : name_of(c.got));
        row.emplace("sent_age", age_of(c.sent, now));
        row.emplace("duration_ms", milliseconds(c.duration).count());
    }
    return row;
}

value document_of(const verdict& v, steady_clock::time_point now) {
    value::object row{
        {"request_id", v.request_id},
        {"fence", v.fence},
        {"disposition", disposition_names.at(static_cast<std::size_t>(v.disposition))},
        {"error_code", text_or_null(v.error_code)},
        {"error_description", text_or_null(v.error_description)},
        {"reference_number", text_or_null(v.reference_number)},
        {"result", v.result},
        {"delay", v.delay.count()},
        {"counts", v.counts},
        {"in_doubt", v.in_doubt},
    };
    if (v.first_sent) row.emplace("sent_age", age_of(*v.first_sent, now));
    return row;
}

template <typename Row>
std::string documents_of(const std::vector<Row>& rows) {
    const auto now = steady_clock::now();
    value::list all;
    all.reserve(rows.size());
    for (const auto& row : rows)
        all.push_back(document_of(row, now));
    return json::write(all);
}

/// The batch taken apart by request, for the case that one of them is what the database refuses.
std::vector<record_batch> apart(const record_batch& batch) {
    std::map<std::int64_t, record_batch> by_request;
    for (const auto& c : batch.commands)
        by_request[c.request_id].commands.push_back(c);
    for (const auto& v : batch.verdicts)
        by_request[v.request_id].verdicts.push_back(v);
    std::vector<record_batch> all;
    all.reserve(by_request.size());
    for (auto& [id, part] : by_request)
        all.push_back(std::move(part));
    return all;
}

std::int64_t request_of(const record_batch& part) {
    return part.commands.empty() ? part.verdicts.front().request_id : part.commands.front().request_id;
}

class pg_records final : public records {
public:
    explicit pg_records(database_options options) : connection_(std::move(options)) {}

    record_answer record(const record_batch& batch) override {
        record_answer answer;
        try {
            write(batch, answer);
        } catch (const server_error& e) {
            if (!is_about_the_row(e.sqlstate())) throw;
            one_by_one(batch, answer);
        }
        return answer;
    }

private:
    void write(const record_batch& batch, record_answer& answer) {
        const auto commands = documents_of(batch.commands);
        const auto verdicts = documents_of(batch.verdicts);
        const auto written = connection_.call(record_outcomes, commands, verdicts);
        const auto stale = json::parse(written[0][0].c_str());
        for (const auto& id : *stale.items())
            answer.stale.push_back(*id.integer());
        answer.woken += written[0][1].as<std::size_t>();
    }

    void one_by_one(const record_batch& batch, record_answer& answer) {
        for (const auto& part : apart(batch)) {
            try {
                write(part, answer);
            } catch (const server_error& e) {
                if (!is_about_the_row(e.sqlstate())) throw;
                answer.failed.push_back(request_of(part));
                if (answer.failure.empty()) answer.failure = e.what();
            }
        }
    }

    connection connection_;
};

} // namespace

std::unique_ptr<records> make_records(database_options options) {
    return std::make_unique<pg_records>(std::move(options));
}

} // namespace contego::queue
