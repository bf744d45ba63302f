#pragma once

#include "doctor/finding.hpp"

#include <gmock/gmock.h>

#include <ostream>

namespace contego::daemon {

// GoogleTest prints severities and findings with these in a failure.
inline std::ostream& operator<<(std::ostream& out, severity s) {
    return out << name_of(s);
}

inline std::ostream& operator<<(std::ostream& out, const finding& f) {
    return out << f.level << ' ' << f.what << " HINT: " << f.hint;
}

/// Matches a finding of that severity whose sentence and hint contain these texts.
inline auto is(severity level, const std::string& what, const std::string& hint = "") {
    return ::testing::AllOf(::testing::Field(&finding::level, level),
                            ::testing::Field(&finding::what, ::testing::HasSubstr(what)),
                            ::testing::Field(&finding::hint, ::testing::HasSubstr(hint)));
}

inline auto only(severity level, const std::string& what, const std::string& hint = "") {
    return ::testing::ElementsAre(is(level, what, hint));
}

} // namespace contego::daemon
