#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace contego {
namespace {

using samples::binding_text;
using samples::compiled;
using samples::line_of;
using samples::mistakes_in;
using samples::replaced;
using testing::ElementsAre;

// Replaces the first `from` by `to` and expects one mistake, on the line of `to`.
void expect_refused(std::string_view from, std::string_view to, const std::string& reason) {
    const auto text = replaced(binding_text(), from, to);
    const auto line = std::to_string(line_of(text, to));

    EXPECT_THAT(mistakes_in(text), ElementsAre(line + ": " + reason));
}

TEST(compile_limits, tells_attributes_of_one_element_apart_by_line) {
    const auto text =
        replaced(binding_text(), "<limits ", "<limits\n pin-digits=\"x\"\n stb-ca-id-digits=\"9-1\" ");

    EXPECT_THAT(mistakes_in(text),
                ElementsAre("3: pin-digits must be a number or LOW-HIGH, from 1, not 'x'",
                            "4: stb-ca-id-digits must be a number or LOW-HIGH, from 1, not '9-1'"));
}

// Returns the limits that the element gives. The parameters without a place are a matter of the skeletons.
limits limits_of(const std::string& text) {
    auto all = compiled(text).limits();
    all.without_place = {};
    return all;
}

TEST(compile_limits, without_limits_the_defaults_hold) {
    EXPECT_EQ(limits_of(replaced(binding_text(), "<limits characters=\"UTF-8\"/>", "")), limits{});
}

TEST(compile_limits, reads_every_limit) {
    const auto text = replaced(
        binding_text(),
        "<limits characters=\"UTF-8\"/>",
        R"(<limits characters="ISO-8859-1" mail-message-length="1" bark-message-length="2" smartcard-ca-id-digits="11"
            stb-ca-id-digits="3-4" service-ca-id-digits="5-6" pin-digits="4-8" repetition-interval="10-20"
            repetition-count="1-7" display-duration="2-9" default-display-duration="8" fingerprint-position="0-1"
            fingerprint-height="0-2" fingerprint-slot="0-3" clients-per-pairing="12"/>)");
    limits expected;
    expected.characters = character_set::iso_8859_1;
    expected.mail_message_length = 1;
    expected.bark_message_length = 2;
    expected.smartcard_ca_id_digits = {.lowest = 11, .highest = 11};
    expected.stb_ca_id_digits = {.lowest = 3, .highest = 4};
    expected.service_ca_id_digits = {.lowest = 5, .highest = 6};
    expected.pin_digits = {.lowest = 4, .highest = 8};
    expected.repetition_interval = {.lowest = 10, .highest = 20};
    expected.repetition_count = {.lowest = 1, .highest = 7};
    expected.display_duration = {.lowest = 2, .highest = 9};
    expected.default_display_duration = 8;
    expected.fingerprint_position = {.lowest = 0, .highest = 1};
    expected.fingerprint_height = {.lowest = 0, .highest = 2};
    expected.fingerprint_slot = {.lowest = 0, .highest = 3};
    expected.clients_per_pairing = 12;

    EXPECT_EQ(limits_of(text), expected);
}

TEST(compile_limits, refuses_bad_limits) {
    expect_refused("characters=\"UTF-8\"",
                   "characters=\"ASCII\"",
                   "characters must be UTF-8 or ISO-8859-1, not 'ASCII'");
    expect_refused("characters=\"UTF-8\"",
                   "mail-message-length=\"0\"",
                   "mail-message-length must be a number from 1, not '0'");
    expect_refused("characters=\"UTF-8\"",
                   "pin-digits=\"0-4\"",
                   "pin-digits must be a number or LOW-HIGH, from 1, not '0-4'");
    expect_refused("characters=\"UTF-8\"",
                   "pin-digits=\"4-\"",
                   "pin-digits must be a number or LOW-HIGH, from 1, not '4-'");
    expect_refused("characters=\"UTF-8\"",
                   "default-display-duration=\"0\"",
                   "default-display-duration must be a number within display-duration, not '0'");
    expect_refused("characters=\"UTF-8\"",
                   "display-duration=\"30-60\"",
                   "display-duration excludes the default of 20, so default-display-duration must be set");
}

} // namespace
} // namespace contego
