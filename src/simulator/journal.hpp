#pragma once

#include "simulator/call.hpp"
#include "simulator/moment.hpp"

#include <cstdint>
#include <deque>
#include <fstream>
#include <string>

namespace contego::simulator {

/// The effects and refusals of the CAS, in the order in which they happened.
///
/// Each effect is one JSON line. A call without an effect is a line with `"effect": false`, unless it is a
/// query that was answered. PINs are masked. Not thread safe.
class journal {
public:
    /// Keeps the latest `keep` lines in memory. If `file` is not empty, also appends every line to it before
    /// the answer is sent. Throws std::runtime_error if the file cannot be opened.
    explicit journal(const std::string& file = {}, std::size_t keep = 1'000'000);

    /// Notes a call. `said` is the answer of the CAS. `trouble` describes the fault of the exchange, if there
    /// is one.
    void add(const call& c, const answer& said, const std::string& trouble, moment now);

    /// Returns the lines in memory whose number is at least `from`.
    [[nodiscard]] std::string lines(std::uint64_t from = 0) const;

    /// Forgets the lines in memory. The numbers continue.
    void clear() { entries_.clear(); }

private:
    struct entry {
        std::uint64_t number;
        moment time;
        simulator::call call;
        std::string status_code;
        std::string reference;
        std::string trouble;
        bool effect;
    };

    /// Formats a line. This is done on demand, since most lines are never read.
    static std::string line(const entry& e);

    std::ofstream file_;
    std::size_t keep_;
    std::uint64_t last_ = 0;
    std::deque<entry> entries_;
};

} // namespace contego::simulator
