#pragma once

#include "simulator/call.hpp"
#include "simulator/moment.hpp"

#include <cstdint>
#include <deque>
#include <fstream>
#include <string>

namespace contego::simulator {

/// What the CAS did and what it refused, in the order in which it happened: one JSON line for each effect,
/// and one with
/// `"effect": false` for each call that had none and was not simply a question answered. PINs are masked.
///
/// Not safe for threads.
class journal {
public:
    /// Also appends every line to `file`, where one is named, before the answer leaves. Keeps the latest
    /// `keep` lines in memory. Throws std::runtime_error when the file cannot be opened.
    explicit journal(const std::string& file = {}, std::size_t keep = 1'000'000);

    /// `said` is what the CAS said to the call; `trouble`, where not empty, what was done to the exchange.
    void add(const call& c, const answer& said, const std::string& trouble, moment now);

    /// The lines in memory with a number of at least `from`.
    [[nodiscard]] std::string lines(std::uint64_t from = 0) const;

    /// Forgets what is in memory; the numbers go on.
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

    /// Lines are made when they are asked for: most never are.
    static std::string line(const entry& e);

    std::ofstream file_;
    std::size_t keep_;
    std::uint64_t last_ = 0;
    std::deque<entry> entries_;
};

} // namespace contego::simulator
