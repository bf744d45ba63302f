#include "sample.hpp"

#include <gtest/gtest.h>

namespace contego {
namespace {

using samples::answered;
using samples::binding_text;
using samples::compiled;
using samples::replaced;

constexpr auto safe = command_type::add_subscriptions;
constexpr auto unsafe = command_type::send_bark_message_to_client;

reply read(const exchange& e, command_type type = safe) {
    return compiled(binding_text()).interpret(samples::bare(type), {1}, e).answer;
}

struct http_case {
    int status;
    outcome when_safe;
    outcome when_unsafe;
    std::string_view code_when_unsafe;
};

class http_answers : public testing::TestWithParam<http_case> {};

TEST_P(http_answers, without_an_envelope_are_decided_by_their_status) {
    const auto& p = GetParam();
    const auto e = answered("<!DOCTYPE html><html><body>nginx</body></html>", p.status, "text/html");

    const auto with_safe = read(e, safe);
    const auto with_unsafe = read(e, unsafe);

    EXPECT_EQ(with_safe.outcome, p.when_safe);
    EXPECT_EQ(with_safe.error_code, "HTTP_" + std::to_string(p.status));
    EXPECT_EQ(with_unsafe.outcome, p.when_unsafe);
    EXPECT_EQ(with_unsafe.error_code, p.code_when_unsafe);
}

INSTANTIATE_TEST_SUITE_P(http_status,
                         http_answers,
                         testing::Values(http_case{302, outcome::hold, outcome::hold, "HTTP_302"},
                                         http_case{400, outcome::hold, outcome::hold, "HTTP_400"},
                                         http_case{401, outcome::retry, outcome::retry, "HTTP_401"},
                                         http_case{403, outcome::retry, outcome::retry, "HTTP_403"},
                                         http_case{404, outcome::hold, outcome::hold, "HTTP_404"},
                                         http_case{408, outcome::retry, outcome::retry, "HTTP_408"},
                                         http_case{429, outcome::retry, outcome::retry, "HTTP_429"},
                                         http_case{500, outcome::retry, outcome::hold, "MAYBE_SENT"},
                                         http_case{502, outcome::retry, outcome::hold, "MAYBE_SENT"},
                                         http_case{503, outcome::retry, outcome::retry, "HTTP_503"},
                                         http_case{504, outcome::retry, outcome::hold, "MAYBE_SENT"},
                                         http_case{599, outcome::retry, outcome::hold, "MAYBE_SENT"},
                                         http_case{600, outcome::hold, outcome::hold, "HTTP_600"}),
                         [](const auto& c) { return std::to_string(c.param.status); });

TEST(http_status, http_rows_override_the_defaults_and_the_exact_status_its_class) {
    const auto b = compiled(
        replaced(binding_text(),
                 "<outcomes>",
                 "<outcomes><http status=\"5xx\" is=\"retry\"/><http status=\"503\" is=\"rejected\"/>"
                 "<http status=\"4xx\" is=\"rejected\"/>"));

    EXPECT_EQ(b.interpret(samples::bare(unsafe), {1}, answered("", 500)).answer.outcome, outcome::retry);
    EXPECT_EQ(b.interpret(samples::bare(unsafe), {1}, answered("", 503)).answer.outcome, outcome::rejected);
    EXPECT_EQ(b.interpret(samples::bare(unsafe), {1}, answered("", 401)).answer.outcome, outcome::rejected);
    EXPECT_EQ(b.interpret(samples::bare(unsafe), {1}, answered("", 302)).answer.outcome, outcome::hold);
}

} // namespace
} // namespace contego
